// SPDX-License-Identifier: Apache-2.0
// Columns → row group, by type, codec and repetition: ns a value and bytes a second of values.
#include <benchmark/benchmark.h>

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
  WriterOptions options = WriterOptions::for_columns(12);
  options.codec = static_cast<Codec>(state.range(0));
  test::Values values = values_of(type, distinct);
  std::vector<std::vector<frame::Column>> batches;
  for (size_t at = 0; at < rows; at += batch_rows) {
    auto count = static_cast<uint32_t>(std::min<size_t>(batch_rows, rows - at));
    batches.emplace_back().push_back(test::cut(values, at, count));
  }
  RowGroupWriter writer(schema, options, nullptr);
  for (auto _ : state) {
    for (const auto& batch : batches) writer.append(batch, batch[0].rows).value();
    benchmark::DoNotOptimize(writer.finish().value().bytes());
  }
  size_t bytes = 0;
  for (const std::string& value : values.bytes) bytes += value.size();
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(rows));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes));
}

constexpr frame::Type integer{frame::Kind::int64, 0, 0, false};
constexpr frame::Type real{frame::Kind::float64, 0, 0, false};
constexpr frame::Type date{frame::Kind::date, 0, 0, false};
constexpr frame::Type text{frame::Kind::text, 0, 0, false};

BENCHMARK_CAPTURE(encode, int64_few, integer, 200)->Arg(0)->Arg(1)->Arg(2);
BENCHMARK_CAPTURE(encode, int64_many, integer, 1'000'000'000)->Arg(0)->Arg(1)->Arg(2);
BENCHMARK_CAPTURE(encode, double_few, real, 6'000)->Arg(0)->Arg(1)->Arg(2);
BENCHMARK_CAPTURE(encode, double_many, real, 1'000'000'000)->Arg(0)->Arg(1)->Arg(2);
BENCHMARK_CAPTURE(encode, date_few, date, 2'500)->Arg(0)->Arg(1)->Arg(2);
BENCHMARK_CAPTURE(encode, text_few, text, 1'000)->Arg(0)->Arg(1)->Arg(2);
BENCHMARK_CAPTURE(encode, text_many, text, 1'000'000'000)->Arg(0)->Arg(1)->Arg(2);

}  // namespace
}  // namespace silversmith::parquet

BENCHMARK_MAIN();
