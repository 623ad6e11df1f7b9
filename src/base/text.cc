// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <limits>

namespace silversmith {
namespace {

char lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte;
}

bool between(unsigned char byte, unsigned low, unsigned high) {
  return byte >= low && byte <= high;
}

// The length of the well-formed sequence at the front of `bytes` (not empty), or 0. The second
// byte's range is what keeps out overlongs (E0, F0), surrogates (ED) and values past U+10FFFF
// (F4): RFC 3629, section 4.
size_t utf8_length(std::string_view bytes) {
  auto at = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  size_t length = between(lead, 0xC2, 0xDF) ? 2 : between(lead, 0xE0, 0xEF) ? 3 : 4;
  if (length == 4 && !between(lead, 0xF0, 0xF4)) return 0;
  if (bytes.size() < length) return 0;
  unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (!between(at(1), low, high)) return 0;
  for (size_t i = 2; i < length; ++i) {
    if (!between(at(i), 0x80, 0xBF)) return 0;
  }
  return length;
}

// The multiplier of a unit, or nullopt.
std::optional<uint64_t> unit_bytes(std::string_view unit) {
  if (unit.empty() || equal_ignoring_case(unit, "b")) return 1;
  constexpr std::string_view prefixes = "kmgt";
  size_t power = prefixes.find(lower(unit[0]));
  if (power == std::string_view::npos) return std::nullopt;
  std::string_view rest = unit.substr(1);
  bool binary = rest.empty() || equal_ignoring_case(rest, "ib");
  if (!binary && !equal_ignoring_case(rest, "b")) return std::nullopt;
  uint64_t factor = 1;
  for (size_t i = 0; i <= power; ++i) factor *= binary ? 1024 : 1000;
  return factor;
}

// Whether the well-formed character at the front is a control: C0, DEL, or C1 (U+0080 to U+009F,
// which terminals obey as they do escape sequences).
bool is_control(std::string_view character) {
  auto at = [&](size_t i) { return static_cast<unsigned char>(character[i]); };
  if (at(0) < 0x20 || at(0) == 0x7F) return true;
  return at(0) == 0xC2 && character.size() > 1 && at(1) < 0xA0;
}

// Appends the character at `at`, or its bytes as \xNN where it is a control or not UTF-8, and
// returns how many bytes it took. `length` is utf8_length() there.
size_t append_shown(std::string_view bytes, size_t at, size_t length, std::string& out) {
  std::string_view character = bytes.substr(at, length);
  if (length > 0 && !is_control(character)) {
    out.append(character);
    return length;
  }
  size_t taken = std::max<size_t>(length, 1);
  for (char byte : bytes.substr(at, taken)) {
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\x%02X", static_cast<unsigned char>(byte));
    out += escape;
  }
  return taken;
}

// Whether a terminal may have the bytes as they are.
bool is_printable(std::string_view bytes) {
  while (!bytes.empty()) {
    size_t length = utf8_length(bytes);
    if (length == 0 || is_control(bytes.substr(0, length))) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

}  // namespace

std::string show(std::string_view bytes, size_t bytes_max) {
  std::string out = "\"";
  for (size_t at = 0; at < bytes.size();) {
    size_t length = utf8_length(bytes.substr(at));
    if (at + (length > 0 ? length : 1) > bytes_max) return out + "\"...";
    if (bytes[at] == '"' || bytes[at] == '\\') out.push_back('\\');
    at += append_shown(bytes, at, length, out);
  }
  return out + "\"";
}

std::string escaped(std::string_view bytes) {
  std::string out;
  for (size_t at = 0; at < bytes.size();) {
    at += append_shown(bytes, at, utf8_length(bytes.substr(at)), out);
  }
  return out;
}

std::string printable(std::string_view bytes) {
  return is_printable(bytes) ? std::string(bytes) : show(bytes, SIZE_MAX);
}

std::string join(const std::vector<std::string>& parts, std::string_view between_parts) {
  std::string out;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out.append(between_parts);
    out.append(parts[i]);
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  size_t start = 0;
  for (size_t end = text.find(at); end != std::string_view::npos; end = text.find(at, start)) {
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  parts.push_back(text.substr(start));
  return parts;
}

std::string_view trim(std::string_view text) {
  size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return text.substr(0, 0);
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); ++i) {
    if (lower(left[i]) != lower(right[i])) return false;
  }
  return true;
}

bool ends_with_ignoring_case(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() &&
         equal_ignoring_case(text.substr(text.size() - suffix.size()), suffix);
}

std::optional<uint64_t> parse_number(std::string_view text) {
  uint64_t number = 0;
  const char* end = text.data() + text.size();
  auto [stopped, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc() || stopped != end) return std::nullopt;
  return number;
}

std::string human_bytes(uint64_t bytes) {
  constexpr const char* units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return std::to_string(bytes) + " B";
  size_t unit = 0;
  auto value = static_cast<double>(bytes);
  // 999.995 would print as 1000.00, so the step is taken where rounding would take it.
  while (value >= 999.995 && unit + 1 < std::size(units)) {
    value /= 1000;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.2f %s", value, units[unit]);
  return text;
}

std::string human_count(uint64_t count) {
  std::string digits = std::to_string(count);
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out.push_back(' ');
    out.push_back(digits[i]);
  }
  return out;
}

std::optional<uint64_t> parse_bytes(std::string_view text) {
  text = trim(text);
  constexpr uint64_t most = std::numeric_limits<uint64_t>::max();
  uint64_t value = 0;
  size_t at = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    auto digit = static_cast<uint64_t>(text[at] - '0');
    if (value > (most - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  if (at == 0) return std::nullopt;
  std::optional<uint64_t> factor = unit_bytes(trim(text.substr(at)));
  if (!factor || (value > 0 && *factor > most / value)) return std::nullopt;
  return value * *factor;
}

std::optional<size_t> find_invalid_utf8(std::string_view bytes) {
  constexpr uint64_t high_bits = 0x8080808080808080;
  size_t at = 0;
  while (at < bytes.size()) {
    // ASCII, 16 bytes a step: two loads whose high bits are tested together.
    while (bytes.size() - at >= 16) {
      uint64_t words[2];
      std::memcpy(words, bytes.data() + at, sizeof words);
      if (((words[0] | words[1]) & high_bits) != 0) break;
      at += 16;
    }
    // What stopped it, up to the next run of ASCII (or the tail that is shorter than a step).
    size_t stop = bytes.size() - at < 16 ? bytes.size() : at + 16;
    while (at < stop) {
      size_t length = utf8_length(bytes.substr(at));
      if (length == 0) return at;
      at += length;
    }
  }
  return std::nullopt;
}

std::string_view cut_utf8(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  size_t size = bytes_max;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80) --size;
  return text.substr(0, size);
}

std::string shortened(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  return std::string(cut_utf8(text, bytes_max - 3)) + "...";
}

}  // namespace silversmith
