// SPDX-License-Identifier: Apache-2.0
#include "catalog/fold.h"

#include <cstdint>

#include "base/text.h"

namespace silversmith::catalog {

namespace {

// Every `step`th from first to last is a capital, whose small letter is `apart` further.
struct Capitals {
  uint32_t first;
  uint32_t last;
  uint32_t step;
  uint32_t apart;
};
constexpr Capitals capitals[] = {
    {0x41, 0x5a, 1, 32},   {0xc0, 0xd6, 1, 32},    {0xd8, 0xde, 1, 32},    {0x100, 0x12e, 2, 1},
    {0x132, 0x136, 2, 1},  {0x139, 0x147, 2, 1},   {0x14a, 0x176, 2, 1},   {0x179, 0x17d, 2, 1},
    {0x386, 0x386, 1, 38}, {0x388, 0x38a, 1, 37},  {0x38c, 0x38c, 1, 64},  {0x38e, 0x38f, 1, 63},
    {0x391, 0x3a1, 1, 32}, {0x3a4, 0x3ab, 1, 32},  {0x400, 0x40f, 1, 80},  {0x410, 0x42f, 1, 32},
    {0x460, 0x480, 2, 1},  {0x48a, 0x4be, 2, 1},   {0x4c0, 0x4c0, 1, 15},  {0x4c1, 0x4cd, 2, 1},
    {0x4d0, 0x52e, 2, 1},  {0x1e00, 0x1e94, 2, 1}, {0x1ea0, 0x1efe, 2, 1},
};

// Letters with case that are not known here, or that become several or another at a word's end.
struct Range {
  uint32_t first;
  uint32_t last;
};
constexpr Range doubts[] = {
    {0x130, 0x130},     {0x178, 0x178},     {0x180, 0x24f},   {0x370, 0x373},   {0x376, 0x377},
    {0x37f, 0x37f},     {0x3a3, 0x3a3},     {0x3cf, 0x3ff},   {0x531, 0x556},   {0x10a0, 0x10cd},
    {0x13a0, 0x13f5},   {0x1c80, 0x1cbf},   {0x1e9e, 0x1e9e}, {0x1f00, 0x1fff}, {0x2100, 0x2188},
    {0x24b6, 0x24cf},   {0x2c00, 0x2cff},   {0xa640, 0xa7ff}, {0xff21, 0xff3a}, {0x10400, 0x118ff},
    {0x16e40, 0x16e7f}, {0x1e900, 0x1e943},
};

// The character at `at`, which is moved behind it. Requires UTF-8.
uint32_t take(std::string_view text, size_t& at) {
  auto byte = static_cast<unsigned char>(text[at++]);
  if (byte < 0x80) return byte;
  size_t more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
  uint32_t code = byte & (0x3fU >> more);
  for (; more != 0; --more) code = code << 6 | (static_cast<unsigned char>(text[at++]) & 0x3fU);
  return code;
}

uint32_t small_letter(uint32_t code) {
  for (const Capitals& one : capitals) {
    bool is_one = code >= one.first && code <= one.last && (code - one.first) % one.step == 0;
    if (is_one) return code + one.apart;
  }
  return code;
}

bool is_in_doubt(uint32_t code) {
  for (const Range& range : doubts) {
    if (code >= range.first && code <= range.last) return true;
  }
  return false;
}

// What small_letter() changes has at most three bytes.
void put(uint32_t code, std::string& to) {
  if (code < 0x80) {
    to += static_cast<char>(code);
    return;
  }
  if (code < 0x800) {
    to += static_cast<char>(0xc0 | code >> 6);
  } else {
    to += static_cast<char>(0xe0 | code >> 12);
    to += static_cast<char>(0x80 | (code >> 6 & 0x3f));
  }
  to += static_cast<char>(0x80 | (code & 0x3f));
}

}  // namespace

std::optional<std::string> folded(std::string_view name) {
  if (find_invalid_utf8(name).has_value()) return std::nullopt;
  std::string out;
  for (size_t at = 0; at < name.size();) {
    size_t begin = at;
    uint32_t code = take(name, at);
    if (is_in_doubt(code)) return std::nullopt;
    uint32_t small = small_letter(code);
    if (small == code) {
      out += name.substr(begin, at - begin);
    } else {
      put(small, out);
    }
  }
  return out;
}

}  // namespace silversmith::catalog
