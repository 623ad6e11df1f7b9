// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "contract/yaml.h"
#include "files.h"
#include "function.h"

namespace silversmith::app {

namespace {

using enum OptionKind;

constexpr uint64_t config_bytes_max = uint64_t{1} << 20;

std::optional<bool> truth_of(std::string_view given) {
  std::string text = lowered(given);
  if (text == "true" || text == "yes" || text == "on" || text == "1") return true;
  if (text == "false" || text == "no" || text == "off" || text == "0") return false;
  return std::nullopt;
}

// Sets an option from a text; a flag that is set to false stays unset for weaker origins too.
Result<> set_from_text(Settings& settings, const OptionSpec& option,
                       std::vector<std::string> values, Origin origin) {
  if (settings.is_decided(option.name)) return {};
  if (option.kind == flag) {
    std::string text = values.empty() ? std::string() : values[0];
    std::optional<bool> truth = truth_of(text);
    if (!truth.has_value()) {
      return Error{Code::invalid,
                   "the option " + std::string(option.name) + ": found " + show(text) +
                       ", wanted true or false",
                   "", ""};
    }
    if (!*truth) {
      settings.decline(option.name);
      // As a contract's dialect spells it.
      bool no_header = option.name == "header" && !settings.is_decided("no-header");
      if (no_header) settings.set("no-header", {}, origin);
      return {};
    }
  }
  settings.set(option.name, std::move(values), origin);
  return {};
}

// What is said to all commands by environment or file reaches those that know it.
Result<> read_environment(std::string_view command, Settings& settings) {
  for (const OptionSpec& option : option_table()) {
    if (!command_takes(command, option)) continue;
    std::string name = variable_of(option.name);
    const char* text = std::getenv(name.c_str());
    if (text == nullptr || *text == 0) continue;
    SMITH_TRY(set_from_text(settings, option, {text}, Origin::environment).in(name));
  }
  return {};
}

// Nothing where there is no such file.
Result<std::optional<std::string>> read_file(const std::string& path) {
  Result<std::string> text = read_whole_file(path, config_bytes_max);
  if (!text.ok() && text.error().code == Code::missing) return std::optional<std::string>();
  if (!text.ok()) return std::move(text).error();
  return std::optional(std::move(*text));
}

bool says_nothing(std::string_view text) {
  for (std::string_view line : split(text, '\n')) {
    std::string_view words = trim(line);
    if (words.ends_with('\r')) words.remove_suffix(1);
    if (!words.empty() && !words.starts_with('#') && words != "---") return false;
  }
  return true;
}

Result<> read_settings_file(const std::string& path, const std::string& text,
                            Invocation& invocation) {
  if (says_nothing(text)) return {};
  contract::YamlNode root = SMITH_TRY(contract::parse_yaml(text, path));
  if (root.kind != contract::YamlKind::map) {
    return Error{Code::invalid, path + ": found no mapping, wanted `option: value` lines", "", ""};
  }
  for (const auto& [key, node] : root.members) {
    std::string place = path + ":" + std::to_string(key.line) + ": ";
    const OptionSpec* option = find_option(key.text);
    if (option == nullptr) {
      return Error{Code::invalid, place + "unknown option " + show(key.text),
                   "see docs/operations/configuration.md", ""};
    }
    if (!command_takes(invocation.command, *option)) continue;
    std::vector<std::string> values;
    if (node.kind == contract::YamlKind::list) {
      for (const contract::YamlNode& item : node.items) values.push_back(item.text);
    } else if (node.kind == contract::YamlKind::scalar) {
      values.push_back(node.text);
    } else {
      return Error{Code::invalid, place + key.text + " wants a value", "", ""};
    }
    auto set = set_from_text(invocation.settings, *option, std::move(values), Origin::file);
    if (!set) {
      Error error = std::move(set).error();
      error.message.insert(0, place);
      return error;
    }
  }
  return {};
}

Result<> read_configuration_file(Invocation& invocation) {
  std::optional<std::string> given = invocation.settings.given("config");
  std::vector<std::string> paths = configuration_files(invocation.settings);
  if (given.has_value()) paths.resize(1);
  for (const std::string& path : paths) {
    std::optional<std::string> text = SMITH_TRY(read_file(path).in("the configuration file"));
    if (text.has_value()) return read_settings_file(path, *text, invocation);
    if (given.has_value()) {
      return Error{Code::invalid, "can't read the configuration file " + path, "check --config",
                   ""};
    }
  }
  return {};
}

Error bad_value(std::string_view name, std::string_view found, std::string_view wanted) {
  return {Code::invalid,
          "--" + std::string(name) + ": found " + show(found) + ", wanted " + std::string(wanted),
          "", ""};
}

// \t, \n, \r and \\ as people type them in a shell.
std::string unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    char next = text[++i];
    out += next == 't' ? '\t' : next == 'n' ? '\n' : next == 'r' ? '\r' : next;
  }
  return out;
}

std::optional<uint64_t> digits_of(std::string_view text, size_t digits_max) {
  bool digits = !text.empty() && text.size() <= digits_max &&
                std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return std::nullopt;
  return std::stoull(std::string(text));
}

Result<std::vector<uint32_t>> header_rows(const std::string& text) {
  std::vector<uint32_t> rows;
  for (std::string_view part : split(text, ',')) {
    auto row = digits_of(part, 3);
    if (!row.has_value()) return bad_value("header-rows", text, "row numbers such as 1,2");
    rows.push_back(static_cast<uint32_t>(*row));
  }
  return rows;
}

// A contract's dialect stands between these two.
enum class Layer : uint8_t { file, command };  // command: flags and environment

bool is_in(const Settings& settings, std::string_view name, Layer layer) {
  std::optional<Origin> origin = settings.origin(name);
  return origin.has_value() && (*origin == Origin::file) == (layer == Layer::file);
}

// Of two options that contradict each other the one of the stronger origin, and of equal ones `no`.
bool prefers(const Settings& settings, std::string_view yes, std::string_view no) {
  if (!settings.origin(yes).has_value()) return false;
  return !settings.origin(no).has_value() || *settings.origin(yes) < *settings.origin(no);
}

Result<contract::DeclaredDialect> declared_dialect(const Settings& settings, Layer layer) {
  contract::DeclaredDialect declared;
  auto text = [&](std::string_view name, std::optional<std::string>& target) {
    if (is_in(settings, name, layer)) target = unescape(*settings.given(name));
  };
  text("delimiter", declared.delimiter);
  text("quote-char", declared.quote_char);
  text("escape-char", declared.escape_char);
  text("comment-char", declared.comment_char);
  text("null-sequence", declared.null_sequence);
  text("line-terminator", declared.line_terminator);
  if (declared.line_terminator.has_value() && *declared.line_terminator != "\n" &&
      *declared.line_terminator != "\r\n" && *declared.line_terminator != "\r") {
    return bad_value("line-terminator", *declared.line_terminator, "\\n, \\r\\n or \\r");
  }
  // A literal backslash as escape character is written alone, and \N is what databases write.
  if (declared.null_sequence == "N" && settings.given("null-sequence") == "\\N") {
    declared.null_sequence = "\\N";
  }
  auto flag_in = [&](std::string_view name) { return is_in(settings, name, layer); };
  if (flag_in("no-quote") && !prefers(settings, "quote-char", "no-quote")) {
    declared.quote_char = "";
  }
  if (flag_in("no-double-quote")) declared.double_quote = false;
  if (flag_in("skip-initial-space")) declared.skip_initial_space = true;
  if (flag_in("header") && prefers(settings, "header", "no-header")) declared.header = true;
  if (flag_in("no-header") && !prefers(settings, "header", "no-header")) declared.header = false;
  if (is_in(settings, "header-rows", layer)) {
    declared.header_rows = SMITH_TRY(header_rows(*settings.given("header-rows")));
  }
  return declared;
}

Result<> check_fixed(const Settings& settings) {
  std::string encoding = settings.text("encoding");
  if (!ends_with_ignoring_case("/" + encoding, "/utf-8") &&
      !ends_with_ignoring_case("/" + encoding, "/utf8")) {
    return Error{Code::invalid, "--encoding " + show(encoding) + " is not supported yet",
                 "convert the file to utf-8 first", ""};
  }
  auto both = [&](std::string_view one, std::string_view other) {
    auto at = settings.origin(one);
    return at.has_value() && at == settings.origin(other) && at != Origin::file;
  };
  for (auto [one, other] : {std::pair("header", "no-header"),
                            {"no-header", "header-rows"},
                            {"no-quote", "quote-char"}}) {
    if (!both(one, other)) continue;
    return Error{Code::invalid,
                 "--" + std::string(one) + " and --" + other + " contradict each other",
                 "give one of them", ""};
  }
  if (settings.text("repair") != "none") {
    return Error{Code::invalid,
                 "--repair " + show(settings.text("repair")) + " is not supported yet",
                 "records that need repair are rejects, with their bytes", ""};
  }
  std::string types = settings.text("types");
  if (types == "pandas") {
    return Error{Code::invalid, "--types pandas is not supported yet", "use --types stable", ""};
  }
  if (types != "stable") return bad_value("types", types, "stable");
  std::string fail_on = settings.text("fail-on");
  if (fail_on != "never" && fail_on != "reject") {
    return bad_value("fail-on", fail_on, "never or reject");
  }
  return {};
}

Result<smith::Target> target_of(const Settings& settings) {
  std::string to = settings.text("to");
  if (to.empty() || to == "parquet") return smith::Target::parquet;
  if (to == "csv") return smith::Target::csv;
  if (to == "jsonl") return smith::Target::jsonl;
  return bad_value("to", to, "parquet, csv or jsonl");
}

Result<parquet::Codec> codec_of(const Settings& settings) {
  std::string codec = settings.text("compression");
  if (codec == "snappy") return parquet::Codec::snappy;
  if (codec == "zstd") return parquet::Codec::zstd;
  if (codec == "none") return parquet::Codec::uncompressed;
  return bad_value("compression", codec, "snappy, zstd or none");
}

}  // namespace

void Settings::decline(std::string_view name) { declined_.emplace(name); }

bool Settings::is_decided(std::string_view name) const {
  return settings_.contains(name) || declined_.contains(std::string(name));
}

void Settings::set(std::string_view name, std::vector<std::string> values, Origin origin) {
  settings_[std::string(name)] = {std::move(values), origin};
}

bool Settings::flag(std::string_view name) const { return settings_.contains(name); }

std::optional<std::string> Settings::given(std::string_view name) const {
  auto found = settings_.find(name);
  if (found == settings_.end()) return std::nullopt;
  return found->second.values.empty() ? std::string() : found->second.values.back();
}

std::string Settings::text(std::string_view name) const {
  if (auto text = given(name)) return *text;
  const OptionSpec* option = find_option(name);
  SMITH_CHECK(option != nullptr, std::string(name));
  return std::string(option->otherwise);
}

std::vector<std::string> Settings::list(std::string_view name) const {
  auto found = settings_.find(name);
  return found == settings_.end() ? std::vector<std::string>() : found->second.values;
}

std::optional<Origin> Settings::origin(std::string_view name) const {
  auto found = settings_.find(name);
  if (found == settings_.end()) return std::nullopt;
  return found->second.origin;
}

std::vector<std::string> configuration_files(const Settings& settings) {
  std::vector<std::string> paths;
  if (auto given = settings.given("config")) paths.push_back(*given);
  paths.emplace_back("silversmith.yaml");
  std::string home = variable("XDG_CONFIG_HOME");
  if (!home.empty()) paths.push_back(home + "/silversmith/config.yaml");
  return paths;
}

Result<> read_surroundings(Invocation& invocation) {
  SMITH_TRY(read_environment(invocation.command, invocation.settings));
  SMITH_TRY(read_configuration_file(invocation));
  if (invocation.command == "lambda") add_function_defaults(invocation.settings);
  std::string when = invocation.settings.text("color");
  if (when != "auto" && when != "always" && when != "never") {
    return bad_value("color", when, "auto, always or never");
  }
  return {};
}

Result<Invocation> read_invocation(int argc, char** argv) {
  if (argc > 0 && is_bootstrap(argv[0])) return read_function();
  Invocation invocation =
      SMITH_TRY(parse_arguments(std::vector<std::string>(argv + 1, argv + argc)));
  if (!invocation.help.has_value()) SMITH_TRY(read_surroundings(invocation));
  return invocation;
}

Result<uint64_t> whole_number(const Settings& settings, std::string_view name) {
  std::string text = settings.text(name);
  auto number = digits_of(text, 9);
  if (!number.has_value()) return bad_value(name, text, "a whole number");
  return *number;
}

Result<smith::EngineOptions> engine_options(const Settings& settings) {
  SMITH_TRY(check_fixed(settings));
  smith::EngineOptions engine;
  contract::DeclaredDialect in_file = SMITH_TRY(declared_dialect(settings, Layer::file));
  SMITH_TRY(smith::apply_dialect(in_file, engine.dialect));
  engine.overrides = SMITH_TRY(declared_dialect(settings, Layer::command));
  uint64_t threads = SMITH_TRY(whole_number(settings, "threads"));
  if (threads > limits::threads_max) {
    std::string wanted = "a whole number up to " + std::to_string(limits::threads_max);
    return bad_value("threads", settings.text("threads"), wanted);
  }
  engine.threads = static_cast<uint32_t>(threads);
  std::optional<uint64_t> memory = parse_bytes(settings.text("memory"));
  if (!memory.has_value()) return bad_value("memory", settings.text("memory"), "a size: 256MiB");
  engine.memory_bytes_max = *memory;
  engine.kernel = settings.text("kernel");
  if (settings.flag("text")) engine.types = smith::Types::text;
  engine.target = SMITH_TRY(target_of(settings));
  parquet::Codec codec = SMITH_TRY(codec_of(settings));
  engine.codec = codec;
  if (is_in(settings, "compression", Layer::command)) engine.codec_override = codec;
  return engine;
}

std::string variable(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? std::string() : std::string(text);
}

}  // namespace silversmith::app
