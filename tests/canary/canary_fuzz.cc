// SPDX-License-Identifier: Apache-2.0
// A fuzz target with a planted fault. It proves that the harness can fail: libFuzzer must find the
// fault, and the replay of an input that has it must end badly. Never linked into the product.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (size >= 4 && text[0] == '"' && text[1] == ',' && text[2] == '\r' && text[3] == '\n') {
    std::abort();
  }
  return 0;
}
