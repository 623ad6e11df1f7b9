// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace silversmith {
namespace {

class TemporaryFile {
 public:
  TemporaryFile() : file_(std::tmpfile()) {}
  ~TemporaryFile() { std::fclose(file_); }
  int descriptor() { return fileno(file_); }
  std::string content() {
    std::rewind(file_);
    std::string out(4096, '\0');
    out.resize(std::fread(out.data(), 1, out.size(), file_));
    return out;
  }

 private:
  std::FILE* file_;
};

TEST(JsonLog, writes_one_line_with_time_level_and_message_in_front) {
  TemporaryFile file;
  FakeClock clock;
  JsonLog log(file.descriptor(), Level::info, clock);
  log.write(Level::warn, "two\nlines", Json::object().set("rows", 3));
  EXPECT_EQ(file.content(),
            "{\"timestamp\":\"2023-11-14T22:13:20.000Z\",\"level\":\"warn\","
            "\"message\":\"two\\nlines\",\"rows\":3}\n");
}

TEST(JsonLog, drops_what_is_below_the_least_level) {
  TemporaryFile file;
  FakeClock clock;
  JsonLog log(file.descriptor(), Level::warn, clock);
  log.write(Level::debug, "a", Json::object());
  log.write(Level::info, "b", Json::object());
  EXPECT_EQ(file.content(), "");
  log.write(Level::error, "c", Json::object());
  EXPECT_NE(file.content().find("\"error\""), std::string::npos);
}

TEST(JsonLog, its_own_names_win_over_fields) {
  TemporaryFile file;
  FakeClock clock;
  JsonLog log(file.descriptor(), Level::debug, clock);
  log.write(Level::info, "mine", Json::object().set("message", "theirs").set("x", 1));
  EXPECT_EQ(file.content().find("theirs"), std::string::npos);
  EXPECT_TRUE(parse_json(file.content()).ok()) << file.content();
}

TEST(JsonLog, a_closed_descriptor_stops_no_work) {
  FakeClock clock;
  JsonLog log(-1, Level::debug, clock);
  log.write(Level::error, "lost", Json());
}

TEST(Level, has_a_name) {
  EXPECT_EQ(name_of(Level::debug), "debug");
  EXPECT_EQ(name_of(Level::error), "error");
}

}  // namespace
}  // namespace silversmith
