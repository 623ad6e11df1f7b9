// SPDX-License-Identifier: Apache-2.0
#include "bronze/event_key.h"

#include "base/limits.h"
#include "base/text.h"

namespace silversmith::bronze {

namespace {

bool stays(char c) {
  bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  bool digit = c >= '0' && c <= '9';
  return letter || digit || c == '-' || c == '.' || c == '/' || c == '_';
}

}  // namespace

std::string encode_form(std::string_view key) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (char c : key) {
    auto byte = static_cast<unsigned char>(c);
    if (c == ' ') {
      out.push_back('+');
    } else if (stays(c)) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(digits[byte >> 4]);
      out.push_back(digits[byte & 15]);
    }
  }
  return out;
}

Result<> check_key(std::string_view key) {
  if (key.empty()) return Error{Code::invalid, "the key is empty", "", ""};
  if (key.size() > limits::key_bytes_max) {
    return Error{Code::invalid,
                 "the key " + show(key) + " has " + std::to_string(key.size()) +
                     " bytes, S3 allows " + std::to_string(limits::key_bytes_max),
                 "", ""};
  }
  if (find_invalid_utf8(key).has_value()) {
    return Error{Code::invalid, "the key " + show(key) + " is not UTF-8 when it is decoded", "",
                 ""};
  }
  return {};
}

}  // namespace silversmith::bronze
