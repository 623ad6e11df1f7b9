// SPDX-License-Identifier: Apache-2.0
#include "smith/prometheus.h"

#include <gtest/gtest.h>

#include <set>

#include "base/text.h"

namespace silversmith::smith {
namespace {

TEST(Prometheus, writes_a_family_with_its_help_and_type) {
  PrometheusText text;
  text.one("silversmith_things_total", MetricKind::counter, "Things done.", 7);
  text.family("silversmith_size", MetricKind::gauge, "How large.");
  text.sample({"of", "this"}, 1);
  EXPECT_EQ(std::move(text).finish(),
            "# HELP silversmith_things_total Things done.\n"
            "# TYPE silversmith_things_total counter\n"
            "silversmith_things_total 7\n"
            "# HELP silversmith_size How large.\n"
            "# TYPE silversmith_size gauge\n"
            "silversmith_size{of=\"this\"} 1\n");
}

TEST(Prometheus, escapes_what_would_end_a_label) {
  PrometheusText text;
  text.family("silversmith_size", MetricKind::gauge, "How large.");
  text.sample({"of", "a\"b\\c\nd"}, 1);
  EXPECT_NE(std::move(text).finish().find("{of=\"a\\\"b\\\\c\\nd\"} 1\n"), std::string::npos);
}

// Whoever adds a counter to Metrics adds it here.
TEST(Prometheus, has_every_counter_of_the_metrics) {
  Metrics metrics;
  metrics.rejects_total["type-error"] = 3;
  metrics.files_total[static_cast<size_t>(Status::rejected)] = 2;
  PrometheusText text;
  write_metrics(metrics, text);
  std::string page = std::move(text).finish();
  std::set<std::string, std::less<>> counted;
  Json json = metrics.json();
  for (const auto& [name, value] : json.as_object()) counted.insert(name);
  std::set<std::string, std::less<>> written;
  for (std::string_view line : split(page, '\n')) {
    if (!line.starts_with("# TYPE ")) continue;
    line.remove_prefix(7);
    written.insert(std::string(line.substr(0, line.find(' '))));
  }
  EXPECT_EQ(written, counted);
  EXPECT_NE(page.find("silversmith_files_total{status=\"rejected\"} 2\n"), std::string::npos);
  EXPECT_NE(page.find("silversmith_files_total{status=\"success\"} 0\n"), std::string::npos);
  EXPECT_NE(page.find("silversmith_rejects_total{reason=\"type-error\"} 3\n"), std::string::npos);
}

}  // namespace
}  // namespace silversmith::smith
