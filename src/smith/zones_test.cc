// SPDX-License-Identifier: Apache-2.0
#include "smith/zones.h"

#include <gtest/gtest.h>

#include "support/memory_source.h"

namespace silversmith::smith {
namespace {

// Settles the column `at` of a file of two columns, read in chunks of that size.
bool utc_of(const std::string& text, size_t chunk_bytes) {
  PassOptions options;
  options.chunk_bytes = chunk_bytes;
  options.dialect.line_end = csv::LineEnd::newline;
  int opened = 0;
  Converter::OpenSource open = [&]() -> Result<std::unique_ptr<ByteSource>> {
    ++opened;
    return std::unique_ptr<ByteSource>(std::make_unique<test::MemorySource>(text));
  };
  PlanDraft draft;
  draft.plan.dialect = options.dialect;
  draft.plan.labels = {"id", "at"};
  draft.plan.columns.resize(2);
  draft.plan.columns[1].source = 1;
  draft.plan.columns[1].type.kind = frame::Kind::timestamp;
  draft.zone_from_first_value = {1};
  auto pass = open_pass(open, options);
  SMITH_CHECK(pass.ok());
  SMITH_CHECK(begin_records(*pass, options, 2).ok());
  SMITH_CHECK(settle_zones(draft, *pass, open, options).ok());
  EXPECT_LE(opened, 2);
  return draft.plan.columns[1].type.utc;
}

TEST(Zones, the_first_value_decides_however_far_into_the_file_it_stands) {
  std::string nulls = "id,at\n";
  for (int i = 0; i < 100; ++i) nulls += "1,\n";
  std::string with = nulls + "2,2024-01-01T00:00:00+01:00\n3,2024-01-01T00:00:00\n";
  std::string without = nulls + "2,2024-01-01 00:00:00\n3,2024-01-01T00:00:00Z\n";
  for (size_t chunk_bytes : {size_t{1}, size_t{50}, size_t{1} << 20}) {
    EXPECT_TRUE(utc_of(with, chunk_bytes)) << chunk_bytes;
    EXPECT_FALSE(utc_of(without, chunk_bytes)) << chunk_bytes;
  }
}

TEST(Zones, quoted_values_count_and_what_is_no_date_does_not) {
  EXPECT_TRUE(utc_of("id,at\n1,unknown\n2,NULL\n3,\"2024-01-01T00:00:00Z\"\n", 1 << 20));
  EXPECT_TRUE(utc_of("id,at\n1,2024-01-01T00:00:00-05:00\n", 1 << 20));
}

TEST(Zones, a_date_alone_and_a_column_without_a_value_have_none) {
  EXPECT_FALSE(utc_of("id,at\n1,2024-01-01\n", 1 << 20));
  EXPECT_FALSE(utc_of("id,at\n1,\n", 1));
  EXPECT_FALSE(utc_of("id,at\n", 1));
}

}  // namespace
}  // namespace silversmith::smith
