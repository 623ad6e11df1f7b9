// SPDX-License-Identifier: Apache-2.0
#include "parquet/dictionary.h"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <vector>

#include "parquet/encode_rle.h"
#include "parquet/text_key.h"

namespace silversmith::parquet {

namespace {

constexpr uint32_t table_bits_min = 8;
// At most half full, a chain this long is chance once in many millions of values, or an attack;
// giving up bounds what an attack can cost.
constexpr size_t probes_max = 256;

template <class T>
uint64_t hash_of(T value) {
  constexpr uint64_t k = 0x9E37'79B9'7F4A'7C15;
  if constexpr (sizeof(T) == 16) {
    auto bits = static_cast<uint128>(value);
    return fold(static_cast<uint64_t>(bits) ^ k, static_cast<uint64_t>(bits >> 64) + k);
  } else {
    std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t> bits;
    std::memcpy(&bits, &value, sizeof bits);
    return fold(bits, k) * k;
  }
}

// Bits, not values: 0.0 and -0.0 are two entries, and a NaN is one.
template <class T>
bool same_bits(const T& a, const T& b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0;  // NOLINT(bugprone-suspicious-memory-comparison)
}

}  // namespace

void IdTable::reset(uint32_t bits) {
  slots_.resize(size_t{1} << bits);
  shift_ = 64 - bits;
  std::memset(slots_.data(), 0xFF, slots_.size() * sizeof(uint16_t));
}

void IdTable::place(uint64_t hash, uint16_t id) {
  size_t at = hash >> shift_;
  while (slots_[at] != no_id) at = (at + 1) & mask();
  slots_[at] = id;
}

template <class T>
FixedDictionary<T>::FixedDictionary(size_t bytes_max)
    : entries_max_(std::min(dictionary_entries_max, bytes_max / sizeof(T))) {
  clear();
}

template <class T>
void FixedDictionary<T>::clear() {
  entries_.clear();
  table_.reset(table_bits_min);
}

template <class T>
uint32_t FixedDictionary<T>::id_of(T value) {
  uint64_t hash = hash_of(value);
  size_t at = hash >> table_.shift();
  for (size_t probes = 0; probes < probes_max; ++probes, at = (at + 1) & table_.mask()) {
    uint32_t id = table_.slots()[at];
    if (id == no_id) return add(value, hash);
    if (same_bits(entries_[id], value)) return id;
  }
  return no_id;
}

template <class T>
uint32_t FixedDictionary<T>::add(T value, uint64_t hash) {
  if (entries_.size() >= entries_max_) return no_id;
  auto id = static_cast<uint16_t>(entries_.size());
  entries_.push_back(value);
  if (!table_.crowded(entries_.size())) {
    table_.place(hash, id);
    return id;
  }
  table_.reset(table_.bits() + 1);
  for (size_t i = 0; i < entries_.size(); ++i) {
    table_.place(hash_of(entries_[i]), static_cast<uint16_t>(i));
  }
  return id;
}

template class FixedDictionary<int32_t>;
template class FixedDictionary<int64_t>;
template class FixedDictionary<double>;
template class FixedDictionary<frame::int128>;

void TextDictionary::clear() {
  body_.clear();
  offsets_.clear();
  hashes_.clear();
  table_.reset(table_bits_min);
}

frame::Text TextDictionary::operator[](size_t id) const {
  const char* at = body_.data() + offsets_[id];
  return {at + 4, load4(at)};
}

uint32_t TextDictionary::id_of(frame::Text text) {
  uint64_t hash = hash_text(text.data, text.size);
  size_t at = hash >> table_.shift();
  for (size_t probes = 0; probes < probes_max; ++probes, at = (at + 1) & table_.mask()) {
    uint32_t id = table_.slots()[at];
    if (id == no_id) return add(text, hash);
    if (hashes_[id] != hash) continue;
    const char* entry = body_.data() + offsets_[id];
    if (load4(entry) != text.size) continue;
    if (text.size == 0 || std::memcmp(entry + 4, text.data, text.size) == 0) return id;
  }
  return no_id;
}

uint32_t TextDictionary::add(frame::Text text, uint64_t hash) {
  if (size() >= dictionary_entries_max || text.size + size_t{4} > bytes_max_ - body_.size()) {
    return no_id;
  }
  auto id = static_cast<uint16_t>(size());
  offsets_.push_back(static_cast<uint32_t>(body_.size()));
  hashes_.push_back(hash);
  body_.append(reinterpret_cast<const char*>(&text.size), 4);
  body_.append(text.data, text.size);
  if (!table_.crowded(size())) {
    table_.place(hash, id);
    return id;
  }
  table_.reset(table_.bits() + 1);
  for (size_t i = 0; i < size(); ++i) table_.place(hashes_[i], static_cast<uint16_t>(i));
  return id;
}

// The entries at the horizon are extrapolated from those seen once (f1) and twice (f2): the chance
// that the next value is a new one is f1 / n (Good and Turing), and the values there are in all
// are at least d + f1 (f1 - 1) / (2 (f2 + 1)) (Chao). A plain "distinct > half of the rows" gave
// up on columns of a few thousand values and cost a fifth of the file.
bool dictionary_pays(const Sample& sample) {
  uint64_t n = sample.ids.size();
  if (n == 0 || sample.entries == 0) return false;
  std::vector<uint32_t> counts(sample.entries);
  for (uint16_t id : sample.ids) ++counts[id];
  uint64_t once = 0;
  uint64_t twice = 0;
  for (uint32_t count : counts) {
    once += count == 1 ? 1 : 0;
    twice += count == 2 ? 1 : 0;
  }
  uint64_t horizon = sample.complete ? n : 16 * n;
  uint64_t grown = sample.entries + once * (horizon - n) / n;
  uint64_t chao = sample.entries + once * (once - (once > 0 ? 1 : 0)) / (2 * (twice + 1));
  uint64_t entries = sample.complete ? sample.entries : std::min(grown, chao);
  uint64_t entry_bytes = entries * sample.entry_bytes / sample.entries;
  if (entries > dictionary_entries_max || entry_bytes > sample.entry_bytes_max) return false;
  // A codec leaves about six tenths of plain values and of entries, and nothing off packed ids.
  uint64_t ids_bits = horizon * id_bits(entries);
  uint64_t plain_bits = horizon * 8 * sample.plain_bytes / n;
  uint64_t with = ids_bits * 10 + entry_bytes * 8 * 6;
  uint64_t without = plain_bits * 6;
  return with * 10 <= without * 8;
}

}  // namespace silversmith::parquet
