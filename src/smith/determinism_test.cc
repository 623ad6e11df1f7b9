// SPDX-License-Identifier: Apache-2.0
// The promise of pipeline.h: neither bytes nor accounts nor refusals depend on threads, memory or
// chunk size. In the binary that also runs under the thread sanitizer.
#include <gtest/gtest.h>

#include <atomic>

#include "base/text.h"
#include "smith/pipeline.h"
#include "support/engine.h"

namespace silversmith::smith {
namespace {

using test::Made;

contract::Contract orders(const std::string& policy) {
  return test::contract_of(
      "name: orders\n"
      "schema:\n"
      "  fields:\n"
      "    - {name: id, type: integer, constraints: {required: true}}\n"
      "    - {name: amount, type: number, \"silver:onTypeError\": nullify}\n"
      "    - {name: at, type: datetime}\n"
      "\"silver:contract\": {version: 1, match: \"bronze/**\"}\n"
      "\"silver:policy\": " +
      policy + "\n");
}

// Good records, broken ones, nulls, quoted line ends, blank lines; the same at every call.
std::string mixed(size_t count) {
  std::string text = "id,amount,at\n";
  uint64_t state = 1;
  for (size_t i = 0; i < count; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    switch (state >> 60) {
      case 0: text += "x,1,2024-01-01T00:00:00Z\n"; break;
      case 1: text += std::to_string(i) + ",abc,\n"; break;
      case 2: text += std::to_string(i) + ",1\n"; break;
      case 3: text += "\n"; break;
      case 4: text += std::to_string(i) + ",\"2.5\",\"2024-01-01 10:00:00+02:00\"\r\n"; break;
      case 5: text += std::to_string(i) + ",\"1\n2\",\n"; break;
      default: text += std::to_string(i) + ",0.25,\n"; break;
    }
  }
  return text;
}

EngineOptions options_of(uint32_t threads, size_t chunk_bytes, Target target) {
  EngineOptions options;
  options.threads = threads;
  options.chunk_bytes = chunk_bytes;
  options.target = target;
  options.span_bytes_min = 50'000;
  return options;
}

// Every way to work that must not matter, each against one thread with default chunks.
void expect_equal_everywhere(const std::string& text, Target target,
                             const std::optional<contract::Contract>& contract) {
  Made want = test::convert(text, options_of(1, limits::chunk_bytes, target), contract);
  for (uint32_t threads : {1U, 2U, 4U}) {
    for (size_t chunk_bytes : {size_t{997}, size_t{4096}, limits::chunk_bytes}) {
      Made made = test::convert(text, options_of(threads, chunk_bytes, target), contract);
      EXPECT_TRUE(made == want) << threads << " threads, chunks of " << chunk_bytes << ": "
                                << made.message() << " / " << want.message();
    }
  }
  EngineOptions tight = options_of(2, limits::chunk_bytes, target);
  tight.memory_bytes_max = uint64_t{40} << 20;
  EXPECT_TRUE(test::convert(text, tight, contract) == want) << "little memory";
}

TEST(Determinism, parquet_under_a_contract) {
  std::string text = mixed(20'000);
  ASSERT_GT(text.size(), 4 * 50'000U);
  expect_equal_everywhere(text, Target::parquet, orders("{limits: {maxBadRatio: null}}"));
}

TEST(Determinism, parquet_with_inferred_types) {
  expect_equal_everywhere(mixed(20'000), Target::parquet, std::nullopt);
}

TEST(Determinism, text_with_rejected_blank_lines) {
  expect_equal_everywhere(mixed(20'000), Target::jsonl,
                          orders("{blankLines: quarantine, limits: {maxBadRatio: null}}"));
}

TEST(Determinism, a_refusal_by_limits_comes_at_the_same_record) {
  contract::Contract contract = orders("{limits: {maxBadRows: 100}}");
  expect_equal_everywhere(mixed(20'000), Target::parquet, contract);
  EXPECT_EQ(test::convert(mixed(20'000), options_of(4, 4096, Target::parquet), contract).fault(),
            "limit-exceeded");
}

TEST(Determinism, a_refusal_wins_over_a_source_that_breaks_behind_it) {
  std::string text = mixed(40'000);
  contract::Contract contract = orders("{limits: {maxBadRows: 100}}");
  for (uint32_t threads : {1U, 2U, 4U}) {
    PipelineSetup setup;
    setup.options = options_of(threads, limits::chunk_bytes, Target::parquet);
    setup.contract = contract;
    // The bytes end inside a gzip member: a fault of the file as a whole, found at its end.
    auto open = [&]() -> Result<std::unique_ptr<ByteSource>> {
      class Cut : public test::MemorySource {
       public:
        using MemorySource::MemorySource;
        Result<size_t> read(std::span<char> into) override {
          size_t count = SMITH_TRY(MemorySource::read(into));
          if (count > 0) return count;
          return Error{Code::corrupt, "the bytes end too soon", "", "compression-error"};
        }
      };
      return std::unique_ptr<ByteSource>(std::make_unique<Cut>(text));
    };
    auto made = test::try_convert(setup, open);
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ(made->fault(), "limit-exceeded") << threads;
  }
}

// What a source that ends too soon and a disk that is full have seen of each other.
struct Trouble {
  std::atomic<bool> source_broke = false;
};

class BreakingSource : public test::MemorySource {
 public:
  BreakingSource(std::string bytes, Trouble& trouble)
      : MemorySource(std::move(bytes), 4096), trouble_(trouble) {}
  Result<size_t> read(std::span<char> into) override {
    size_t count = SMITH_TRY(MemorySource::read(into));
    if (count > 0) return count;
    trouble_.source_broke = true;
    trouble_.source_broke.notify_all();
    return Error{Code::corrupt, "the bytes end too soon", "", "compression-error"};
  }

 private:
  Trouble& trouble_;
};

// Fails the first thing that it is to keep; with other threads, only when the source broke too.
class FullDisk : public SpoolMaker {
 public:
  FullDisk(Trouble& trouble, uint32_t threads) : trouble_(trouble), threads_(threads) {}
  std::unique_ptr<Spool> make() override { return std::make_unique<FullSpool>(*this); }

 private:
  struct FullSpool : public Spool {
    explicit FullSpool(FullDisk& full) : disk(full) {}
    Result<> append(std::string_view) override {
      if (disk.threads_ > 1) disk.trouble_.source_broke.wait(false);
      return Error{Code::busy, "the disk is full", "", ""};
    }
    uint64_t size() const override { return 0; }
    Result<> read_at(uint64_t, std::span<char>) override { return {}; }
    FullDisk& disk;
  };

  Trouble& trouble_;
  uint32_t threads_;
};

// A full disk is passing trouble: the file must not be refused for what comes behind it.
TEST(Determinism, a_full_disk_wins_over_a_source_that_breaks_behind_it) {
  for (uint32_t threads : {1U, 2U, 4U}) {
    Trouble trouble;
    FullDisk disk(trouble, threads);
    PipelineSetup setup;
    setup.options = options_of(threads, 4096, Target::csv);
    setup.contract = orders("{limits: {maxBadRatio: null}}");
    setup.spools = &disk;
    auto made = test::try_convert(setup, [&]() -> Result<std::unique_ptr<ByteSource>> {
      return std::unique_ptr<ByteSource>(std::make_unique<BreakingSource>(mixed(2'000), trouble));
    });
    ASSERT_FALSE(made.ok()) << "refused for " << made->message() << ", " << threads << " threads";
    EXPECT_EQ(made.error().code, Code::busy) << threads;
  }
}

TEST(Determinism, long_records_have_the_same_places) {
  EngineOptions options = options_of(1, limits::chunk_bytes, Target::csv);
  options.dialect.record_bytes_max = 64;
  std::string text = "id,amount,at\n1,1,\n2," + std::string(500, 'x') + "\r\n3,3,\n4," +
                     std::string(80, '"') + "\n,\n";
  contract::Contract contract = orders("{}");
  Made want = test::convert(text, options, contract);
  EXPECT_EQ(want.account.reasons.at("record-too-long"), 2U);
  for (size_t chunk_bytes = 1; chunk_bytes <= 67; ++chunk_bytes) {
    options.chunk_bytes = chunk_bytes;
    options.threads = chunk_bytes % 2 == 0 ? 1 : 2;
    EXPECT_TRUE(test::convert(text, options, contract) == want) << chunk_bytes;
  }
}

}  // namespace
}  // namespace silversmith::smith
