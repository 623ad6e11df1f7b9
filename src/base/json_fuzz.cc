// SPDX-License-Identifier: Apache-2.0
// Any bytes are JSON or an error; what is printed of a value reads as the same value.
#include "base/json.h"

#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace silversmith;
  auto value = parse_json({reinterpret_cast<const char*>(data), size});
  if (!value) {
    SMITH_CHECK(!value.error().message.empty());
    return 0;
  }
  auto again = parse_json(value->dump());
  SMITH_CHECK(again.ok() && *again == *value, value->dump());
  auto from_pretty = parse_json(value->pretty());
  SMITH_CHECK(from_pretty.ok() && *from_pretty == *value, value->pretty());
  auto sorted = parse_json(value->canonical());
  SMITH_CHECK(sorted.ok() && sorted->canonical() == value->canonical(), value->canonical());
  return 0;
}
