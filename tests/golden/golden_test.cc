// SPDX-License-Identifier: Apache-2.0
// Every golden case, whole: what the pipeline makes of it, and that nothing but the input, the
// contract, the arguments and the span size has a say in it.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "base/text.h"
#include "golden_case.h"

namespace silversmith::golden {

// What GoogleTest prints of a case.
void PrintTo(const Case& golden, ::std::ostream* out) {  // NOLINT: GoogleTest's name
  *out << golden.topic << "/" << golden.name;
}

namespace {

const std::vector<Case>& cases() {
  static const auto all = [] {
    auto read = read_cases(SMITH_GOLDEN_ROOT);
    SMITH_CHECK(read.ok(), read.ok() ? "" : read.error().message);
    return *std::move(read);
  }();
  return all;
}

class Golden : public testing::TestWithParam<Case> {};

void expect_same(const Made& want, const Made& made) {
  EXPECT_EQ(silver::account_json(want.account).dump(), silver::account_json(made.account).dump());
  EXPECT_TRUE(want.silver == made.silver) << "silver differs";
  EXPECT_TRUE(want.rejects_csv == made.rejects_csv)
      << "rejects.csv: " << show(want.rejects_csv, 400) << "\nnow " << show(made.rejects_csv, 400);
  EXPECT_TRUE(want.rejects_parquet == made.rejects_parquet) << "rejects.parquet differs";
}

std::string describe(const Way& way) {
  return std::to_string(way.threads) + " threads, chunks of " + std::to_string(way.chunk_bytes) +
         ", pieces of " + std::to_string(way.piece_bytes) + ", spans of " +
         std::to_string(way.span_bytes_min);
}

// Runs that way and compares with `want`; false when it differs.
bool same_again(const Case& golden, const Way& way, const Result<Made>& want) {
  SCOPED_TRACE(describe(way));
  Result<Made> made = make(golden, way);
  EXPECT_EQ(made.ok(), want.ok());
  if (made.ok() != want.ok()) return false;
  if (made.ok()) {
    expect_same(*want, *made);
  } else {
    EXPECT_EQ(made.error().message, want.error().message);
  }
  return !testing::Test::HasFailure();
}

TEST_P(Golden, gives_what_is_wanted) {
  const Case& golden = GetParam();
  Wants want = read_wants(golden);
  Wants made = wants_of(make(golden, Way()));
  ASSERT_FALSE(want.empty()) << golden.folder << " has no want.* file: run tools/golden";
  for (const auto& [name, text] : made) {
    EXPECT_TRUE(want.contains(name)) << name << " is made but not wanted:\n" << text;
  }
  for (const auto& [name, text] : want) {
    ASSERT_TRUE(made.contains(name)) << name << " is wanted but not made";
    EXPECT_EQ(text, made[name]) << golden.folder << "/" << name;
  }
}

TEST_P(Golden, counts_every_record_once) {
  Result<Made> made = make(GetParam(), Way());
  if (!made.ok()) return;
  const silver::Account& account = made->account;
  EXPECT_TRUE(account.balances());
  EXPECT_EQ(account.rows_read, account.rows + account.rows_quarantined + account.rows_skipped);
}

TEST_P(Golden, keeps_the_bytes_of_rejects) {
  const Case& golden = GetParam();
  Result<Made> made = make(golden, Way());
  if (!made.ok() || made->rejects_csv.empty()) return;
  std::string decoded = decoded_input(golden);
  std::string body = expected_rejects_csv(*made, decoded);
  ASSERT_TRUE(made->rejects_csv.ends_with(body)) << show(made->rejects_csv, 400);
  // What stands before the records is the file's own header, if it has one.
  std::string header = made->rejects_csv.substr(0, made->rejects_csv.size() - body.size());
  EXPECT_TRUE(decoded.starts_with(header)) << show(header, 400);
  bool without = std::find(golden.arguments.begin(), golden.arguments.end(), "--no-header") !=
                 golden.arguments.end();
  EXPECT_EQ(header.empty(), without);
}

TEST_P(Golden, does_not_depend_on_chunk_sizes) {
  const Case& golden = GetParam();
  Result<Made> want = make(golden, Way());
  for (size_t chunk = 1; chunk <= 67; ++chunk) {
    if (!same_again(golden, {.chunk_bytes = chunk}, want)) return;
  }
  if (!same_again(golden, {.chunk_bytes = 4096}, want)) return;
  for (size_t piece : {1, 3, 64}) {
    if (!same_again(golden, {.chunk_bytes = 16, .piece_bytes = piece}, want)) return;
  }
}

TEST_P(Golden, does_not_depend_on_threads) {
  const Case& golden = GetParam();
  for (uint64_t span : {uint64_t{limits::span_bytes_min}, uint64_t{512}, uint64_t{16 << 10}}) {
    Result<Made> want = make(golden, {.span_bytes_min = span});
    for (uint32_t threads : {1, 2, 3}) {
      for (size_t chunk : {size_t{7}, limits::chunk_bytes}) {
        Way way{.threads = threads, .chunk_bytes = chunk, .span_bytes_min = span};
        if (!same_again(golden, way, want)) return;
      }
    }
  }
}

// Limits are looked at between spans: how much of a refused file was counted depends on them, that
// it is refused does not.
TEST_P(Golden, gives_the_same_rows_for_any_span_size) {
  const Case& golden = GetParam();
  Result<Made> whole = make(golden, Way());
  Wants want = wants_of(whole);
  for (uint64_t span : {uint64_t{512}, uint64_t{4096}, uint64_t{16 << 10}}) {
    SCOPED_TRACE("spans of " + std::to_string(span));
    Result<Made> made = make(golden, {.span_bytes_min = span});
    if (whole.ok() && whole->account.refused()) {
      ASSERT_TRUE(made.ok() && made->account.refused());
      EXPECT_EQ(made->account.faults[0].code, whole->account.faults[0].code);
    } else {
      EXPECT_EQ(want, wants_of(made));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, testing::ValuesIn(cases()), [](const auto& one) {
  std::string name = one.param.topic + "_" + one.param.name;
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
});

}  // namespace
}  // namespace silversmith::golden
