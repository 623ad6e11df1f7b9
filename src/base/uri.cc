// SPDX-License-Identifier: Apache-2.0
#include "base/uri.h"

#include <algorithm>

namespace silversmith {

namespace {

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string encoded(std::string_view text, std::string_view kept) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    if (unreserved(c) || kept.find(c) != std::string_view::npos) {
      out += c;
    } else {
      auto byte = static_cast<unsigned char>(c);
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out;
}

}  // namespace

std::string uri_encoded(std::string_view text) { return encoded(text, ""); }
std::string uri_encoded_path(std::string_view text) { return encoded(text, "/"); }

std::string uri_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    bool whole = text[i] == '%' && i + 2 < text.size();
    int high = whole ? digit_of(text[i + 1]) : -1;
    int low = whole ? digit_of(text[i + 2]) : -1;
    bool is_byte = high >= 0 && low >= 0;
    out += is_byte ? static_cast<char>(high * 16 + low) : text[i];
    if (is_byte) i += 2;
  }
  return out;
}

std::string form_decoded(std::string_view text) {
  std::string blanks(text);
  std::replace(blanks.begin(), blanks.end(), '+', ' ');
  return uri_decoded(blanks);
}

}  // namespace silversmith
