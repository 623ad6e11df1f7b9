// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)

#include <immintrin.h>

#include <cstring>

#include "csv/scan.h"

// Only what stands in this region is compiled for AVX2: an inline function of a header that came
// out with AVX2 instructions could be the copy that the linker keeps for everybody.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt,pclmul"))), \
                             apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2,lzcnt,popcnt,pclmul")
#endif

namespace silversmith::csv {

namespace {

struct Block {
  __m256i low;
  __m256i high;
  static Block load(const char* at) {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)),
            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32))};
  }
  uint64_t eq(char byte) const {
    __m256i all = _mm256_set1_epi8(byte);
    auto first = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, all)));
    auto second = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, all)));
    return first | uint64_t{second} << 32;
  }
};

// Bytes are gathered, not tested, block by block: the least byte ever (0 iff there was a NUL), the
// union of all (its high bit), and every comparison with CR.
struct Seen {
  __m256i least;
  __m256i all;
  __m256i returns;
  // Spelled out: an implicit constructor would stand outside of the region.
  Seen() {
    least = _mm256_set1_epi8(-1);
    all = _mm256_setzero_si256();
    returns = _mm256_setzero_si256();
  }
  void add(const Block& block) {
    least = _mm256_min_epu8(least, _mm256_min_epu8(block.low, block.high));
    all = _mm256_or_si256(all, _mm256_or_si256(block.low, block.high));
    __m256i cr = _mm256_set1_epi8('\r');
    returns = _mm256_or_si256(returns, _mm256_or_si256(_mm256_cmpeq_epi8(block.low, cr),
                                                       _mm256_cmpeq_epi8(block.high, cr)));
  }
  bool has_null() const {
    return _mm256_movemask_epi8(_mm256_cmpeq_epi8(least, _mm256_setzero_si256())) != 0;
  }
  bool has_high() const { return _mm256_movemask_epi8(all) != 0; }
  bool has_cr() const { return _mm256_movemask_epi8(returns) != 0; }
};

// A carry-less product with all ones: bit i is the exclusive or of bits 0..i.
inline uint64_t prefix_xor(uint64_t bits) {
  __m128i wide = _mm_set_epi64x(0, static_cast<long long>(bits));
  __m128i product = _mm_clmulepi64_si128(wide, _mm_set1_epi8(-1), 0);
  return static_cast<uint64_t>(_mm_cvtsi128_si64(product));
}

inline int trailing_zeros(uint64_t bits) { return static_cast<int>(_tzcnt_u64(bits)); }

#include "csv/scan_body.inl"

}  // namespace

}  // namespace silversmith::csv

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

namespace silversmith::csv {

namespace {

bool supported() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt") &&
         __builtin_cpu_supports("pclmul");
}

}  // namespace

const Kernel kernel_avx2 = {"avx2", supported, split_text, index_text};

}  // namespace silversmith::csv

#endif
