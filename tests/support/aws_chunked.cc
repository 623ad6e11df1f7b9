// SPDX-License-Identifier: Apache-2.0
#include "support/aws_chunked.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "support/fake_s3_error.h"

namespace silversmith::test {

namespace {

Error incomplete(std::string what) {
  return refuse("IncompleteBody", "The request body terminated unexpectedly: " + std::move(what));
}

// Takes a line off the front of `rest`; false when there is none.
bool take_line(std::string_view& rest, std::string_view& line) {
  size_t end = rest.find("\r\n");
  if (end == std::string_view::npos) return false;
  line = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return true;
}

}  // namespace

bool is_aws_chunked(const HttpRequest& request) {
  return request.headers.get("x-amz-content-sha256").starts_with("STREAMING-");
}

Result<> undo_aws_chunked(HttpRequest& request) {
  std::string body;
  std::string_view rest = request.body;
  std::string_view line;
  while (true) {
    if (!take_line(rest, line)) return incomplete("no size of a chunk");
    line = line.substr(0, line.find(';'));
    uint64_t bytes = 0;
    auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), bytes, 16);
    if (error != std::errc() || end != line.data() + line.size()) {
      return incomplete("no size of a chunk: " + show(line));
    }
    if (bytes == 0) break;
    if (rest.size() < bytes + 2 || rest.substr(bytes, 2) != "\r\n") {
      return incomplete("a chunk of " + std::to_string(bytes) + " bytes is cut");
    }
    body += rest.substr(0, bytes);
    rest.remove_prefix(bytes + 2);
  }
  std::string announced = lower(request.headers.get("x-amz-trailer"));
  bool found = announced.empty();
  while (take_line(rest, line) && !line.empty()) {
    size_t colon = std::min(line.find(':'), line.size());
    std::string name = lower(line.substr(0, colon));
    if (name != announced) return refuse("InvalidRequest", "a trailer that x-amz-trailer lacks");
    request.headers.add(name, trim(line.substr(std::min(colon + 1, line.size()))));
    found = true;
  }
  if (!found) return refuse("InvalidRequest", "the announced trailer " + announced + " is missing");
  if (request.headers.get("x-amz-decoded-content-length") != std::to_string(body.size())) {
    return incomplete("x-amz-decoded-content-length is " +
                      request.headers.get("x-amz-decoded-content-length") + ", the body has " +
                      std::to_string(body.size()) + " bytes");
  }
  request.body = std::move(body);
  return {};
}

}  // namespace silversmith::test
