// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <cstdio>
#include <ctime>

#include "base/check.h"

namespace silversmith {
namespace {

constexpr int64_t micros_per_second = 1'000'000;

int64_t micros_of(clockid_t clock) {
  timespec now{};
  SMITH_CHECK(clock_gettime(clock, &now) == 0, "no clock");
  return int64_t{now.tv_sec} * micros_per_second + now.tv_nsec / 1000;
}

class MachineClock : public Clock {
 public:
  int64_t wall_micros() override { return micros_of(CLOCK_REALTIME); }
  int64_t steady_micros() override { return micros_of(CLOCK_MONOTONIC); }

  Slept sleep_micros(int64_t micros) override {
    if (micros <= 0) return Slept::whole;
    timespec left{};
    left.tv_sec = micros / micros_per_second;
    left.tv_nsec = micros % micros_per_second * 1000;
    // A signal ends the wait early; whoever asked for a stop looks at its own flag afterwards, so
    // going on here would only delay the stop.
    return nanosleep(&left, nullptr) == 0 ? Slept::whole : Slept::interrupted;
  }
};

}  // namespace

Clock& system_clock() {
  static MachineClock clock;  // has no state
  return clock;
}

std::string rfc3339(int64_t wall_micros) {
  int64_t seconds = wall_micros / micros_per_second;
  int64_t micros = wall_micros % micros_per_second;
  if (micros < 0) {
    micros += micros_per_second;
    --seconds;
  }
  auto time = static_cast<time_t>(seconds);
  tm parts{};
  SMITH_CHECK(gmtime_r(&time, &parts) != nullptr, "a year beyond int");
  char text[64];
  int size = std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                           parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                           parts.tm_min, parts.tm_sec, static_cast<int>(micros / 1000));
  return std::string(text, static_cast<size_t>(size));
}

}  // namespace silversmith
