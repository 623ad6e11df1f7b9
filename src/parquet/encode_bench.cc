// SPDX-License-Identifier: Apache-2.0
// Columns → row group, by type, repetition, codec and the number of the file's columns, which
// decides about its pages: ns a value, bytes a second of values, and the bytes that a value takes
// in the row group. One column is encoded. And pages of 8-byte values → Snappy, by the library
// alone (bytes) or by whichever suits (words).
#include <benchmark/benchmark.h>

#include "parquet/compress.h"
#include "support/parquet_values.h"

namespace silversmith::parquet {
namespace {

constexpr size_t rows = 200'000;
constexpr uint32_t batch_rows = 4096;

test::Values values_of(frame::Type type, uint64_t distinct) {
  test::Numbers numbers(1);
  test::Values values{type, std::vector<bool>(rows), {}};
  for (size_t i = 0; i < rows; ++i) {
    uint64_t number = numbers.below(distinct);
    if (test::is_text(type))
      values.bytes.push_back("customer-" + std::to_string(number));
    else if (type.kind == frame::Kind::float64) {
      values.bytes.push_back(test::bytes_of(static_cast<double>(number) / 100));
    } else if (frame::value_bytes(type) == 4) {
      values.bytes.push_back(test::bytes_of(static_cast<int32_t>(number)));
    } else {
      values.bytes.push_back(test::bytes_of(static_cast<int64_t>(number)));
    }
  }
  return values;
}

void encode(benchmark::State& state, frame::Type type, uint64_t distinct) {
  Schema schema = {{"c", type, false}};
  WriterOptions options = WriterOptions::for_columns(static_cast<size_t>(state.range(1)));
  options.codec = static_cast<Codec>(state.range(0));
  test::Values values = values_of(type, distinct);
  std::vector<std::vector<frame::Column>> batches;
  for (size_t at = 0; at < rows; at += batch_rows) {
    auto count = static_cast<uint32_t>(std::min<size_t>(batch_rows, rows - at));
    batches.emplace_back().push_back(test::cut(values, at, count));
  }
  RowGroupWriter writer(schema, options, nullptr);
  uint64_t stored = 0;
  for (auto _ : state) {
    for (const auto& batch : batches) writer.append(batch, batch[0].rows).value();
    benchmark::DoNotOptimize(stored = writer.finish().value().bytes());
  }
  size_t bytes = 0;
  for (const std::string& value : values.bytes) bytes += value.size();
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(rows));
  state.counters["stored_per_value"] = static_cast<double>(stored) / static_cast<double>(rows);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes));
}

uint64_t key(test::Numbers&, uint64_t i) { return 1'000'000 + i; }
uint64_t amount(test::Numbers& numbers, uint64_t) { return numbers.below(2'000'000); }
uint64_t time(test::Numbers& numbers, uint64_t) {
  return 1'700'000'000'000'000 + numbers.below(31'536'000) * 1'000'000;
}
// Thirty bits of chance: the library finds the four bytes of zeros everywhere.
uint64_t wide(test::Numbers& numbers, uint64_t) { return numbers.below(1'000'000'000); }

// Four MiB in pages of one size: a page that comes again and again teaches the branch predictor.
void compress(benchmark::State& state, uint64_t (*value)(test::Numbers&, uint64_t)) {
  auto grain = static_cast<Grain>(state.range(0));
  auto page_bytes = static_cast<size_t>(state.range(1));
  test::Numbers numbers(1);
  std::string values;
  while (values.size() < size_t{4} << 20) {
    values += test::bytes_of(value(numbers, values.size() / 8));
  }
  Compressor compressor(Codec::snappy, 0);
  size_t stored = 0;
  for (auto _ : state) {
    stored = 0;
    for (size_t at = 0; at < values.size(); at += page_bytes) {
      stored += compressor.compress(std::string_view(values).substr(at, page_bytes), grain).size();
    }
  }
  size_t count = values.size() / 8;
  state.counters["stored_per_value"] = static_cast<double>(stored) / static_cast<double>(count);
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(count));
  state.SetLabel(grain == Grain::words ? "words" : "bytes");
}

constexpr frame::Type integer{frame::Kind::int64, 0, 0, false};
constexpr frame::Type real{frame::Kind::float64, 0, 0, false};
constexpr frame::Type date{frame::Kind::date, 0, 0, false};
constexpr frame::Type text{frame::Kind::text, 0, 0, false};

void codecs(benchmark::internal::Benchmark* bench) { bench->ArgsProduct({{0, 1, 2}, {12}}); }
// Pages of 512, 41 and 16 KiB.
void widths(benchmark::internal::Benchmark* bench) { bench->ArgsProduct({{1}, {200, 1'000}}); }

void pages(benchmark::internal::Benchmark* bench) {
  bench->ArgsProduct({{0, 1}, {512 << 10, 41 << 10, 16 << 10}});
}

BENCHMARK_CAPTURE(compress, keys, key)->Apply(pages);
BENCHMARK_CAPTURE(compress, amounts, amount)->Apply(pages);
BENCHMARK_CAPTURE(compress, times, time)->Apply(pages);
BENCHMARK_CAPTURE(compress, wide, wide)->Apply(pages);

BENCHMARK_CAPTURE(encode, int64_few, integer, 200)->Apply(codecs);
BENCHMARK_CAPTURE(encode, int64_amounts, integer, 2'000'000)->Apply(codecs)->Apply(widths);
BENCHMARK_CAPTURE(encode, int64_many, integer, 1'000'000'000)->Apply(codecs)->Apply(widths);
BENCHMARK_CAPTURE(encode, double_few, real, 6'000)->Apply(codecs)->Apply(widths);
BENCHMARK_CAPTURE(encode, double_many, real, 1'000'000'000)->Apply(codecs)->Apply(widths);
BENCHMARK_CAPTURE(encode, date_few, date, 2'500)->Apply(codecs);
BENCHMARK_CAPTURE(encode, text_few, text, 1'000)->Apply(codecs);
BENCHMARK_CAPTURE(encode, text_many, text, 1'000'000'000)->Apply(codecs);

}  // namespace
}  // namespace silversmith::parquet

BENCHMARK_MAIN();
