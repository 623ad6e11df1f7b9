// SPDX-License-Identifier: Apache-2.0
// What is said of one object at its end: a few lines for people (the result object with --json is
// smith/telemetry's).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "console.h"
#include "smith/telemetry.h"

namespace silversmith::app {

class Stopwatch {
 public:
  int64_t micros() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                                 start_)
        .count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Peak memory of this process so far, bytes.
uint64_t memory_peak_bytes();

// What --json prints when a command fails and no result tells why: {"schema", "error": {...}}.
Json error_json(const Error& error);
// The lines for people: verdict, counts, reasons, where the output is.
std::string result_text(const smith::RunResult& result, const Console& console);

}  // namespace silversmith::app
