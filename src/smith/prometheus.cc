// SPDX-License-Identifier: Apache-2.0
#include "smith/prometheus.h"

#include "base/check.h"

namespace silversmith::smith {

namespace {

std::string escaped_value(std::string_view value) {
  std::string text;
  for (char c : value) {
    if (c == '\n') {
      text += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') text += '\\';
    text += c;
  }
  return text;
}

}  // namespace

void PrometheusText::family(std::string_view name, MetricKind kind, std::string_view help) {
  bool counter = kind == MetricKind::counter;
  SMITH_CHECK(counter == name.ends_with("_total"), std::string(name));
  name_ = name;
  text_ += "# HELP " + name_ + " " + std::string(help) + "\n";
  text_ += "# TYPE " + name_ + (counter ? " counter\n" : " gauge\n");
}

void PrometheusText::sample(uint64_t value) { text_ += name_ + " " + std::to_string(value) + "\n"; }

void PrometheusText::sample(const Label& label, uint64_t value) {
  text_ += name_ + "{" + std::string(label.name) + "=\"" + escaped_value(label.value) + "\"} " +
           std::to_string(value) + "\n";
}

void PrometheusText::one(std::string_view name, MetricKind kind, std::string_view help,
                         uint64_t value) {
  family(name, kind, help);
  sample(value);
}

void write_metrics(const Metrics& metrics, PrometheusText& text) {
  using enum MetricKind;
  text.family("silversmith_files_total", counter, "Objects worked on, by the status of their run.");
  for (size_t i = 0; i < status_count; ++i) {
    text.sample({"status", name_of(static_cast<Status>(i))}, metrics.files_total[i]);
  }
  text.one("silversmith_rows_read_total", counter, "Records read.", metrics.rows_read_total);
  text.one("silversmith_rows_total", counter, "Records written to silver.", metrics.rows_total);
  text.one("silversmith_rows_quarantined_total", counter, "Records set aside in quarantine.",
           metrics.rows_quarantined_total);
  text.one("silversmith_bytes_in_total", counter, "Bytes of bronze objects converted.",
           metrics.bytes_in_total);
  text.one("silversmith_bytes_out_total", counter, "Bytes of silver objects written.",
           metrics.bytes_out_total);
  text.family("silversmith_rejects_total", counter, "Records set aside, by reason.");
  for (const auto& [reason, count] : metrics.rejects_total) text.sample({"reason", reason}, count);
}

}  // namespace silversmith::smith
