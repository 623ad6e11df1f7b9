// SPDX-License-Identifier: Apache-2.0
// What `doctor` found, check by check, and how it is told: lines for people, one JSON object, and
// whether all is well.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "console.h"
#include "store/probe.h"

namespace silversmith::app {

enum class Outcome : uint8_t {
  ok,
  note,     // to know, nothing to do
  warning,  // works, but worse than it could
  failed,   // to be mended
};

struct Check {
  std::string group;  // "machine", "lake", "rights", "conditions", "contracts"
  std::string name;
  Outcome outcome = Outcome::ok;
  std::string found;
  std::string hint = {};  // what to do
};

class Diagnosis {
 public:
  void add(Check check) { checks_.push_back(std::move(check)); }
  // What went wrong instead of an answer.
  void add_error(const std::string& group, const std::string& name, const Error& error);
  // The rows of a probe, and its verdict.
  void add_probe(const std::string& place, const store::Probe& probe);

  bool healthy() const;
  const std::vector<Check>& checks() const { return checks_; }
  // {"schema": "silversmith.doctor/1", ...}
  Json json(const std::string& lake) const;
  // A line for each check and each hint, and one at the end. `quiet`: what is to be mended.
  std::string text(const Console& console) const;

 private:
  std::vector<Check> checks_;
  std::optional<store::Trust> trust_;     // of the stores, the worst
  std::vector<std::string> failed_rows_;  // what keeps it from being trusted
};

std::string_view name_of(Outcome outcome);

}  // namespace silversmith::app
