// SPDX-License-Identifier: Apache-2.0
// Every option (name, value, default, commands, help) and every command, each in one table: the
// command line, the environment, the configuration file and the documentation read them here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace silversmith::app {

enum class OptionKind : uint8_t { flag, value, list };

struct OptionSpec {
  std::string_view name;  // --name, SILVERSMITH_NAME, `name:` in the file
  OptionKind kind = OptionKind::value;
  std::string_view value;      // what stands for the value in help, "SIZE"
  std::string_view otherwise;  // the default, as text
  // Blank-separated first words, or whole commands such as "quarantine.show"; "" is every command.
  std::string_view commands;
  std::string_view help;
};
const std::vector<OptionSpec>& option_table();
// Whether the option is one of that command's, "quarantine show".
bool command_takes(std::string_view command, const OptionSpec& option);

struct CommandSpec {
  std::string_view path;      // "runs ls"
  std::string_view operands;  // "LAKE [RUN]"; [X] optional, X... one or more
  std::string_view help;
};
const std::vector<CommandSpec>& command_table();

// The option of that name; null when there is none.
const OptionSpec* find_option(std::string_view name);
// Its environment variable, SILVERSMITH_NAME.
std::string variable_of(std::string_view name);

// docs/operations/configuration.md, from the tables; a test compares.
std::string configuration_page();

}  // namespace silversmith::app
