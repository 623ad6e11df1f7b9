// SPDX-License-Identifier: Apache-2.0
// Requests and answers of HTTP/1.1 as the servers of the tests see them, and the two encodings of a
// request's target. The one thing to know: path and query stay as they came, encoded, because a
// signature covers exactly those bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/content.h"

namespace silversmith::test {

// In the order they came. Names compare without case; they are kept in lower case.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  // The first of that name, or nullptr. Valid until this changes.
  const std::string* find(std::string_view name) const;
  std::string get(std::string_view name) const;  // "" when absent
  bool has(std::string_view name) const { return find(name) != nullptr; }
  void add(std::string_view name, std::string_view value);
  void remove(std::string_view name);  // all of that name
  const std::vector<Field>& all() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

struct HttpRequest {
  std::string method;
  std::string path;   // encoded, before "?"
  std::string query;  // encoded, after "?"
  Headers headers;    // and the trailers of a chunked body
  std::string body;
};

// How an answer goes out; all but the default is a fault.
struct Delivery {
  bool drop = false;                // no byte of it: the connection closes
  uint64_t bytes_max = UINT64_MAX;  // of the body; then the connection closes
  uint64_t bytes_per_second = 0;    // of the body; 0: as fast as the peer takes it
  std::optional<uint64_t> flip_at;  // this byte of the body comes out inverted
  uint32_t blanks = 0;              // sent in front of the body, which is then chunked
};

struct HttpResponse {
  int status = 200;
  Headers headers;
  std::string text;  // the body, unless `content` has it
  std::optional<Content> content;
  uint64_t content_offset = 0;
  uint64_t content_bytes = 0;
  bool without_body = false;  // the answer to HEAD: the length of a body that doesn't come
  Delivery delivery;

  uint64_t body_bytes() const { return content ? content_bytes : text.size(); }
};

std::string_view reason_of(int status);  // "Not Found"

std::string lower(std::string_view text);  // ASCII

// %41 becomes A; nullopt when a % has not two digits behind it. A plus stays a plus.
std::optional<std::string> percent_decoded(std::string_view text);
enum class Slash : uint8_t { literal, encoded };
// All but A-Z a-z 0-9 - . _ ~ as %XX.
std::string percent_encoded(std::string_view text, Slash slash);

// The decoded parameters of a query in order; one without "=" has an empty value, and a plus is a
// blank. nullopt when an escape is broken.
using Query = std::vector<std::pair<std::string, std::string>>;
std::optional<Query> parse_query(std::string_view query);
const std::string* find(const Query& query, std::string_view name);

// "Tue, 24 Nov 2026 19:03:11 GMT", and back.
std::string http_date(int64_t wall_micros);
std::optional<int64_t> parse_http_date(std::string_view text);  // in microseconds

}  // namespace silversmith::test
