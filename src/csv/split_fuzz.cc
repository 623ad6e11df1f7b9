// SPDX-License-Identifier: Apache-2.0
// The bytes choose a dialect, limits, chunk and span sizes (support/csv_compare.h) and the text:
// every kernel and the machine must agree with the oracle in all numbers.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "support/csv_compare.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes{reinterpret_cast<const char*>(data), size};
  std::string difference = silversmith::oracle::compare_bytes(bytes);
  SMITH_CHECK(difference.empty(), difference);
  return 0;
}
