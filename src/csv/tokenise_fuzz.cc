// SPDX-License-Identifier: Apache-2.0
// The bytes are the text of a file of the default dialect, in chunks of the default size, where
// the vectorised ways are: every kernel must agree with the oracle in all numbers.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/limits.h"
#include "csv/scan.h"
#include "support/csv_compare.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace silversmith;
  std::string_view bytes{reinterpret_cast<const char*>(data), size};
  for (uint32_t width = 1; width <= 3; ++width) {
    for (const csv::Kernel* kernel : csv::kernels()) {
      oracle::CompareOptions options{limits::chunk_bytes, SIZE_MAX, 0, width, kernel->name};
      std::string difference = oracle::compare(bytes, {}, options);
      SMITH_CHECK(difference.empty(), difference);
    }
  }
  return 0;
}
