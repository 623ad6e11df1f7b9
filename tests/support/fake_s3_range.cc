// SPDX-License-Identifier: Apache-2.0
#include "support/fake_s3_range.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "support/fake_s3_error.h"
#include "support/fake_s3_state.h"

namespace silversmith::test {

namespace {

std::optional<uint64_t> number(std::string_view text) {
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool lists(std::string_view header, std::string_view etag) {
  if (trim(header) == "*") return true;
  for (std::string_view one : split(header, ',')) {
    if (bare_etag(trim(one)) == etag) return true;
  }
  return false;
}

// HTTP's dates have seconds.
int64_t seconds(int64_t micros) { return micros / 1'000'000; }

Error not_modified() { return refuse("NotModified", "Not Modified"); }

}  // namespace

std::string Range::header(uint64_t size) const {
  return "bytes " + std::to_string(offset) + "-" + std::to_string(offset + bytes - 1) + "/" +
         std::to_string(size);
}

Result<Range> parse_range(const std::optional<std::string>& header, uint64_t size) {
  Range whole{0, size, false};
  constexpr std::string_view unit = "bytes=";
  if (!header || !header->starts_with(unit)) return whole;
  std::string_view text = std::string_view(*header).substr(unit.size());
  size_t dash = text.find('-');
  if (dash == std::string_view::npos) return whole;
  auto first = number(text.substr(0, dash));
  auto last = number(text.substr(dash + 1));
  bool open = dash + 1 == text.size();
  bool suffix = dash == 0;
  if ((!suffix && !first) || (!open && !last) || (suffix && open)) return whole;
  if (!suffix && !open && *last < *first) return whole;
  if (suffix ? *last == 0 || size == 0 : *first >= size) {
    return refuse(
        "InvalidRange", "The requested range is not satisfiable",
        element("RangeRequested", *header) + element("ActualObjectSize", std::to_string(size)));
  }
  if (suffix) {
    uint64_t bytes = std::min(*last, size);
    return Range{size - bytes, bytes, true};
  }
  uint64_t end = open ? size : std::min(*last, size - 1) + 1;
  return Range{*first, end - *first, true};
}

Result<> check_read(const Headers& headers, std::string_view etag, int64_t modified_micros) {
  const std::string* match = headers.find("if-match");
  const std::string* none_match = headers.find("if-none-match");
  auto unmodified_since = parse_http_date(headers.get("if-unmodified-since"));
  auto modified_since = parse_http_date(headers.get("if-modified-since"));
  if (match != nullptr && !lists(*match, etag)) return precondition_failed("If-Match");
  if (match == nullptr && unmodified_since &&
      seconds(modified_micros) > seconds(*unmodified_since)) {
    return precondition_failed("If-Unmodified-Since");
  }
  if (none_match != nullptr && lists(*none_match, etag)) return not_modified();
  if (none_match == nullptr && modified_since &&
      seconds(modified_micros) <= seconds(*modified_since)) {
    return not_modified();
  }
  return {};
}

}  // namespace silversmith::test
