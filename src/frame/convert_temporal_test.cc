// SPDX-License-Identifier: Apache-2.0
#include "frame/convert_temporal.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "frame/civil.h"
#include "frame/pattern_walk.h"
#include "support/made_cells.h"
#include "support/value_oracle.h"

namespace silversmith::frame {
namespace {

void expect_date(const std::string& text) {
  MadeCells made({text});
  int32_t value = -1;
  convert_date(made.cells, made.marks.data(), nullptr, &value);
  std::optional<int64_t> wanted = oracle::date(text);
  ASSERT_EQ(made.marks[0] == Mark::good, wanted.has_value()) << text;
  ASSERT_EQ(value, wanted.value_or(0)) << text;
}

void expect_timestamp(const std::string& text, Zone zone) {
  MadeCells made({text});
  int64_t value = -1;
  convert_timestamp(made.cells, made.marks.data(), {nullptr, zone}, &value);
  std::optional<int64_t> wanted =
      oracle::timestamp(text, zone == Zone::none ? oracle::Offset::none : oracle::Offset::wanted);
  ASSERT_EQ(made.marks[0] == Mark::good, wanted.has_value()) << text;
  ASSERT_EQ(value, wanted.value_or(0)) << text;
}

TEST(Civil, counts_every_day_of_ten_thousand_years) {
  int32_t days = days_min;
  for (uint32_t year = 1; year <= 9999; ++year) {
    for (uint32_t month = 1; month <= 12; ++month) {
      uint32_t last = days_in_month(year, month);
      ASSERT_FALSE(is_civil({year, month, last + 1}));
      for (uint32_t day = 1; day <= last; ++day, ++days) {
        ASSERT_EQ(days_from_civil({year, month, day}), days);
        ASSERT_EQ(civil_from_days(days), (Civil{year, month, day}));
      }
    }
  }
  EXPECT_EQ(days, days_max + 1);
  EXPECT_EQ(days_from_civil({1970, 1, 1}), 0);
}

TEST(ConvertDate, checks_the_calendar) {
  for (const char* text :
       {"1970-01-01", "2000-02-29", "1900-02-29", "2024-02-30",  "2023-02-29",  "0001-01-01",
        "0000-12-31", "9999-12-31", "2024-13-01", "2024-00-10",  "2024-01-00",  "2024-04-31",
        "2024-1-01",  "2024/01/01", "20240101",   " 2024-01-01", "2024-01-01 ", "2024-01-0x",
        "2o24-01-01", "+024-01-01", "",           "2024-01-01T"}) {
    expect_date(text);
  }
}

TEST(ConvertDate, finds_every_wrong_byte_at_every_place) {
  for (size_t at = 0; at < 10; ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text = "2024-11-11";
      text[at] = static_cast<char>(byte);
      expect_date(text);
    }
  }
}

TEST(ConvertTimestamp, agrees_with_the_oracle_in_every_form) {
  for (const char* text : {"2024-01-02T03:04:05",
                           "2024-01-02 03:04:05",
                           "2024-01-02T03:04",
                           "2024-01-02t03:04:05",
                           "2024-01-02T03:04:05.1",
                           "2024-01-02T03:04:05.123456",
                           "2024-01-02T03:04:05.1234567",
                           "2024-01-02T03:04:05.",
                           "2024-01-02T24:00:00",
                           "2024-01-02T23:59:60",
                           "2024-01-02T03:04:05Z",
                           "2024-01-02T03:04:05z",
                           "2024-01-02T03:04:05+01:30",
                           "2024-01-02T03:04:05-0130",
                           "2024-01-02T03:04:05+01",
                           "2024-01-02T03:04:05+1",
                           "2024-01-02T03:04:05+24:00",
                           "2024-01-02T03:04:05+01:60",
                           "2024-01-02T03:04:05+01:3",
                           "2024-01-02T03:04Z",
                           "2024-01-02T03:04:05.5+00:00",
                           "2024-01-02",
                           "2024-01-02T",
                           "2024-01-02T3:04:05",
                           "2024-01-02T03:04:5",
                           "2024-02-30T00:00:00",
                           "0001-01-01T00:00:00Z",
                           "0001-01-01T00:00:00+00:01",
                           "9999-12-31T23:59:59.999999Z",
                           "9999-12-31T23:59:59-00:01",
                           "1969-12-31T23:59:59.999999",
                           "2024-01-02T03:04:05 Z",
                           " 2024-01-02T03:04:05",
                           "2024-01-02T03:04:05ZZ",
                           "2024-01-02T03:04:05+",
                           ""}) {
    expect_timestamp(text, Zone::none);
    expect_timestamp(text, Zone::wanted);
  }
}

TEST(ConvertTimestamp, tells_a_missing_offset_from_one_too_many) {
  MadeCells made({"2024-01-02T03:04:05Z", "2024-01-02T03:04:05"});
  int64_t values[2];
  EXPECT_EQ(convert_timestamp(made.cells, made.marks.data(), {nullptr, Zone::none}, values), 1U);
  EXPECT_EQ(made.marks[0], Mark::zone_given);
  made.marks = {Mark::good, Mark::good};
  EXPECT_EQ(convert_timestamp(made.cells, made.marks.data(), {nullptr, Zone::wanted}, values), 1U);
  EXPECT_EQ(made.marks[1], Mark::zone_missing);
}

TEST(ConvertTimestamp, does_not_take_the_date_before_for_a_bad_one) {
  MadeCells made({"2024-01-02T00:00", "2024-01-99T00:00", "2024-01-99T00:00", "2024-01-02T00:01"});
  std::vector<int64_t> values(4, -1);
  EXPECT_EQ(convert_timestamp(made.cells, made.marks.data(), {}, values.data()), 2U);
  EXPECT_EQ(values[3] - values[0], 60'000'000);
  EXPECT_EQ(values[2], 0);
}

TEST(ConvertTimestamp, survives_a_changed_byte_anywhere) {
  std::mt19937_64 random(5);
  const std::string whole = "2024-11-21T13:14:15.161718+11:30";
  for (size_t at = 0; at < whole.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text = whole;
      text[at] = static_cast<char>(byte);
      expect_timestamp(text, Zone::wanted);
      expect_timestamp(text.substr(0, 1 + random() % text.size()), Zone::none);
    }
  }
}

// A pattern that goes the fast way must give what walking it gives.
void expect_as_walked(const char* format, Zone zone, const std::string& text) {
  contract::Pattern pattern =
      contract::compile_pattern(format, contract::PatternUse::datetime).value();
  MadeCells made({text});
  int64_t value = -1;
  convert_timestamp(made.cells, made.marks.data(), {&pattern, zone}, &value);
  WalkedTime walked;
  bool good = walk_pattern(pattern, made.cells[0], &walked);
  int64_t wanted = int64_t{walked.days} * micros_per_day + walked.clock - walked.offset;
  ASSERT_EQ(made.marks[0] == Mark::good, good) << format << " " << text;
  ASSERT_EQ(value, good ? wanted : 0) << format << " " << text;
}

TEST(ConvertTimestamp, plain_patterns_agree_with_the_walk) {
  const std::string whole = "2024-11-21 13:14:15";
  for (size_t at = 0; at < whole.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text = whole;
      text[at] = static_cast<char>(byte);
      expect_as_walked("%Y-%m-%d %H:%M:%S", Zone::none, text);
      expect_as_walked("%Y-%m-%dT%H:%M:%S", Zone::none, text);
      expect_as_walked("%Y-%m-%d %H:%M:%S%z", Zone::wanted, text + "+01:30");
    }
  }
  for (const char* tail : {"", "Z", ".5", ".5Z", "+01", "-0130", "+1", " ", "z"}) {
    expect_as_walked("%Y-%m-%d %H:%M:%S", Zone::none, whole + tail);
    expect_as_walked("%Y-%m-%d %H:%M:%S%z", Zone::wanted, whole + tail);
    expect_as_walked("%Y-%m-%d %H:%M:%S", Zone::none, whole.substr(0, 16) + tail);
  }
}

TEST(ConvertDate, a_plain_pattern_agrees_with_the_iso_form) {
  contract::Pattern pattern =
      contract::compile_pattern("%Y-%m-%d", contract::PatternUse::date).value();
  MadeCells made({"2024-02-29", "2024-02-30", "24-02-29", "2024-2-29"});
  std::vector<int32_t> values(4, -1);
  EXPECT_EQ(convert_date(made.cells, made.marks.data(), &pattern, values.data()), 3U);
  EXPECT_EQ(values[0], days_from_civil({2024, 2, 29}));
}

TEST(ConvertTime, takes_hours_to_microseconds) {
  MadeCells made({"00:00", "23:59:59.999999", "24:00", "12:34:56", "12:34:56Z", "1:00", ""});
  std::vector<int64_t> values(made.cells.size(), -1);
  EXPECT_EQ(convert_time(made.cells, made.marks.data(), nullptr, values.data()), 4U);
  EXPECT_EQ(values[0], 0);
  EXPECT_EQ(values[1], micros_per_day - 1);
  EXPECT_EQ(values[3], 45296 * micros_per_second);
}

}  // namespace
}  // namespace silversmith::frame
