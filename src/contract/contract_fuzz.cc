// SPDX-License-Identifier: Apache-2.0
// Any bytes are a contract or an error. What a contract prints of itself is JSON, and a contract
// of the same hash.
#include "base/check.h"
#include "contract/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace silversmith;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto contract = contract::parse_contract(text, "fuzz");
  if (!contract) {
    SMITH_CHECK(!contract.error().message.empty());
    return 0;
  }
  std::string shown = contract::effective_json(*contract).pretty();
  SMITH_CHECK(parse_json(shown).ok(), shown);
  auto again = contract::parse_contract(shown, "shown");
  SMITH_CHECK(again.ok(), shown);
  SMITH_CHECK(again->hash == contract->hash, shown);
  return 0;
}
