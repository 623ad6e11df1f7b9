// SPDX-License-Identifier: Apache-2.0
// The log seam: one structured line an event. Only smith/telemetry and apps write to it; stages
// return errors instead. Lines go out whole, by one write each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"

namespace silversmith {

enum class Level : uint8_t { debug, info, warn, error };
std::string_view name_of(Level level);

class Log {
 public:
  virtual ~Log() = default;
  // `fields` is an object; implementations add time and level in front.
  virtual void write(Level level, std::string_view message, const Json& fields) = 0;
};

// Drops everything.
class NoLog : public Log {
 public:
  void write(Level, std::string_view, const Json&) override {}
};

// JSON lines {"timestamp","level","message",...} to a file descriptor, one write(2) each; lines
// below `least` are dropped. Thread-safe.
class JsonLog : public Log {
 public:
  JsonLog(int descriptor, Level least, Clock& clock);
  void write(Level level, std::string_view message, const Json& fields) override;

 private:
  int descriptor_;
  Level least_;
  Clock& clock_;
};

}  // namespace silversmith
