// SPDX-License-Identifier: Apache-2.0
#include "support/checksums.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/check.h"
#include "base/hash.h"

namespace silversmith::test {

namespace {

constexpr std::array<uint8_t, 16> md5_turns = {7, 12, 17, 22, 5, 9,  14, 20,
                                               4, 11, 16, 23, 6, 10, 15, 21};

// The table of RFC 1321 is defined as the integer part of 2^32 |sin(i + 1)|.
std::array<uint32_t, 64> make_md5_sines() {
  std::array<uint32_t, 64> sines{};
  for (uint32_t i = 0; i < sines.size(); ++i) {
    sines[i] = static_cast<uint32_t>(std::floor(std::ldexp(std::fabs(std::sin(i + 1.0)), 32)));
  }
  return sines;
}
const std::array<uint32_t, 64> md5_sines = make_md5_sines();

// Eight tables, so that eight bytes take eight independent look-ups: the fake hashes gigabytes.
template <class Word>
using CrcTables = std::array<std::array<Word, 256>, 8>;

template <class Word>
constexpr CrcTables<Word> make_crc_tables(Word reflected_polynomial) {
  CrcTables<Word> tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    Word value = byte;
    for (int bit = 0; bit < 8; ++bit) {
      value = value & 1 ? value >> 1 ^ reflected_polynomial : value >> 1;
    }
    tables[0][byte] = value;
  }
  for (size_t table = 1; table < 8; ++table) {
    for (size_t byte = 0; byte < 256; ++byte) {
      Word before = tables[table - 1][byte];
      tables[table][byte] = before >> 8 ^ tables[0][before & 255];
    }
  }
  return tables;
}

constexpr auto crc32c_tables = make_crc_tables<uint32_t>(0x82f63b78);
constexpr auto crc64_tables = make_crc_tables<uint64_t>(0x9a6c9329ac4bc9b5);

template <class Word>
Word crc(const CrcTables<Word>& tables, std::string_view bytes, Word before) {
  static_assert(std::endian::native == std::endian::little);
  Word value = ~before;
  size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    uint64_t eight = 0;
    std::memcpy(&eight, bytes.data() + at, 8);
    eight ^= value;
    value = 0;
    for (size_t i = 0; i < 8; ++i) value ^= tables[7 - i][eight >> (8 * i) & 255];
  }
  for (; at < bytes.size(); ++at) {
    value = value >> 8 ^ tables[0][(value ^ static_cast<uint8_t>(bytes[at])) & 255];
  }
  return ~value;
}

constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string raw_sha256(std::string_view bytes) {
  auto digest = sha256(bytes);
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

void Md5::block(const char* at) {
  std::array<uint32_t, 16> words{};
  std::memcpy(words.data(), at, 64);
  auto [a, b, c, d] = state_;
  for (uint32_t i = 0; i < 64; ++i) {
    uint32_t round = i / 16;
    uint32_t mixed = 0;
    uint32_t word = 0;
    switch (round) {
      case 0: mixed = (b & c) | (~b & d), word = i; break;
      case 1: mixed = (d & b) | (~d & c), word = (5 * i + 1) % 16; break;
      case 2: mixed = b ^ c ^ d, word = (3 * i + 5) % 16; break;
      default: mixed = c ^ (b | ~d), word = 7 * i % 16; break;
    }
    uint32_t sum = a + mixed + md5_sines[i] + words[word];
    a = d;
    d = c;
    c = b;
    b += std::rotl(sum, md5_turns[round * 4 + i % 4]);
  }
  state_[0] += a;
  state_[1] += b;
  state_[2] += c;
  state_[3] += d;
}

void Md5::update(std::string_view bytes) {
  bytes_ += bytes.size();
  if (!rest_.empty()) {
    size_t wanted = std::min(64 - rest_.size(), bytes.size());
    rest_ += bytes.substr(0, wanted);
    bytes.remove_prefix(wanted);
    if (rest_.size() < 64) return;
    block(rest_.data());
    rest_.clear();
  }
  for (; bytes.size() >= 64; bytes.remove_prefix(64)) block(bytes.data());
  rest_ = bytes;
}

std::string Md5::digest() const {
  Md5 end = *this;
  std::string padding(1, '\x80');
  padding.resize((rest_.size() < 56 ? 56 : 120) - rest_.size(), '\0');
  for (int shift = 0; shift < 64; shift += 8) {
    padding.push_back(static_cast<char>(bytes_ * 8 >> shift));
  }
  end.update(padding);
  SMITH_CHECK(end.rest_.empty());
  std::string out(16, '\0');
  std::memcpy(out.data(), end.state_.data(), 16);
  return out;
}

std::string md5(std::string_view bytes) {
  Md5 hash;
  hash.update(bytes);
  return hash.digest();
}

std::string md5_hex(std::string_view bytes) { return to_hex(md5(bytes)); }

uint32_t crc32c(std::string_view bytes, uint32_t before) {
  return crc(crc32c_tables, bytes, before);
}

uint64_t crc64nvme(std::string_view bytes, uint64_t before) {
  return crc(crc64_tables, bytes, before);
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string padded = key.size() > 64 ? raw_sha256(key) : std::string(key);
  padded.resize(64, '\0');
  std::string inner = padded;
  std::string outer = padded;
  for (char& c : inner) c ^= 0x36;
  for (char& c : outer) c ^= 0x5c;
  return raw_sha256(outer + raw_sha256(inner.append(bytes)));
}

std::string base64(std::string_view bytes) {
  std::string out;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    uint32_t three = 0;
    size_t count = std::min<size_t>(3, bytes.size() - at);
    for (size_t i = 0; i < 3; ++i) {
      three = three << 8 | (i < count ? static_cast<uint8_t>(bytes[at + i]) : 0);
    }
    for (size_t i = 0; i < 4; ++i) {
      out.push_back(i <= count ? base64_digits[three >> (18 - 6 * i) & 63] : '=');
    }
  }
  return out;
}

std::optional<std::string> parse_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  std::string out;
  uint32_t held = 0;
  for (size_t at = 0; at < text.size() - padding; ++at) {
    size_t digit = base64_digits.find(text[at]);
    if (digit == std::string_view::npos) return std::nullopt;
    held = held << 6 | static_cast<uint32_t>(digit);
    if (at % 4 != 0) out.push_back(static_cast<char>(held >> (6 - 2 * (at % 4))));
  }
  return out;
}

std::string big_endian(uint64_t value, size_t bytes) {
  std::string out;
  for (size_t i = bytes; i > 0; --i) out.push_back(static_cast<char>(value >> (8 * (i - 1))));
  return out;
}

std::string_view name_of(Checksum checksum) {
  switch (checksum) {
    case Checksum::crc32: return "crc32";
    case Checksum::crc32c: return "crc32c";
    case Checksum::crc64nvme: return "crc64nvme";
    case Checksum::sha256: return "sha256";
  }
  return "";
}

std::string_view xml_name_of(Checksum checksum) {
  switch (checksum) {
    case Checksum::crc32: return "CRC32";
    case Checksum::crc32c: return "CRC32C";
    case Checksum::crc64nvme: return "CRC64NVME";
    case Checksum::sha256: return "SHA256";
  }
  return "";
}

std::optional<Checksum> checksum_named(std::string_view xml_name) {
  for (Checksum checksum : all_checksums) {
    if (xml_name_of(checksum) == xml_name) return checksum;
  }
  return std::nullopt;
}

std::string checksum_of(Checksum checksum, std::string_view bytes) {
  switch (checksum) {
    case Checksum::crc32: return base64(big_endian(crc32(bytes), 4));
    case Checksum::crc32c: return base64(big_endian(crc32c(bytes), 4));
    case Checksum::crc64nvme: return base64(big_endian(crc64nvme(bytes), 8));
    case Checksum::sha256: return base64(raw_sha256(bytes));
  }
  return "";
}

}  // namespace silversmith::test
