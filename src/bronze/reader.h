// SPDX-License-Identifier: Apache-2.0
// object → bytes: the decoded stream of one object. Compression is told by magic bytes, never by
// name: gzip (also several members), zstd (also several frames, skippable ones included), else
// the bytes themselves.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "base/stream.h"

namespace silversmith::bronze {

enum class Compression : uint8_t { none, gzip, zstd };

class Reader : public ByteSource {
 public:
  // `raw` must outlive this.
  explicit Reader(ByteSource& raw);
  ~Reader() override;

  // Decoded bytes. Fails with corrupt (type "compression-error"): truncated, bad checksum or
  // garbage behind the last member, with the raw byte offset; and with what `raw` fails with.
  Result<size_t> read(std::span<char> into) override;

  Compression compression() const;
  uint64_t raw_bytes() const;  // read from `raw` so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace silversmith::bronze
