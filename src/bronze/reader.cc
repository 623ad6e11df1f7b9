// SPDX-License-Identifier: Apache-2.0
#include "bronze/reader.h"

#include <algorithm>
#include <string>

#include "base/buffer.h"
#include "bronze/inflate.h"

namespace silversmith::bronze {

namespace {

constexpr size_t raw_block_bytes = size_t{256} << 10;

Error truncated(uint64_t at) {
  return {Code::corrupt,
          "compressed data ends in the middle, after " + std::to_string(at) + " raw bytes",
          "the upload was cut off: upload the file again", "compression-error"};
}

Error trailing_garbage(uint64_t at) {
  return {Code::corrupt,
          "bytes that are no compressed data follow the end, at raw byte " + std::to_string(at),
          "remove what was appended to the compressed file", "compression-error"};
}

// The first bytes of a magic number and nothing behind them: what is left of a compressed file that
// was cut off. Only beginnings that UTF-8 text can't have count; "(", zstd's first byte, is a
// header.
bool is_cut_magic(std::string_view whole) {
  return whole == "\x1f" || whole == "\x28\xb5" || whole == "\x28\xb5\x2f";
}

}  // namespace

struct Reader::State {
  ByteSource& raw;
  uint64_t window_bytes_max;
  uint64_t raw_bytes = 0;
  bool started = false;
  bool raw_ended = false;
  Compression compression = Compression::none;
  std::unique_ptr<Inflater> inflater;
  bool between_members = true;  // no member is open
  uint64_t member_at = 0;       // where the open one begins, in raw bytes
  Buffer<char> block;           // raw bytes read and not yet consumed: [used, block.size())
  size_t used = 0;

  State(ByteSource& source, uint64_t window) : raw(source), window_bytes_max(window) {}

  std::string_view pending() const { return {block.data() + used, block.size() - used}; }
  uint64_t raw_position() const { return raw_bytes - pending().size(); }

  Result<size_t> read_raw(std::span<char> into) {
    size_t got = SMITH_TRY(raw.read(into));
    raw_bytes += got;
    if (got == 0 && !into.empty()) raw_ended = true;
    return got;
  }

  // Makes at least `wanted` bytes pending, or all that are left.
  Result<> fill(size_t wanted) {
    if (used > 0 && pending().size() < wanted) {
      std::copy(block.begin() + used, block.end(), block.begin());
      block.resize(block.size() - used);
      used = 0;
    }
    while (pending().size() < wanted && !raw_ended) {
      size_t held = block.size();
      block.resize(std::max(raw_block_bytes, held + wanted));
      size_t got = SMITH_TRY(read_raw({block.data() + held, block.size() - held}));
      block.resize(held + got);
    }
    return {};
  }

  // Looks at the magic bytes: RFC 1952 2.3.1; RFC 8878 3.1.
  Result<> start() {
    started = true;
    SMITH_TRY(fill(4));
    if (is_cut_magic(pending())) return truncated(raw_bytes);
    auto gzip = make_gzip_inflater();
    auto zstd = make_zstd_inflater(window_bytes_max);
    if (gzip->continues(pending())) {
      compression = Compression::gzip;
      inflater = std::move(gzip);
    } else if (zstd->continues(pending())) {
      compression = Compression::zstd;
      inflater = std::move(zstd);
    }
    return {};
  }

  Result<size_t> read_plain(std::span<char> into) {
    if (!pending().empty()) {
      size_t count = std::min(into.size(), pending().size());
      std::copy_n(block.begin() + used, count, into.begin());
      used += count;
      return count;
    }
    return read_raw(into);
  }

  // Between members: true when another one begins, false at the end of the stream.
  Result<bool> next_member() {
    SMITH_TRY(fill(4));
    // gzip files from tapes are padded with zeros; gzip(1) passes over them too.
    while (compression == Compression::gzip && !pending().empty() && pending()[0] == '\0') {
      ++used;
      if (pending().empty()) SMITH_TRY(fill(4));
    }
    if (pending().empty()) return false;
    SMITH_TRY(fill(4));
    if (is_cut_magic(pending())) return truncated(raw_bytes);
    if (!inflater->continues(pending())) return trailing_garbage(raw_position());
    return true;
  }

  Result<size_t> read_inflated(std::span<char> into) {
    while (true) {
      if (between_members) {
        if (!SMITH_TRY(next_member())) return size_t{0};
        between_members = false;
        member_at = raw_position();
      }
      SMITH_TRY(fill(1));
      bool starved = pending().empty();
      auto step = inflater->step(pending(), into);
      if (!step) {
        // Where the member begins: how far it was read depends on the sizes of blocks.
        std::string place = "compressed member at raw byte " + std::to_string(member_at);
        return std::move(step).error().in(place);
      }
      used += step->consumed;
      between_members = step->at_end;
      if (step->produced > 0) return step->produced;
      if (starved && !step->at_end) return truncated(raw_bytes);
    }
  }
};

Reader::Reader(ByteSource& raw, uint64_t window_bytes_max)
    : state_(std::make_unique<State>(raw, window_bytes_max)) {}
Reader::~Reader() = default;

Result<size_t> Reader::read(std::span<char> into) {
  if (into.empty()) return size_t{0};
  if (!state_->started) SMITH_TRY(state_->start());
  if (state_->inflater == nullptr) return state_->read_plain(into);
  return state_->read_inflated(into);
}

uint64_t Reader::history_bytes_max() const {
  bool zstd = state_->compression == Compression::zstd;
  return zstd ? state_->window_bytes_max + zstd_fixed_bytes : 0;
}

Compression Reader::compression() const { return state_->compression; }
uint64_t Reader::raw_bytes() const { return state_->raw_bytes; }

}  // namespace silversmith::bronze
