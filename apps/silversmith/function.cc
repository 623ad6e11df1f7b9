// SPDX-License-Identifier: Apache-2.0
#include "function.h"

#include <algorithm>

#include "base/text.h"

namespace silversmith::app {

namespace {

// The level of ours that lets through what Lambda's lets through; "" when it says none.
std::string log_level_of(const std::string& lambda) {
  if (equal_ignoring_case(lambda, "TRACE")) return "debug";
  if (equal_ignoring_case(lambda, "FATAL")) return "error";
  for (std::string_view level : {"debug", "info", "warn", "error"}) {
    if (equal_ignoring_case(lambda, level)) return std::string(level);
  }
  return {};
}

void otherwise(Settings& settings, std::string_view name, std::string value) {
  if (value.empty() || settings.is_decided(name)) return;
  settings.set(name, {std::move(value)}, Origin::file);
}

}  // namespace

bool is_bootstrap(std::string_view program) {
  return program == "bootstrap" || program.ends_with("/bootstrap");
}

void add_function_defaults(Settings& settings) {
  std::optional<uint64_t> mib = parse_number(variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"));
  if (mib.has_value() && *mib < 1'000'000) {
    otherwise(settings, "memory", std::to_string(*mib * 3 / 4) + "MiB");
  }
  otherwise(settings, "log-level", log_level_of(variable("AWS_LAMBDA_LOG_LEVEL")));
  // Whatever AWS_LAMBDA_LOG_FORMAT says: Lambda reads levels only out of JSON, and people can read
  // it too.
  otherwise(settings, "log-format", "json");
}

Result<Invocation> read_function() {
  Invocation invocation;
  invocation.command = "lambda";
  SMITH_TRY(read_surroundings(invocation));
  return invocation;
}

int64_t stop_millis(int64_t now_millis, int64_t deadline_millis) {
  if (deadline_millis <= 0) return 0;
  int64_t left = std::max<int64_t>(deadline_millis - now_millis, 0);
  int64_t margin = std::min(std::clamp<int64_t>(left / 10, 500, 5'000), left / 2);
  return deadline_millis - margin;
}

}  // namespace silversmith::app
