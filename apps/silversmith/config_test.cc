// SPDX-License-Identifier: Apache-2.0
// config.cc and cli.cc: the command line, the environment and the configuration file.
#include "config.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "support/temp_folder.h"

namespace silversmith::app {
namespace {

Result<Invocation> parse(const std::vector<std::string>& arguments) {
  return parse_arguments(arguments);
}

// As main does, with a configuration file of that text.
Result<Invocation> read(std::vector<std::string> arguments, const std::string& file) {
  TempFolder folder;
  folder.put("settings.yaml", file);
  arguments.insert(arguments.begin(), "silversmith");
  arguments.push_back("--config=" + folder.at("settings.yaml"));
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  return read_invocation(static_cast<int>(pointers.size()), pointers.data());
}

// A variable that is set while this lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }

 private:
  const char* name_;
};

contract::Contract with_delimiter(const std::string& delimiter) {
  contract::Contract contract;
  contract.dialect.delimiter = delimiter;
  return contract;
}

char delimiter_of(const Invocation& invocation, const contract::Contract* contract) {
  auto options = engine_options(invocation.settings);
  SMITH_CHECK(options.ok());
  auto dialect = smith::settle_dialect(*options, contract);
  SMITH_CHECK(dialect.ok());
  return dialect->delimiter;
}

TEST(CommandLine, reads_commands_operands_and_options) {
  auto invocation = parse({"quarantine", "show", "lake", "a.csv", "--limit", "5", "--json"});
  ASSERT_TRUE(invocation.ok()) << invocation.error().message;
  EXPECT_EQ(invocation->command, "quarantine show");
  EXPECT_EQ(invocation->operands, (std::vector<std::string>{"lake", "a.csv"}));
  EXPECT_EQ(invocation->settings.text("limit"), "5");
  EXPECT_TRUE(invocation->settings.flag("json"));
  EXPECT_FALSE(invocation->settings.flag("quiet"));
}

TEST(CommandLine, a_dash_is_a_name_like_any_other) {
  auto invocation = parse({"convert", "-", "-o", "-"});
  ASSERT_TRUE(invocation.ok()) << invocation.error().message;
  EXPECT_EQ(invocation->operands, std::vector<std::string>{"-"});
  EXPECT_EQ(invocation->settings.text("output"), "-");
}

TEST(CommandLine, an_option_may_be_repeated_where_it_is_a_list_else_the_last_one_holds) {
  auto keys = parse({"run", "lake", "--key", "a.csv", "--key", "b.csv"});
  ASSERT_TRUE(keys.ok());
  EXPECT_EQ(keys->settings.list("key"), (std::vector<std::string>{"a.csv", "b.csv"}));
  auto threads = parse({"run", "lake", "--threads", "1", "--threads", "2"});
  ASSERT_TRUE(threads.ok());
  EXPECT_EQ(threads->settings.text("threads"), "2");
}

TEST(CommandLine, what_is_wrong_is_said_with_where_to_find_help) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{},
                                                    {"nonsense"},
                                                    {"run"},
                                                    {"run", "lake", "--nonsense"},
                                                    {"runs"},
                                                    {"convert", "a", "b", "c"},
                                                    {"init", "lake", "--threads", "2"}}) {
    auto invocation = parse(arguments);
    ASSERT_FALSE(invocation.ok());
    EXPECT_EQ(invocation.error().code, Code::invalid);
    EXPECT_FALSE(invocation.error().message.empty());
    EXPECT_NE(invocation.error().hint.find("--help"), std::string::npos);
  }
}

TEST(CommandLine, a_command_of_a_later_version_is_named) {
  for (const char* command : {"sniff", "infer", "serve"}) {
    auto invocation = parse({command, "x"});
    ASSERT_FALSE(invocation.ok());
    EXPECT_NE(invocation.error().message.find("not supported yet"), std::string::npos);
  }
}

TEST(CommandLine, every_command_has_help) {
  for (const CommandSpec& command : command_table()) {
    std::vector<std::string> arguments;
    std::string path(command.path);
    size_t blank = path.find(' ');
    arguments.push_back(path.substr(0, blank));
    if (blank != std::string::npos) arguments.push_back(path.substr(blank + 1));
    arguments.push_back("--help");
    auto invocation = parse(arguments);
    ASSERT_TRUE(invocation.ok()) << path << ": " << invocation.error().message;
    ASSERT_TRUE(invocation->help.has_value()) << path;
    EXPECT_NE(invocation->help->find(std::string(command.help)), std::string::npos)
        << *invocation->help;
  }
}

TEST(Settings, a_flag_wins_over_the_environment_and_that_over_the_file) {
  Variable variable("SILVERSMITH_MEMORY", "128MiB");
  auto both = read({"run", "lake", "--memory", "64MiB"}, "memory: 512MiB\nthreads: 3\n");
  ASSERT_TRUE(both.ok()) << both.error().message;
  EXPECT_EQ(both->settings.text("memory"), "64MiB");
  EXPECT_EQ(both->settings.text("threads"), "3");
  auto without = read({"run", "lake"}, "memory: 512MiB\n");
  ASSERT_TRUE(without.ok());
  EXPECT_EQ(without->settings.text("memory"), "128MiB");
  EXPECT_EQ(without->settings.text("threads"), "0");
}

TEST(Settings, a_contract_stands_between_the_environment_and_the_file) {
  contract::Contract contract = with_delimiter("|");
  auto file = read({"convert", "a.csv"}, "delimiter: \";\"\n");
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_EQ(delimiter_of(*file, nullptr), ';');
  EXPECT_EQ(delimiter_of(*file, &contract), '|');
  Variable variable("SILVERSMITH_DELIMITER", "\\t");
  auto environment = read({"convert", "a.csv"}, "delimiter: \";\"\n");
  ASSERT_TRUE(environment.ok());
  EXPECT_EQ(delimiter_of(*environment, &contract), '\t');
}

TEST(Settings, of_options_that_contradict_each_other_the_stronger_origin_holds) {
  auto flag = read({"convert", "a.csv", "--header"}, "no-header: true\n");
  ASSERT_TRUE(flag.ok());
  EXPECT_EQ(engine_options(flag->settings)->overrides.header, true);
  Variable variable("SILVERSMITH_NO_HEADER", "1");
  auto both = read({"convert", "a.csv", "--header"}, "quiet: true\n");
  ASSERT_TRUE(both.ok()) << both.error().message;
  EXPECT_EQ(engine_options(both->settings)->overrides.header, true);
  auto alone = read({"convert", "a.csv"}, "header: true\n");
  ASSERT_TRUE(alone.ok());
  EXPECT_EQ(engine_options(alone->settings)->overrides.header, false);
}

TEST(Settings, a_flag_that_is_set_to_false_is_not_set) {
  Variable variable("SILVERSMITH_JSON", "false");
  auto invocation = read({"run", "lake"}, "quiet: false\nno-progress: true\n");
  ASSERT_TRUE(invocation.ok());
  EXPECT_FALSE(invocation->settings.flag("json"));
  EXPECT_FALSE(invocation->settings.flag("quiet"));
  EXPECT_TRUE(invocation->settings.flag("no-progress"));
}

TEST(Settings, a_configuration_file_that_is_wrong_is_said_with_its_place) {
  auto unknown = read({"run", "lake"}, "\nnonsense: 1\n");
  ASSERT_FALSE(unknown.ok());
  EXPECT_NE(unknown.error().message.find("settings.yaml:2"), std::string::npos)
      << unknown.error().message;
  EXPECT_EQ(read({"run", "lake"}, "- a\n").error().code, Code::invalid);
  EXPECT_EQ(read({"run", "lake"}, "threads: {a: b}\n").error().code, Code::invalid);
}

TEST(Settings, a_configuration_file_that_was_named_must_be_there) {
  std::string program = "silversmith";
  std::string command = "version";
  std::string config = "--config=/no/such/file.yaml";
  char* arguments[] = {program.data(), command.data(), config.data()};
  auto invocation = read_invocation(3, arguments);
  ASSERT_FALSE(invocation.ok());
  EXPECT_NE(invocation.error().message.find("/no/such/file.yaml"), std::string::npos);
}

Result<smith::EngineOptions> options_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"convert", "a.csv"});
  auto invocation = parse(arguments);
  SMITH_CHECK(invocation.ok(), invocation.ok() ? "" : invocation.error().message);
  return engine_options(invocation->settings);
}

TEST(EngineOptions, takes_every_dialect_option) {
  auto options =
      options_of({"--delimiter", ";", "--quote-char", "'", "--escape-char", "\\", "--comment-char",
                  "#", "--null-sequence", "\\N", "--header-rows", "1,2", "--line-terminator",
                  "\\r\\n", "--skip-initial-space", "--no-double-quote"});
  ASSERT_TRUE(options.ok()) << options.error().message;
  const contract::DeclaredDialect& declared = options->overrides;
  EXPECT_EQ(declared.delimiter, ";");
  EXPECT_EQ(declared.quote_char, "'");
  EXPECT_EQ(declared.escape_char, "\\");
  EXPECT_EQ(declared.comment_char, "#");
  EXPECT_EQ(declared.null_sequence, "\\N");
  EXPECT_EQ(declared.header_rows, (std::vector<uint32_t>{1, 2}));
  EXPECT_EQ(declared.line_terminator, "\r\n");
  EXPECT_EQ(declared.skip_initial_space, true);
  EXPECT_EQ(declared.double_quote, false);
  EXPECT_EQ(options_of({"--no-quote"})->overrides.quote_char, "");
}

TEST(EngineOptions, takes_the_others) {
  auto options = options_of({"--threads", "3", "--memory", "64MiB", "--to", "jsonl", "--text",
                             "--compression", "zstd", "--kernel", "scalar"});
  ASSERT_TRUE(options.ok()) << options.error().message;
  EXPECT_EQ(options->threads, 3U);
  EXPECT_EQ(options->memory_bytes_max, uint64_t{64} << 20);
  EXPECT_EQ(options->target, smith::Target::jsonl);
  EXPECT_EQ(options->types, smith::Types::text);
  EXPECT_EQ(options->codec, parquet::Codec::zstd);
  EXPECT_EQ(options->kernel, "scalar");
  EXPECT_EQ(options_of({"--threads", "64"})->threads, limits::threads_max);
}

TEST(EngineOptions, a_wrong_value_is_named_with_its_option) {
  for (const std::vector<std::string>& pair : {std::vector<std::string>{"--threads", "x"},
                                               {"--threads", "65"},
                                               {"--threads", "9999999999"},
                                               {"--memory", "much"},
                                               {"--to", "xml"},
                                               {"--compression", "lzo"},
                                               {"--types", "guess"},
                                               {"--types", "pandas"},
                                               {"--fail-on", "all"},
                                               {"--header-rows", "1,x"},
                                               {"--header-rows", ""},
                                               {"--line-terminator", "x"},
                                               {"--encoding", "latin-1"},
                                               {"--repair", "all"}}) {
    auto options = options_of(pair);
    ASSERT_FALSE(options.ok()) << pair[0] << " " << pair[1];
    EXPECT_EQ(options.error().code, Code::invalid);
    EXPECT_NE(options.error().message.find(pair[0]), std::string::npos) << options.error().message;
  }
}

}  // namespace
}  // namespace silversmith::app
