// SPDX-License-Identifier: Apache-2.0
// The one place that reads flags, environment variables and the configuration file, as
// option_table.h lists them: the settings of this invocation.
// Precedence: flag, SILVERSMITH_* variable, configuration file, default (a contract stands between
// variable and file; smith::settle_dialect and settle_codec see to that).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "contract/contract.h"
#include "option_table.h"
#include "smith/options.h"

namespace silversmith::app {

enum class Origin : uint8_t { flag, environment, file };  // the strongest first

// What was set, by option name; what was not set has its default.
class Settings {
 public:
  void set(std::string_view name, std::vector<std::string> values, Origin origin);
  bool flag(std::string_view name) const;
  // The value set, or the table's default; "" when there is neither.
  std::string text(std::string_view name) const;
  std::optional<std::string> given(std::string_view name) const;
  std::vector<std::string> list(std::string_view name) const;
  std::optional<Origin> origin(std::string_view name) const;
  // A flag was said to be false: weaker origins can't set it any more.
  void decline(std::string_view name);
  bool is_decided(std::string_view name) const;  // set or declined

 private:
  struct Setting {
    std::vector<std::string> values;
    Origin origin = Origin::flag;
  };
  std::map<std::string, Setting, std::less<>> settings_;
  std::set<std::string> declined_;
};

struct Invocation {
  std::string command;  // "runs ls"
  std::vector<std::string> operands;
  Settings settings;
  std::optional<std::string> help;  // print this and end well
};

// Reads the command line, then the environment, then the configuration file.
// Fails with invalid: what is wrong with which argument, and where to find help.
Result<Invocation> read_invocation(int argc, char** argv);

// The files that settings are read from, the first that is there: this run's, and a later one's.
std::vector<std::string> configuration_files(const Settings& settings);

// The part of it behind the command line: what the environment and the configuration file say to
// this command. Fails as read_invocation().
Result<> read_surroundings(Invocation& invocation);

// The command line alone (cli.cc, the home of the library that reads it).
Result<Invocation> parse_arguments(const std::vector<std::string>& arguments);

// The option's whole number below 10^9. Fails with invalid, naming option, value and what is
// wanted.
Result<uint64_t> whole_number(const Settings& settings, std::string_view name);

// The engine's options from settings. Fails with invalid, naming option, value and what is wanted.
Result<smith::EngineOptions> engine_options(const Settings& settings);

// An environment variable that is not ours, "" when it is unset.
std::string variable(const char* name);

}  // namespace silversmith::app
