// SPDX-License-Identifier: Apache-2.0
// Pages of 8-byte values → Snappy (google/snappy: format_description.txt). A word is one value.
// Neighbours in such a page share their upper bytes, so a match is looked for once a word and not
// at every byte: a third of the time of the library on amounts, half of it on keys
// (docs/decisions/0043-snappy-by-values.md has the numbers and the command).
// On other pages it may find nothing; Compressor asks a sample first.
#pragma once

#include <cstddef>
#include <string_view>

namespace silversmith::parquet {

// The most that snappy_words() writes for `bytes`.
size_t snappy_words_bytes_max(size_t bytes);

// Writes the compressed form of `bytes` and returns its size. Words are taken to end where `bytes`
// ends; what stands before the first whole one is copied as it is. The result depends on `bytes`
// alone. Requires at most 2^31 bytes, and room for snappy_words_bytes_max() at `to`.
size_t snappy_words(std::string_view bytes, char* to);

}  // namespace silversmith::parquet
