// SPDX-License-Identifier: Apache-2.0
// The command line, read by CLI11: the one home of that library, which throws; nothing leaves here
// but a Result.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>

#include "base/text.h"
#include "config.h"

namespace silversmith::app {

namespace {

// Named in the public interface, built by later versions: a clear answer beats "unknown command".
constexpr std::string_view later_commands[] = {"sniff",
                                               "infer",
                                               "validate",
                                               "serve",
                                               "top",
                                               "completions",
                                               "man",
                                               "config",
                                               "quarantine export",
                                               "quarantine replay",
                                               "contract import",
                                               "contract export",
                                               "contract test",
                                               "contract diff",
                                               "runs tail"};

struct Collected {
  const OptionSpec* spec = nullptr;
  std::vector<std::string> values;
  bool flagged = false;
  CLI::Option* option = nullptr;
};

struct Parser {
  CLI::App app{"silversmith: every CSV that lands in bronze becomes typed Parquet in silver, once",
               "silversmith"};
  std::deque<Collected> collected;  // CLI11 keeps pointers into it
  std::deque<std::vector<std::string>> operands;
  std::vector<std::pair<CLI::App*, const CommandSpec*>> leaves;

  void add_option(CLI::App* command, const OptionSpec& spec) {
    Collected& slot = collected.emplace_back();
    slot.spec = &spec;
    std::string name = "--" + std::string(spec.name);
    if (spec.name == "output") name = "-o,--output";
    if (spec.name == "config") name = "-c,--config";
    if (spec.name == "quiet") name = "-q,--quiet";
    std::string help(spec.help);
    if (spec.kind == OptionKind::flag) {
      slot.option = command->add_flag(name, slot.flagged, help);
      return;
    }
    if (!spec.otherwise.empty()) help += " [" + std::string(spec.otherwise) + "]";
    slot.option = command->add_option(name, slot.values, help);
    slot.option->type_name(std::string(spec.value))->type_size(1)->allow_extra_args(false);
    if (spec.kind == OptionKind::value) {
      slot.option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    }
  }

  void add_operands(CLI::App* command, const CommandSpec& spec) {
    for (std::string_view word : split(spec.operands, ' ')) {
      if (word.empty()) continue;
      bool optional = word.front() == '[';
      std::string name(word);
      std::erase_if(name, [](char c) { return c == '[' || c == ']'; });
      bool several = name.ends_with("...");
      if (several) name.resize(name.size() - 3);
      auto& values = operands.emplace_back();
      auto* option = command->add_option(name, values, "");
      // Each takes one word and leaves the next one to the next operand, unless it is the last.
      option->type_name("")->type_size(1)->expected(several ? -1 : 1)->allow_extra_args(several);
      option->required(!optional);
    }
  }

  CLI::App* subcommand(CLI::App* parent, const std::string& name, const std::string& help) {
    for (CLI::App* known : parent->get_subcommands({})) {
      if (known->get_name() == name) return known;
    }
    return parent->add_subcommand(name, help);
  }

  void add_command(const CommandSpec& spec) {
    auto words = split(spec.path, ' ');
    CLI::App* command = &app;
    for (size_t i = 0; i < words.size(); ++i) {
      bool leaf = i + 1 == words.size();
      std::string help = leaf ? std::string(spec.help) : "see " + std::string(words[i]) + " --help";
      command = subcommand(command, std::string(words[i]), help);
      if (!leaf) command->require_subcommand(1);
    }
    add_operands(command, spec);
    for (const OptionSpec& option : option_table()) {
      if (command_takes(spec.path, option)) add_option(command, option);
    }
    leaves.emplace_back(command, &spec);
  }
};

Error usage(const std::string& message) {
  return {Code::invalid, message, "see silversmith --help, or silversmith COMMAND --help", ""};
}

Result<Invocation> collect(Parser& parser, const std::vector<std::string>& arguments) {
  auto reversed = arguments;
  std::reverse(reversed.begin(), reversed.end());
  try {
    parser.app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    Invocation invocation;
    invocation.help = parser.app.help();
    return invocation;
  } catch (const CLI::ParseError& error) {
    return usage(error.what());
  }
  Invocation invocation;
  for (auto& [command, spec] : parser.leaves) {
    if (command->parsed()) invocation.command = spec->path;
  }
  for (const auto& values : parser.operands) {
    invocation.operands.insert(invocation.operands.end(), values.begin(), values.end());
  }
  for (Collected& slot : parser.collected) {
    if (slot.option->count() == 0) continue;
    invocation.settings.set(slot.spec->name, std::move(slot.values), Origin::flag);
  }
  return invocation;
}

}  // namespace

namespace {

// `runs zz`: the library would only say that something is missing.
Result<> check_second_word(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return {};
  std::vector<std::string> seconds;
  for (const CommandSpec& spec : command_table()) {
    auto words = split(spec.path, ' ');
    if (words.size() == 2 && words[0] == arguments[0]) seconds.emplace_back(words[1]);
  }
  bool wants = !seconds.empty();
  bool option = arguments.size() > 1 && arguments[1].starts_with('-');
  if (!wants || option) return {};
  std::string known = "wanted one of " + join(seconds, ", ");
  if (arguments.size() == 1) return usage(arguments[0] + " alone is no command, " + known);
  bool there = std::find(seconds.begin(), seconds.end(), arguments[1]) != seconds.end();
  if (there) return {};
  return usage("there is no command " + show(arguments[0] + " " + arguments[1]) + ", " + known);
}

}  // namespace

Result<Invocation> parse_arguments(const std::vector<std::string>& arguments) {
  std::string path;
  for (size_t i = 0; i < std::min<size_t>(arguments.size(), 2); ++i) {
    path += (i == 0 ? "" : " ") + arguments[i];
    if (std::find(std::begin(later_commands), std::end(later_commands), path) !=
        std::end(later_commands)) {
      return usage("silversmith " + path + " is not supported yet");
    }
  }
  const auto& known = command_table();
  bool is_command = arguments.empty() || arguments[0].starts_with('-') ||
                    std::any_of(known.begin(), known.end(), [&](const CommandSpec& spec) {
                      return split(spec.path, ' ').front() == arguments[0];
                    });
  if (!is_command) return usage("there is no command " + show(arguments[0]));
  SMITH_TRY(check_second_word(arguments));
  Parser parser;
  parser.app.require_subcommand(1);
  for (const CommandSpec& spec : command_table()) parser.add_command(spec);
  return collect(parser, arguments);
}

}  // namespace silversmith::app
