// SPDX-License-Identifier: Apache-2.0
// Reads one HTTP/1.1 response (RFC 9112) from a source of bytes: provisional (1xx) heads are
// skipped, a body ends by its length, its last chunk or the end of the source. Between the socket
// and plain_http. The one thing to know: what the response says is the same however the bytes are
// cut, and nothing is kept of a body beyond the limit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/stream.h"
#include "wire/header.h"

namespace silversmith::wire {

struct PlainResponse {
  int status = 0;
  std::vector<Header> headers;  // in their order, names as they came
  std::string body;
  bool body_cut = false;    // the body passes the limit: this is its beginning
  bool keeps_open = false;  // another request may follow on the same connection

  // As find_header(). Valid until this goes.
  std::string_view header(std::string_view name) const { return find_header(headers, name); }
};

struct ResponseLimits {
  size_t head_bytes_max = size_t{64} << 10;  // also of a chunk's head and of the trailers
  size_t headers_max = 200;
  size_t body_bytes_max = size_t{1} << 20;
};

class ResponseReader {
 public:
  // `method` is that of the request: an answer to HEAD has no body. `source` must outlive this.
  ResponseReader(ByteSource& source, const ResponseLimits& limits, std::string_view method);

  // Reads one head; whether it is the final one. Requires that no final one was read.
  // Fails with corrupt when the bytes are no HTTP response, limit when a bound is passed, busy when
  // the source ends too early, and as the source does.
  Result<bool> read_head();
  // Reads what is missing and returns the response; once. Fails as read_head() does.
  Result<PlainResponse> read();
  // Whether a byte of an answer has arrived: then the request was heard and is not repeated.
  bool started() const { return started_; }

 private:
  enum class Framing : uint8_t { none, length, chunks, to_the_end };

  Result<> fill(size_t bytes);
  Result<std::string> read_line();
  Result<> read_headers(std::vector<Header>& headers);
  Result<> read_framing(int minor);
  Result<uint64_t> read_chunk_size();
  Result<> read_chunks();
  Result<> read_to_the_end();
  Result<> take(uint64_t size);
  void take_buffered(uint64_t size_max);

  ByteSource& source_;
  ResponseLimits limits_;
  bool to_head_;        // the request was HEAD
  std::string buffer_;  // received; used up to at_
  size_t at_ = 0;
  size_t line_bytes_ = 0;  // of the head that is being read
  uint32_t heads_ = 0;
  bool started_ = false;
  bool final_ = false;  // the final head is read
  Framing framing_ = Framing::none;
  uint64_t length_ = 0;
  PlainResponse response_;
};

// Whether the text may stand as the name of a header, and as a value: no control bytes.
bool is_header_name(std::string_view text);
bool is_header_value(std::string_view text);

}  // namespace silversmith::wire
