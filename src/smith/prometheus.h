// SPDX-License-Identifier: Apache-2.0
// Metrics as text that Prometheus scrapes: families of samples, each with its HELP and TYPE, and
// what runs count written so. After Metrics, before whatever serves them.
// https://github.com/prometheus/docs/blob/main/content/docs/instrumenting/exposition_formats.md
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "smith/telemetry.h"

namespace silversmith::smith {

inline constexpr std::string_view prometheus_type = "text/plain; version=0.0.4; charset=utf-8";

enum class MetricKind : uint8_t { counter, gauge };

class PrometheusText {
 public:
  struct Label {
    std::string_view name;
    std::string_view value;  // any text
  };

  // What follows are samples of that metric. A counter's name ends in _total.
  void family(std::string_view name, MetricKind kind, std::string_view help);
  void sample(uint64_t value);
  void sample(const Label& label, uint64_t value);
  // A family of one sample.
  void one(std::string_view name, MetricKind kind, std::string_view help, uint64_t value);

  std::string finish() && { return std::move(text_); }

 private:
  std::string name_;
  std::string text_;
};

// The families silversmith_files_total, ...rows..., ...bytes... and ...rejects_total.
void write_metrics(const Metrics& metrics, PrometheusText& text);

}  // namespace silversmith::smith
