// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "config.h"

namespace silversmith::app {
namespace {

TEST(ConfigurationPage, is_what_the_program_says) {
  std::ifstream file(SMITH_CONFIGURATION_PAGE, std::ios::binary);
  std::string page{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(page, configuration_page())
      << "write docs/operations/configuration.md anew from configuration_page()";
}

TEST(ConfigurationPage, names_every_option_once) {
  std::set<std::string_view> names;
  for (const OptionSpec& option : option_table()) {
    EXPECT_TRUE(names.insert(option.name).second) << option.name;
    std::string row = "| `--" + std::string(option.name);
    EXPECT_NE(configuration_page().find(row), std::string::npos) << option.name;
  }
}

}  // namespace
}  // namespace silversmith::app
