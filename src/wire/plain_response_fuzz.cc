// SPDX-License-Identifier: Apache-2.0
// Any bytes are a response or an error, the same however they are cut, and within the limits.
#include "base/check.h"
#include "support/memory_source.h"
#include "wire/plain_response.h"

namespace silversmith::wire {
namespace {

constexpr ResponseLimits limits{.head_bytes_max = 1024, .headers_max = 16, .body_bytes_max = 256};

Result<PlainResponse> read(std::string_view bytes, size_t piece_max) {
  test::MemorySource source(std::string(bytes), piece_max);
  return ResponseReader(source, limits, "GET").read();
}

void check(const PlainResponse& response) {
  SMITH_CHECK(response.status >= 200 && response.status <= 599);
  SMITH_CHECK(response.body.size() <= limits.body_bytes_max);
  SMITH_CHECK(response.headers.size() <= limits.headers_max);
  SMITH_CHECK(!response.body_cut || !response.keeps_open);
  for (const Header& header : response.headers) {
    SMITH_CHECK(is_header_name(header.name) && is_header_value(header.value), header.name);
  }
}

void check_same(const PlainResponse& left, const PlainResponse& right) {
  SMITH_CHECK(left.status == right.status && left.body == right.body);
  SMITH_CHECK(left.body_cut == right.body_cut);
  SMITH_CHECK(left.headers.size() == right.headers.size());
}

}  // namespace
}  // namespace silversmith::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace silversmith::wire;
  std::string_view bytes{reinterpret_cast<const char*>(data), size};
  auto whole = read(bytes, SIZE_MAX);
  if (whole) check(*whole);
  for (size_t piece_max : {1, 2, 7, 64}) {
    auto cut = read(bytes, piece_max);
    SMITH_CHECK(cut.ok() == whole.ok());
    if (whole) {
      check_same(*whole, *cut);
    } else {
      SMITH_CHECK(cut.error().code == whole.error().code && !cut.error().message.empty());
    }
  }
  return 0;
}
