// SPDX-License-Identifier: Apache-2.0
#include "csv/machine.h"

#include <gtest/gtest.h>

#include <string>

namespace silversmith::csv {
namespace {

TEST(Machine, goes_on_at_any_byte) {
  Dialect dialect;
  dialect.escape = '\\';
  std::string_view text = "a,\"b\\\"\r\nc\",d\r\nnext";
  for (size_t cut = 0; cut < 14; ++cut) {
    Machine machine(dialect, LineEnd::any);
    machine.start();
    Buffer<uint32_t> ends;
    size_t at = machine.run(text.substr(0, cut), 0, Machine::More::follows, &ends);
    ASSERT_FALSE(machine.record().ended) << cut;
    EXPECT_EQ(machine.run(text, at, Machine::More::follows, &ends), 14U);
    EXPECT_EQ(machine.record().content_end, 12U);
    EXPECT_EQ(machine.record().lines, 2U);
    ASSERT_EQ(ends.size(), 3U);
    EXPECT_EQ(ends[1], 10U);
  }
}

TEST(Machine, tells_a_quote_open_on_one_line_from_one_over_lines) {
  Dialect dialect;
  Machine machine(dialect, LineEnd::newline);
  machine.start();
  machine.run("1,\"two\r\n", 0, Machine::More::never, nullptr);
  EXPECT_TRUE(machine.record().open_quote);
  EXPECT_FALSE(machine.record().open_over_lines);
  EXPECT_EQ(machine.record().content_end, 6U);
  machine.start();
  machine.run("1,\"two\n3", 0, Machine::More::never, nullptr);
  EXPECT_TRUE(machine.record().open_over_lines);
}

TEST(Machine, says_where_text_follows_a_closing_quote) {
  Dialect dialect;
  Machine machine(dialect, LineEnd::newline);
  machine.start();
  machine.run("1,\"x\"y\"z,2\n", 0, Machine::More::never, nullptr);
  EXPECT_TRUE(machine.record().text_after_quote);
  EXPECT_EQ(machine.record().fault_at, 5U);
  EXPECT_EQ(machine.record().fault_field, 2U);
  EXPECT_EQ(machine.record().fields, 3U);
}

}  // namespace
}  // namespace silversmith::csv
