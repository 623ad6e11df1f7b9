// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <unistd.h>

#include <cerrno>

#include "base/check.h"

namespace silversmith {

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warn: return "warn";
    case Level::error: return "error";
  }
  return "unknown";
}

JsonLog::JsonLog(int descriptor, Level least, Clock& clock)
    : descriptor_(descriptor), least_(least), clock_(clock) {}

void JsonLog::write(Level level, std::string_view message, const Json& fields) {
  SMITH_CHECK(fields.is_object() || fields.is_null(), "log fields are an object");
  if (level < least_) return;
  Json line = Json::object();
  line.set("timestamp", rfc3339(clock_.wall_micros()));
  line.set("level", name_of(level));
  line.set("message", message);
  // Our three names win: a field of the same name would make the line ambiguous to its readers.
  if (fields.is_object()) {
    for (const auto& [name, value] : fields.as_object()) {
      if (line.find(name) == nullptr) line.as_object().emplace_back(name, value);
    }
  }
  std::string text = line.dump();
  text.push_back('\n');
  // One write a line keeps lines of several threads whole; the rest of a short write is lost
  // rather than glued to another thread's line. A log that can't be written stops no work.
  while (::write(descriptor_, text.data(), text.size()) < 0 && errno == EINTR) {
  }
}

}  // namespace silversmith
