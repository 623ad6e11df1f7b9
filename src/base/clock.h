// SPDX-License-Identifier: Apache-2.0
// The clock seam. Time reaches telemetry, retries and waits; it never reaches the bytes we write
// before a commit, nor any name.
#pragma once

#include <cstdint>
#include <string>

namespace silversmith {

enum class Slept : uint8_t { whole, interrupted };

class Clock {
 public:
  virtual ~Clock() = default;
  // Microseconds since 1970-01-01T00:00:00Z.
  virtual int64_t wall_micros() = 0;
  // Microseconds from an arbitrary start; never goes back.
  virtual int64_t steady_micros() = 0;
  // A signal ends the wait early.
  virtual Slept sleep_micros(int64_t micros) = 0;
};

// The machine's clock. Lives as long as the program.
Clock& system_clock();

// A clock that only moves when told to (sleep_micros moves it). For tests and simulations.
class FakeClock : public Clock {
 public:
  int64_t wall_micros() override { return now_; }
  int64_t steady_micros() override { return now_; }
  Slept sleep_micros(int64_t micros) override {
    now_ += micros > 0 ? micros : 0;
    return Slept::whole;
  }

 private:
  int64_t now_ = 1'700'000'000'000'000;
};

// "2026-11-23T22:31:41.123Z"
std::string rfc3339(int64_t wall_micros);

}  // namespace silversmith
