// SPDX-License-Identifier: Apache-2.0
#include "parquet/reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>

#include "support/parquet_values.h"

namespace silversmith::parquet {
namespace {

using frame::Kind;
using frame::Type;
using test::Numbers;
using test::Values;

const std::vector<Type>& types() {
  static const std::vector<Type> all = {
      {Kind::boolean, 0, 0, false},   {Kind::int64, 0, 0, false},    {Kind::float64, 0, 0, false},
      {Kind::decimal, 1, 0, false},   {Kind::decimal, 9, 3, false},  {Kind::decimal, 18, 2, false},
      {Kind::decimal, 19, 19, false}, {Kind::decimal, 38, 6, false}, {Kind::text, 0, 0, false},
      {Kind::json, 0, 0, false},      {Kind::binary, 0, 0, false},   {Kind::date, 0, 0, false},
      {Kind::time, 0, 0, false},      {Kind::timestamp, 0, 0, true}, {Kind::timestamp, 0, 0, false},
  };
  return all;
}

frame::int128 wide_number(Numbers& numbers, uint8_t precision) {
  frame::int128 bound = 1;
  for (uint8_t i = 0; i < precision; ++i) bound *= 10;
  frame::int128 value = 0;
  for (int i = 0; i < 4; ++i) value = (value << 31 | static_cast<int64_t>(numbers.below(1U << 31)));
  value %= bound;
  return numbers.below(2) == 0 ? value : -value;
}

std::string random_value(Type type, Numbers& numbers, uint64_t distinct) {
  Numbers pick(numbers.below(distinct));
  switch (physical_of(type)) {
    case Physical::boolean: return test::bytes_of(static_cast<uint8_t>(pick.below(2)));
    case Physical::float64: {
      uint64_t kind = pick.below(12);
      if (kind == 0) return test::bytes_of(std::numeric_limits<double>::quiet_NaN());
      if (kind == 1) return test::bytes_of(-0.0);
      return test::bytes_of(static_cast<double>(static_cast<int64_t>(pick.next())) / 3);
    }
    case Physical::int32:
      if (type.kind == Kind::date) return test::bytes_of(static_cast<int32_t>(pick.next()));
      return test::bytes_of(static_cast<int32_t>(wide_number(pick, type.precision)));
    case Physical::int64:
      if (type.kind != Kind::decimal) return test::bytes_of(pick.next());
      return test::bytes_of(static_cast<int64_t>(wide_number(pick, type.precision)));
    case Physical::fixed: return test::bytes_of(wide_number(pick, type.precision));
    case Physical::byte_array: break;
  }
  std::string text(pick.below(pick.below(20) == 0 ? 200 : 12), 'x');
  for (char& c : text)
    c = static_cast<char>(type.kind == Kind::binary ? pick.next() : 'a' + pick.below(26));
  return text;
}

Values random_values(Type type, Numbers& numbers, size_t rows) {
  Values values{type, {}, {}};
  uint64_t nulls = numbers.below(4);  // never, seldom, often, always
  uint64_t distinct = numbers.below(2) == 0 ? 20 : 1'000'000;
  for (size_t i = 0; i < rows; ++i) {
    bool null = nulls == 3 || (nulls > 0 && numbers.below(nulls == 1 ? 50 : 2) == 0);
    values.null.push_back(null);
    values.bytes.push_back(null ? std::string() : random_value(type, numbers, distinct));
  }
  return values;
}

void expect_values(Reader& reader, size_t column, const Values& want) {
  size_t row = 0;
  for (size_t group = 0; group < reader.row_groups(); ++group) {
    DecodedColumn decoded = reader.read(group, column).value();
    for (uint32_t i = 0; i < decoded.column.rows; ++i, ++row) {
      ASSERT_EQ(decoded.column.is_null(i), want.null[row]) << "row " << row;
      if (want.null[row]) continue;
      ASSERT_EQ(test::value_at(decoded.column, i), want.bytes[row]) << "row " << row;
    }
  }
  EXPECT_EQ(row, want.null.size());
}

struct Case {
  Schema schema;
  std::vector<Values> columns;
  test::Writing how;
};

Case random_case(uint64_t seed) {
  Numbers numbers(seed);
  Case made;
  size_t rows = numbers.below(4) == 0 ? numbers.below(3) : numbers.below(6000);
  for (Type type : types()) {
    made.schema.push_back({"c" + std::to_string(made.schema.size()), type, false});
    made.columns.push_back(random_values(type, numbers, rows));
  }
  made.how.options = WriterOptions::for_columns(made.schema.size());
  made.how.options.codec = static_cast<Codec>(numbers.below(3));
  made.how.options.page_rows_max = static_cast<uint32_t>(1 + numbers.below(3000));
  made.how.options.page_bytes_max = static_cast<uint32_t>(64 + numbers.below(8000));
  made.how.row_group_rows = 1 + numbers.below(4000);
  return made;
}

TEST(Reader, reads_back_what_was_written_and_verifies_it) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Case made = random_case(seed);
    test::Written written = test::write(made.schema, made.columns, made.how);
    test::StringFile file(written.file);
    Reader reader = Reader::open(file).value();
    EXPECT_EQ(reader.schema(), made.schema);
    EXPECT_EQ(reader.rows(), made.columns[0].null.size());
    EXPECT_EQ(*reader.key_value("key"), "value");
    EXPECT_EQ(reader.digest().value(), written.summary.digest);
    Result<> verified = reader.verify();
    EXPECT_TRUE(verified.ok()) << verified.error().message;
    for (size_t i = 0; i < made.columns.size(); ++i) expect_values(reader, i, made.columns[i]);
  }
}

TEST(Reader, finds_bytes_that_do_not_depend_on_how_batches_were_cut) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Case made = random_case(seed);
    std::string whole = test::write(made.schema, made.columns, made.how).file;
    Numbers cuts(seed);
    made.how.cuts = &cuts;
    for (uint32_t batch : {1U, 7U, 500U}) {
      made.how.batch_rows_max = batch;
      ASSERT_EQ(test::write(made.schema, made.columns, made.how).file, whole) << "seed " << seed;
    }
  }
}

TEST(Reader, finds_bytes_that_do_not_depend_on_the_memory_budget) {
  Case made = random_case(5);
  std::string whole = test::write(made.schema, made.columns, made.how).file;
  for (uint64_t budget : {1U, 5'000U, 30'000U}) {
    test::StringSpools spools;
    made.how.spools = &spools;
    made.how.options.memory_bytes_max = budget;
    made.how.options.footer_bytes_max = budget;
    EXPECT_EQ(test::write(made.schema, made.columns, made.how).file, whole);
    EXPECT_GT(spools.spooled_bytes, 0U);
  }
}

TEST(Reader, digests_alike_whatever_the_codec) {
  Case made = random_case(3);
  made.how.options.codec = Codec::uncompressed;
  Hash128 digest = test::write(made.schema, made.columns, made.how).summary.digest;
  for (Codec codec : {Codec::snappy, Codec::zstd}) {
    made.how.options.codec = codec;
    EXPECT_EQ(test::write(made.schema, made.columns, made.how).summary.digest, digest);
  }
  made.columns[1].bytes[0] = made.columns[1].bytes[0].empty() ? std::string(8, '\1') : "";
  made.columns[1].null[0] = !made.columns[1].null[0];
  EXPECT_NE(test::write(made.schema, made.columns, made.how).summary.digest, digest);
}

TEST(Reader, refuses_every_truncation) {
  Case made = random_case(2);
  std::string bytes = test::write(made.schema, made.columns, made.how).file;
  for (size_t size = 0; size < bytes.size(); size += 1 + size / 50) {
    test::StringFile file(bytes.substr(0, size));
    Result<Reader> opened = Reader::open(file);
    ASSERT_FALSE(opened.ok()) << size;
    EXPECT_EQ(opened.error().code, Code::corrupt);
  }
}

// What is wrong with a file; nothing when it is whole.
std::optional<Error> fault_of(std::string bytes) {
  test::StringFile file(std::move(bytes));
  Result<Reader> opened = Reader::open(file);
  if (!opened.ok()) return std::move(opened).error();
  Result<> verified = opened->verify();
  if (!verified.ok()) return std::move(verified).error();
  return std::nullopt;
}

// A small file with everything in it: every type, dictionaries, nulls, two row groups, indexes.
std::string small_file() {
  Case made;
  Numbers numbers(11);
  for (Type type : types()) {
    made.schema.push_back({"c" + std::to_string(made.schema.size()), type, false});
    made.columns.push_back(random_values(type, numbers, 6));
  }
  made.how.options = WriterOptions::for_columns(made.schema.size());
  made.how.options.created_by = "silversmith version 0.1.0 (build test)";
  made.how.row_group_rows = 4;
  return test::write(made.schema, made.columns, made.how).file;
}

// There is no exception: no bit of a file of ours means nothing.
TEST(Reader, finds_every_flipped_bit) {
  std::string bytes = small_file();
  ASSERT_FALSE(fault_of(bytes).has_value()) << fault_of(bytes)->message;
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      std::optional<Error> fault = fault_of(std::move(changed));
      ASSERT_TRUE(fault.has_value()) << "byte " << at << ", bit " << bit;
      ASSERT_EQ(fault->code, Code::corrupt) << "byte " << at << ", bit " << bit << fault->message;
    }
  }
}

TEST(Reader, finds_a_checksum_that_was_taken_away) {
  std::string bytes = small_file();
  size_t at = bytes.find(checksum_key);
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, checksum_key.size(), std::string(checksum_key.size(), 'x'));
  ASSERT_TRUE(fault_of(bytes).has_value());
  EXPECT_NE(fault_of(bytes)->message.find("lacks the checksum"), std::string::npos);
}

TEST(Reader, shows_metadata_as_json) {
  Case made = random_case(4);
  test::Written written = test::write(made.schema, made.columns, made.how);
  test::StringFile file(written.file);
  Json json = Reader::open(file).value().metadata_json();
  EXPECT_EQ(json.int_or("columns", 0), static_cast<int64_t>(made.schema.size()));
  EXPECT_EQ(json.find("key_values")->text_or("silversmith.digest", ""),
            written.summary.digest.hex());
}

}  // namespace
}  // namespace silversmith::parquet
