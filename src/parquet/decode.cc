// SPDX-License-Identifier: Apache-2.0
#include "parquet/decode.h"

#include <algorithm>
#include <cstring>

#include "parquet/schema.h"
#include "parquet/statistics.h"
#include "parquet/text_key.h"

namespace silversmith::parquet {

namespace {

Error corrupt(std::string_view what) { return {Code::corrupt, std::string(what), "", ""}; }

bool take_varint(std::string_view& bytes, uint64_t& value) {
  value = 0;
  for (uint32_t shift = 0; shift < 63 && !bytes.empty(); shift += 7) {
    auto byte = static_cast<uint8_t>(bytes[0]);
    bytes.remove_prefix(1);
    value |= uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

// The `index`th value of `bits` bits; at most five bytes hold it.
uint32_t packed_at(std::string_view bytes, uint64_t index, uint32_t bits) {
  uint64_t bit = index * bits;
  uint64_t word = 0;
  size_t at = bit / 8;
  std::memcpy(&word, bytes.data() + at, std::min<size_t>(8, bytes.size() - at));
  return static_cast<uint32_t>((word >> (bit % 8)) & ((uint64_t{1} << bits) - 1));
}

Result<> decode_texts(std::string_view bytes, uint32_t count, frame::Text* texts) {
  for (uint32_t i = 0; i < count; ++i) {
    if (bytes.size() < 4) return corrupt("a text's length is cut off");
    uint32_t size = load4(bytes.data());
    if (size > bytes.size() - 4) return corrupt("a text passes its page's end");
    texts[i] = {bytes.data() + 4, size};
    bytes.remove_prefix(4 + size_t{size});
  }
  return bytes.empty() ? Result<>() : corrupt("bytes stand behind a page's last value");
}

}  // namespace

Result<> decode_hybrid(std::string_view bytes, uint32_t bits, uint32_t count,
                       Buffer<uint32_t>& out) {
  while (count > 0) {
    uint64_t head = 0;
    if (!take_varint(bytes, head)) return corrupt("a run is cut off");
    if ((head & 1) == 0) {
      auto run = static_cast<uint32_t>(std::min<uint64_t>(head >> 1, count));
      size_t width = (bits + 7) / 8;
      if (run == 0 || bytes.size() < width) return corrupt("a run is cut off");
      uint32_t value = 0;
      std::memcpy(&value, bytes.data(), width);
      bytes.remove_prefix(width);
      size_t start = out.size();
      out.resize(start + run);
      std::fill(out.begin() + start, out.end(), value);
      count -= run;
      continue;
    }
    uint64_t groups = head >> 1;
    if (groups == 0 || bits == 0 || groups > bytes.size() / bits) {
      return corrupt("a bit-packed run is cut off");
    }
    auto taken = static_cast<uint32_t>(std::min<uint64_t>(groups * 8, count));
    std::string_view packed = bytes.substr(0, groups * bits);
    size_t start = out.size();
    out.resize(start + taken);
    for (uint32_t i = 0; i < taken; ++i) out[start + i] = packed_at(packed, i, bits);
    bytes.remove_prefix(packed.size());
    count -= taken;
  }
  return {};
}

Result<> decode_plain(frame::Type type, std::string_view bytes, uint32_t count, char* values) {
  switch (physical_of(type)) {
    case Physical::byte_array:
      return decode_texts(bytes, count, reinterpret_cast<frame::Text*>(values));
    case Physical::boolean:
      if (bytes.size() != (uint64_t{count} + 7) / 8) return corrupt("booleans of another size");
      for (uint32_t i = 0; i < count; ++i) {
        values[i] = static_cast<char>(static_cast<uint8_t>(bytes[i / 8]) >> (i % 8) & 1);
      }
      return {};
    case Physical::fixed: {
      uint8_t width = fixed_bytes_of(type.precision);
      if (bytes.size() != uint64_t{count} * width) return corrupt("decimals of another size");
      auto* to = reinterpret_cast<frame::int128*>(values);
      for (uint32_t i = 0; i < count; ++i)
        to[i] = big_endian(bytes.substr(i * size_t{width}, width));
      return {};
    }
    case Physical::int32:
    case Physical::int64:
    case Physical::float64: break;
  }
  if (bytes.size() != count * frame::value_bytes(type)) return corrupt("values of another size");
  if (count > 0) std::memcpy(values, bytes.data(), bytes.size());
  return {};
}

}  // namespace silversmith::parquet
