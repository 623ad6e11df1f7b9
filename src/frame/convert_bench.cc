// SPDX-License-Identifier: Apache-2.0
// Nanoseconds a value of each conversion, gathering included, over one chunk of records:
//   convert_bench --benchmark_min_time=0.5
#include <benchmark/benchmark.h>

#include <cstdio>
#include <functional>
#include <random>
#include <string>

#include "base/limits.h"
#include "csv/tokeniser.h"
#include "frame/builder.h"
#include "frame/infer.h"

namespace silversmith::frame {
namespace {

using Make = std::function<std::string(std::mt19937_64&)>;

struct Case {
  const char* name;
  Type type;
  Make make;
};

std::string formatted(const char* format, uint64_t a, uint64_t b, uint64_t c) {
  char text[64];
  int size = std::snprintf(text, sizeof text, format, a, b, c);
  return {text, static_cast<size_t>(size)};
}

std::string date_text(std::mt19937_64& random) {
  return formatted("%04lu-%02lu-%02lu", 1990 + random() % 40, 1 + random() % 12, 1 + random() % 28);
}

std::string clock_text(std::mt19937_64& random) {
  return formatted("%02lu:%02lu:%02lu", random() % 24, random() % 60, random() % 60);
}

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"int64", {Kind::int64}, [](auto& r) { return std::to_string(r() % 100'000'000); }},
      {"int64_any_length",
       {Kind::int64},
       [](auto& r) { return std::to_string(r() >> (1 + r() % 60)); }},
      {"float64",
       {Kind::float64},
       [](auto& r) { return formatted("%lu.%02lu", r() % 1000, r() % 100, 0); }},
      {"float64_17_digits",
       {Kind::float64},
       [](auto& r) { return "0." + std::to_string(10'000'000'000'000'000 + r() % 1'000'000'000); }},
      {"decimal_18_2",
       {Kind::decimal, 18, 2},
       [](auto& r) { return formatted("%lu.%02lu", r() % 100'000, r() % 100, 0); }},
      {"decimal_38_2",
       {Kind::decimal, 38, 2},
       [](auto& r) { return formatted("%lu.%02lu", r() % 100'000, r() % 100, 0); }},
      {"date", {Kind::date}, date_text},
      {"timestamp_same_day",
       {Kind::timestamp},
       [](auto& r) { return "2024-03-01T" + clock_text(r); }},
      {"timestamp_any_day",
       {Kind::timestamp},
       [](auto& r) { return date_text(r) + " " + clock_text(r); }},
      {"timestamp_utc",
       {Kind::timestamp, 0, 0, true},
       [](auto& r) { return "2024-03-01T" + clock_text(r) + "Z"; }},
      {"boolean", {Kind::boolean}, [](auto& r) { return r() % 2 == 0 ? "true" : "false"; }},
      {"text", {Kind::text}, [](auto& r) { return std::string(r() % 20, 'x'); }},
  };
  return all;
}

constexpr uint32_t columns_of_case = 8;

csv::Chunk chunk_of(const Case& each) {
  std::mt19937_64 random(9);
  std::string text;
  while (text.size() < limits::chunk_bytes) {
    for (uint32_t i = 0; i < columns_of_case; ++i) {
      text += each.make(random) + (i + 1 < columns_of_case ? "," : "\n");
    }
  }
  csv::Chunk chunk;
  chunk.buffer.append(text.data(), text.size());
  return chunk;
}

Plan plan_of(const Case& each) {
  Plan plan;
  for (uint32_t i = 0; i < columns_of_case; ++i) {
    ColumnPlan column;
    column.name = "c" + std::to_string(i);
    column.type = each.type;
    column.source = static_cast<int32_t>(i);
    column.null_tokens = {""};
    column.true_values = {"true", "True", "TRUE", "1"};
    column.false_values = {"false", "False", "FALSE", "0"};
    plan.labels.push_back(column.name);
    plan.columns.push_back(std::move(column));
  }
  return plan;
}

void count(benchmark::State& state, const csv::Records& records) {
  double values = static_cast<double>(records.count) * columns_of_case;
  state.counters["ns/value"] = benchmark::Counter(
      values / 1e9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void build(benchmark::State& state, const Case& each) {
  csv::Chunk chunk = chunk_of(each);
  csv::Tokeniser tokeniser({}, csv::LineEnd::newline, columns_of_case);
  const csv::Records& records = tokeniser.tokenise(chunk);
  Plan plan = plan_of(each);
  Builder builder(plan, columns_of_case);
  for (auto _ : state) benchmark::DoNotOptimize(builder.build(records, {}).rows);
  count(state, records);
}

void scan(benchmark::State& state, const Case& each) {
  csv::Chunk chunk = chunk_of(each);
  csv::Tokeniser tokeniser({}, csv::LineEnd::newline, columns_of_case);
  const csv::Records& records = tokeniser.tokenise(chunk);
  TypeScan types({}, columns_of_case);
  for (auto _ : state) types.observe(records);
  count(state, records);
}

bool enrol() {
  for (const Case& each : cases()) {
    std::string name = each.name;
    benchmark::RegisterBenchmark(("build/" + name).c_str(),
                                 [&each](benchmark::State& state) { build(state, each); });
    benchmark::RegisterBenchmark(("infer/" + name).c_str(),
                                 [&each](benchmark::State& state) { scan(state, each); });
  }
  return true;
}

const bool enrolled = enrol();

}  // namespace
}  // namespace silversmith::frame
