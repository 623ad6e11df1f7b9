// SPDX-License-Identifier: Apache-2.0
// 64-bit values → Snappy (google/snappy: format_description.txt), for pages of fixed-width values.
// Neighbours in such a page share their upper bytes, so a match is looked for once a value and not
// at every byte: about three times as fast as the library on keys, amounts and times, and as small.
// On other pages it may find nothing; Compressor asks a sample first.
#pragma once

#include <cstddef>
#include <string_view>

namespace silversmith::parquet {

// The most that snappy_words() writes for `bytes`.
size_t snappy_words_bytes_max(size_t bytes);

// Writes the compressed form of `bytes`, at most 2^31 of them, and returns its size. Values are
// taken to end where `bytes` ends; what stands before the first whole one is copied as it is.
// `to` has room for snappy_words_bytes_max(). The result depends on `bytes` alone.
size_t snappy_words(std::string_view bytes, char* to);

}  // namespace silversmith::parquet
