// SPDX-License-Identifier: Apache-2.0
// page bytes ↔ compressed page bytes: the only home of snappy and zstd in this folder. A
// Compressor keeps its working memory from page to page; one owner at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/buffer.h"
#include "base/result.h"
#include "parquet/schema.h"

namespace silversmith::parquet {

// What a page's bytes are made of, as far as it matters to a compressor: `words` ends in values of
// eight bytes.
enum class Grain : uint8_t { bytes, words };

class Compressor {
 public:
  // `level` is zstd's; snappy has none.
  Compressor(Codec codec, int level);
  Compressor(Compressor&&) noexcept;
  ~Compressor();

  Codec codec() const;
  // The compressed bytes, or `bytes` itself for Codec::uncompressed.
  // Valid until the next call or until `bytes` dies.
  std::string_view compress(std::string_view bytes, Grain grain = Grain::bytes);
  // Gives memory back that one long page has left behind; what compress() returned dies.
  void trim();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Replaces `into` by the `size` bytes that `bytes` decompress to.
// Fails with corrupt when they are not exactly that many or not well-formed.
Result<> decompress(Codec codec, std::string_view bytes, size_t size, Buffer<char>& into);

}  // namespace silversmith::parquet
