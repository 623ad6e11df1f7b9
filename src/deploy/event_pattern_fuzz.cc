// SPDX-License-Identifier: Apache-2.0
// A pattern, a line "---", an event: the pattern is read or refused with AWS's words, and matches
// as the oracle says (support/pattern_oracle.h).
#include "base/check.h"
#include "deploy/event_pattern.h"
#include "support/pattern_oracle.h"

namespace {

constexpr size_t bytes_max = 4096;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace silversmith;
  std::string_view text{reinterpret_cast<const char*>(data), size};
  constexpr std::string_view line = "\n---\n";
  size_t cut = text.find(line);
  if (size > bytes_max || cut == std::string_view::npos) return 0;
  auto pattern = deploy::EventPattern::parse(text.substr(0, cut), "p");
  if (!pattern) {
    SMITH_CHECK(pattern.error().message.starts_with("p:"), pattern.error().message);
    return 0;
  }
  auto tree = parse_json(text.substr(0, cut));
  auto event = parse_json(text.substr(cut + line.size()));
  if (!tree || !event || !pattern->repeats().empty()) return 0;
  std::optional<bool> wanted = oracle::pattern_matches(*tree, *event);
  if (!wanted) return 0;
  SMITH_CHECK(pattern->matches(*event) == *wanted, std::string(text));
  return 0;
}
