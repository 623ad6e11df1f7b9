// SPDX-License-Identifier: Apache-2.0
#include "wire/plain_response.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace silversmith::wire {

namespace {

constexpr size_t head_piece_bytes = size_t{8} << 10;
constexpr size_t body_piece_bytes = size_t{64} << 10;
constexpr uint32_t heads_max = 16;  // provisional ones included

Error corrupt(std::string message) {
  return {Code::corrupt, "not an HTTP response: " + std::move(message), "", ""};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "HTTP/1.1 200 OK": the last digit of the version and the status.
struct StatusLine {
  int minor = 0;
  int status = 0;
};

std::optional<StatusLine> parse_status_line(std::string_view line) {
  constexpr std::string_view version = "HTTP/1.";
  if (!line.starts_with(version) || line.size() < version.size() + 5) return std::nullopt;
  std::string_view rest = line.substr(version.size());
  bool shaped = is_digit(rest[0]) && rest[1] == ' ' && is_digit(rest[2]) && is_digit(rest[3]) &&
                is_digit(rest[4]) && (rest.size() == 5 || rest[5] == ' ');
  if (!shaped) return std::nullopt;
  StatusLine parsed;
  parsed.minor = rest[0] - '0';
  parsed.status = (rest[2] - '0') * 100 + (rest[3] - '0') * 10 + (rest[4] - '0');
  if (parsed.status < 100 || parsed.status > 599) return std::nullopt;
  return parsed;
}

// All of the text as a number.
std::optional<uint64_t> number_of(std::string_view text, int base) {
  uint64_t number = 0;
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<Header> parse_header(std::string_view line) {
  size_t colon = std::min(line.find(':'), line.size());
  std::string_view name = line.substr(0, colon);
  if (colon == line.size() || !is_header_name(name)) {
    return corrupt("found " + show(line) + ", wanted a header, NAME: VALUE");
  }
  std::string_view value = trim(line.substr(colon + 1));
  if (!is_header_value(value)) {
    return corrupt("header " + std::string(name) + " has control bytes: " + show(value));
  }
  return Header{std::string(name), std::string(value)};
}

// Whether one of the headers of that name lists the word.
bool lists(const PlainResponse& response, std::string_view name, std::string_view word) {
  for (const Header& header : response.headers) {
    if (!equal_ignoring_case(header.name, name)) continue;
    for (std::string_view part : split(header.value, ',')) {
      if (equal_ignoring_case(trim(part), word)) return true;
    }
  }
  return false;
}

// The one length that the headers name, or nullopt where none does.
Result<std::optional<uint64_t>> length_in(const PlainResponse& response) {
  std::optional<uint64_t> length;
  for (const Header& header : response.headers) {
    if (!equal_ignoring_case(header.name, "Content-Length")) continue;
    auto number = number_of(header.value, 10);
    if (!number) return corrupt("Content-Length is " + show(header.value) + ", wanted a number");
    if (length && *length != *number) {
      return corrupt("two lengths, " + std::to_string(*length) + " and " + header.value);
    }
    length = number;
  }
  return length;
}

}  // namespace

bool is_header_name(std::string_view text) {
  static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != std::string_view::npos;
  });
}

bool is_header_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f) || byte == '\t';
  });
}

ResponseReader::ResponseReader(ByteSource& source, const ResponseLimits& limits,
                               std::string_view method)
    : source_(source), limits_(limits), to_head_(method == "HEAD") {}

// Adds what the source has, up to `bytes`; nothing at its end.
Result<> ResponseReader::fill(size_t bytes) {
  if (at_ == buffer_.size()) {
    buffer_.clear();
    at_ = 0;
  }
  size_t kept = buffer_.size();
  buffer_.resize(kept + bytes);
  auto count = source_.read({buffer_.data() + kept, bytes});
  buffer_.resize(kept + (count ? *count : 0));
  if (!count) return std::move(count).error();
  started_ = started_ || *count > 0;
  return {};
}

// The next line without its end, CR LF.
Result<std::string> ResponseReader::read_line() {
  size_t searched = at_;
  while (true) {
    size_t end = buffer_.find('\n', searched);
    size_t size = std::min(end, buffer_.size()) - at_;
    if (line_bytes_ + size > limits_.head_bytes_max) {
      return Error{Code::limit,
                   "a head of more than " + human_bytes(limits_.head_bytes_max) + " in a response",
                   "", ""};
    }
    if (end != std::string::npos) {
      std::string line = buffer_.substr(at_, size);
      at_ = end + 1;
      line_bytes_ += size + 1;
      if (!line.ends_with('\r'))
        return corrupt("the line " + show(line) + " does not end in CR LF");
      line.pop_back();
      return line;
    }
    size_t unused = buffer_.size() - at_;
    SMITH_TRY(fill(head_piece_bytes));
    searched = at_ + unused;
    if (buffer_.size() - at_ > unused) continue;
    return Error{Code::busy,
                 started_ ? "the connection ended within a response's head"
                          : "the connection ended without an answer",
                 "", ""};
  }
}

Result<> ResponseReader::read_headers(std::vector<Header>& headers) {
  while (true) {
    std::string line = SMITH_TRY(read_line());
    if (line.empty()) return {};
    if (headers.size() == limits_.headers_max) {
      return Error{Code::limit,
                   "more than " + std::to_string(limits_.headers_max) + " headers in a response",
                   "", ""};
    }
    headers.push_back(SMITH_TRY(parse_header(line)));
  }
}

Result<bool> ResponseReader::read_head() {
  SMITH_CHECK(!final_, "the final head is read");
  if (++heads_ > heads_max) {
    return Error{Code::limit, "more than " + std::to_string(heads_max - 1) + " provisional answers",
                 "", ""};
  }
  line_bytes_ = 0;
  response_ = {};
  std::string line = SMITH_TRY(read_line());
  auto status = parse_status_line(line);
  if (!status) return corrupt("found " + show(line) + ", wanted HTTP/1.1 and a status");
  response_.status = status->status;
  SMITH_TRY(read_headers(response_.headers));
  if (status->status == 101) return corrupt("it switches to a protocol that nobody asked for");
  if (status->status < 200) return false;
  SMITH_TRY(read_framing(status->minor));
  final_ = true;
  return true;
}

// How the body ends, and whether the connection can be used behind it. RFC 9112, 6.3.
Result<> ResponseReader::read_framing(int minor) {
  bool encoded = !response_.header("Transfer-Encoding").empty();
  bool chunked = equal_ignoring_case(response_.header("Transfer-Encoding"), "chunked");
  auto length = SMITH_TRY(length_in(response_));
  // Two who read such a response differently could be made to take one response for two.
  if (encoded && length) return corrupt("it has both Transfer-Encoding and Content-Length");
  if (encoded && !chunked) {
    return corrupt("Transfer-Encoding is " + show(response_.header("Transfer-Encoding")) +
                   ", wanted chunked");
  }
  bool bodiless = to_head_ || response_.status == 204 || response_.status == 304;
  if (bodiless) {
    framing_ = Framing::none;
  } else if (encoded) {
    framing_ = Framing::chunks;
  } else {
    framing_ = length ? Framing::length : Framing::to_the_end;
    length_ = length.value_or(0);
  }
  bool asked_to_keep = minor >= 1 || lists(response_, "Connection", "keep-alive");
  response_.keeps_open =
      asked_to_keep && framing_ != Framing::to_the_end && !lists(response_, "Connection", "close");
  return {};
}

// Appends bytes that are received already to the body, as far as the limit allows.
void ResponseReader::take_buffered(uint64_t size_max) {
  size_t size = std::min<uint64_t>(size_max, buffer_.size() - at_);
  size_t room = limits_.body_bytes_max - response_.body.size();
  response_.body_cut = size > room;
  response_.body.append(buffer_, at_, std::min(size, room));
  at_ += size;
}

Result<> ResponseReader::take(uint64_t size) {
  while (size > 0 && !response_.body_cut) {
    if (at_ == buffer_.size()) SMITH_TRY(fill(body_piece_bytes));
    size_t before = at_;
    take_buffered(size);
    if (at_ == before) {
      return Error{Code::busy,
                   "the connection ended " + std::to_string(size) +
                       " bytes before the end of a response's body",
                   "", ""};
    }
    size -= at_ - before;
  }
  return {};
}

Result<> ResponseReader::read_to_the_end() {
  while (!response_.body_cut) {
    if (at_ == buffer_.size()) SMITH_TRY(fill(body_piece_bytes));
    if (at_ == buffer_.size()) return {};
    take_buffered(buffer_.size() - at_);
  }
  return {};
}

Result<uint64_t> ResponseReader::read_chunk_size() {
  line_bytes_ = 0;
  std::string line = SMITH_TRY(read_line());
  auto size = number_of(trim(std::string_view(line).substr(0, line.find(';'))), 16);
  if (!size) return corrupt("found " + show(line) + ", wanted the size of a chunk");
  return *size;
}

// Each chunk has a byte at least, so the limit on the body is one on their number.
Result<> ResponseReader::read_chunks() {
  while (true) {
    uint64_t size = SMITH_TRY(read_chunk_size());
    if (size == 0) break;
    SMITH_TRY(take(size));
    if (response_.body_cut) return {};
    std::string end = SMITH_TRY(read_line());
    if (!end.empty()) return corrupt("a chunk is longer than its size says");
  }
  std::vector<Header> trailers;  // none of those that we speak with means anything by them
  return read_headers(trailers);
}

Result<PlainResponse> ResponseReader::read() {
  while (!final_) SMITH_TRY(read_head());
  switch (framing_) {
    case Framing::none: break;
    case Framing::length: SMITH_TRY(take(length_)); break;
    case Framing::chunks: SMITH_TRY(read_chunks()); break;
    case Framing::to_the_end: SMITH_TRY(read_to_the_end()); break;
  }
  // Bytes behind the response answer nothing that was asked.
  if (response_.body_cut || at_ != buffer_.size()) response_.keeps_open = false;
  return std::move(response_);
}

}  // namespace silversmith::wire
