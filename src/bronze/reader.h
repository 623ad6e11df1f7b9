// SPDX-License-Identifier: Apache-2.0
// object → bytes: the decoded stream of one object. Compression is told by magic bytes, never by
// name: gzip (also several members), zstd (also several frames, skippable ones included), else
// the bytes themselves.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "base/stream.h"
#include "bronze/inflate.h"

namespace silversmith::bronze {

enum class Compression : uint8_t { none, gzip, zstd };

class Reader : public ByteSource {
 public:
  // `raw` must outlive this. A zstd frame may ask for a history window of up to `window_bytes_max`.
  explicit Reader(ByteSource& raw, uint64_t window_bytes_max = zstd_window_bytes_default);
  ~Reader() override;

  // Decoded bytes. Fails with corrupt (type "compression-error"): truncated, bad checksum or
  // garbage behind the last member, with the raw byte offset; with denied (a configuration error):
  // a zstd frame that asks for more than window_bytes_max; and with what `raw` fails with.
  Result<size_t> read(std::span<char> into) override;

  Compression compression() const;
  // What the decoder may come to hold; 0 before the first read, and for what needs no window.
  uint64_t history_bytes_max() const;
  uint64_t raw_bytes() const;  // read from `raw` so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace silversmith::bronze
