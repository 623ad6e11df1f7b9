// SPDX-License-Identifier: Apache-2.0
// Bytes a second of the splitter and the tokeniser, by kernel and kind of text:
//   scan_bench --benchmark_filter=avx2
#include <benchmark/benchmark.h>

#include <cstring>
#include <string>

#include "csv/scan.h"
#include "csv/splitter.h"
#include "csv/tokeniser.h"

namespace silversmith::csv {
namespace {

struct Kind {
  const char* name;
  const char* row;
  uint32_t width;
};

// Rows as in the data sets of bench/data: fields of 15, 8 and 5 bytes; then broken ones.
constexpr Kind kinds[] = {
    {"orders", "1000234,88211,\"Ms. Example, Anna\",104.95,EUR,2024-03-01T12:30:11Z,shipped\n", 7},
    {"lineitem",
     "1,155190,7706,1,17,21168.23,0.04,0.02,N,O,1996-03-13,1996-02-12,1996-03-22,"
     "DELIVER IN PERSON,TRUCK,egular courts above\n",
     16},
    {"taxi",
     "2,2024-01-01 00:57:55,2024-01-01 01:17:43,1,1.72,1,N,186,79,2,17.7,1.0,0.5,0.0,0.0,"
     "1.0,22.7,2.5,0.0\n",
     19},
    {"crlf", "1000234,88211,\"Ms. Example, Anna\",104.95,EUR,2024-03-01T12:30:11Z,shipped\r\n", 7},
    {"lenient", "1000234,88211,12\" monitor,104.95,EUR,2024-03-01T12:30:11Z,shipped\n", 7},
};

std::string text_of(const Kind& kind, size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += kind.row;
  return text;
}

class Repeated : public ByteSource {
 public:
  Repeated(std::string_view text, int rounds) : text_(text), rounds_(rounds) {}
  Result<size_t> read(std::span<char> into) override {
    if (at_ == text_.size()) {
      at_ = 0;
      --rounds_;
    }
    if (rounds_ == 0) return size_t{0};
    size_t size = std::min(into.size(), text_.size() - at_);
    std::memcpy(into.data(), text_.data() + at_, size);
    at_ += size;
    return size;
  }

 private:
  std::string_view text_;
  int rounds_;
  size_t at_ = 0;
};

Dialect without_header() {
  Dialect dialect;
  dialect.header = false;
  dialect.line_end = LineEnd::newline;
  return dialect;
}

// The kernel alone, over text in the cache.
void sweep(benchmark::State& state, const Kernel* kernel, const Kind& kind) {
  std::string text =
      std::string(64, ' ') + text_of(kind, limits::chunk_bytes) + std::string(64, ' ');
  size_t size = text.size() - 128;
  for (auto _ : state) {
    SplitScan scan;
    kernel->split(text.data() + 64, size, {}, scan);
    benchmark::DoNotOptimize(scan);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(size));
}

// Splitter::next() with the copy that stands for reading.
void split(benchmark::State& state, const Kernel* kernel, const Kind& kind) {
  std::string text = text_of(kind, limits::chunk_bytes);
  constexpr int rounds = 64;
  for (auto _ : state) {
    Repeated source(text, rounds);
    auto splitter = Splitter::open(without_header(), source, {limits::chunk_bytes, kernel->name});
    while (true) {
      auto next = splitter->next();
      if (!next->has_value()) break;
      splitter->recycle(std::move((*next)->buffer));
    }
  }
  state.SetBytesProcessed(state.iterations() * rounds * static_cast<int64_t>(text.size()));
}

void tokenise(benchmark::State& state, const Kernel* kernel, const Kind& kind) {
  std::string text = text_of(kind, limits::chunk_bytes);
  Chunk chunk;
  chunk.buffer.append(text.data(), text.size());
  chunk.lenient = std::string_view(kind.name) == "lenient";
  Tokeniser tokeniser(without_header(), LineEnd::newline, kind.width, kernel->name);
  for (auto _ : state) {
    const Records& records = tokeniser.tokenise(chunk);
    SMITH_CHECK(records.count > 0 && records.faults.empty());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}

bool register_all() {
  for (const Kernel* kernel : kernels()) {
    for (const Kind& kind : kinds) {
      std::string name = std::string(kernel->name) + "/" + kind.name;
      // A sweep ends at the first odd quote, so it says nothing about the lenient text.
      bool whole = std::string_view(kind.name) != "lenient";
      if (whole) benchmark::RegisterBenchmark(("sweep/" + name).c_str(), sweep, kernel, kind);
      benchmark::RegisterBenchmark(("split/" + name).c_str(), split, kernel, kind);
      benchmark::RegisterBenchmark(("tokenise/" + name).c_str(), tokenise, kernel, kind);
    }
  }
  return true;
}

[[maybe_unused]] const bool registered = register_all();

}  // namespace
}  // namespace silversmith::csv
