// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"

#include <libdeflate.h>
#include <sodium/crypto_hash_sha256.h>
#include <xxhash.h>

#include "base/check.h"

namespace silversmith {
namespace {

Hash128 to_ours(XXH128_hash_t hash) { return {hash.high64, hash.low64}; }

void append_hex(std::string& out, uint64_t value) {
  constexpr char digits[] = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) out.push_back(digits[value >> shift & 15]);
}

struct FreeState {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

}  // namespace

std::string Hash128::hex() const {
  std::string out;
  out.reserve(32);
  append_hex(out, high);
  append_hex(out, low);
  return out;
}

struct ContentHash::State {
  // The library's own allocation: its state is over-aligned.
  std::unique_ptr<XXH3_state_t, FreeState> held;
};

ContentHash::ContentHash() : state_(std::make_unique<State>()) {
  state_->held.reset(XXH3_createState());
  SMITH_CHECK(state_->held != nullptr, "out of memory");
  SMITH_CHECK(XXH3_128bits_reset(state_->held.get()) == XXH_OK);
}

ContentHash::~ContentHash() = default;
ContentHash::ContentHash(ContentHash&&) noexcept = default;
ContentHash& ContentHash::operator=(ContentHash&&) noexcept = default;

void ContentHash::update(std::string_view bytes) {
  if (bytes.empty()) return;
  SMITH_CHECK(XXH3_128bits_update(state_->held.get(), bytes.data(), bytes.size()) == XXH_OK);
}

Hash128 ContentHash::digest() const { return to_ours(XXH3_128bits_digest(state_->held.get())); }

Hash128 content_hash(std::string_view bytes) {
  return to_ours(XXH3_128bits(bytes.data(), bytes.size()));
}

std::array<uint8_t, 32> sha256(std::string_view bytes) {
  static_assert(crypto_hash_sha256_BYTES == 32);
  std::array<uint8_t, 32> out{};
  // Pure C of the library: needs no sodium_init(), which only picks kernels and seeds randomness.
  crypto_hash_sha256(out.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size());
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  auto digest = sha256(bytes);
  return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

uint32_t crc32(std::string_view bytes, uint32_t before) {
  // A null buffer would ask libdeflate for the initial value instead of leaving `before`.
  if (bytes.empty()) return before;
  return libdeflate_crc32(before, bytes.data(), bytes.size());
}

std::string to_hex(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (char byte : bytes) {
    auto value = static_cast<unsigned char>(byte);
    out.push_back(digits[value >> 4]);
    out.push_back(digits[value & 15]);
  }
  return out;
}

}  // namespace silversmith
