// SPDX-License-Identifier: Apache-2.0
#include "parquet/compress.h"

#include <snappy.h>
#include <zstd.h>

#include <algorithm>
#include <string>

#include "base/check.h"
#include "parquet/snappy_words.h"

namespace silversmith::parquet {

namespace {

// A larger one was for a long value.
constexpr size_t out_bytes_usual = size_t{4} << 20;
// What is compressed twice to tell how a page compresses: a sixteenth of the page, so that wide
// tables, whose pages are of 16 KiB, don't pay for it; but 4 KiB at least, since the library finds
// more in more: with 1 or 2 KiB, amounts below 100,000 pass and their pages are a ninth larger. A
// page of less than twice that is not worth the question.
constexpr size_t sample_bytes_min = size_t{4} << 10;
constexpr size_t sample_bytes_max = size_t{16} << 10;
constexpr size_t sample_share = 16;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

Error corrupt(Codec codec) {
  return {Code::corrupt, "a page is no well-formed " + std::string(name_of(codec)), "", ""};
}

}  // namespace

struct Compressor::State {
  Codec codec;
  int level;
  std::unique_ptr<ZSTD_CCtx, FreeContext> context;
  Buffer<char> out;

  std::string_view by_library(std::string_view bytes);
  std::string_view by_words(std::string_view bytes);
  bool words_suit(std::string_view bytes);
};

Compressor::Compressor(Codec codec, int level)
    : state_(std::make_unique<State>(State{codec, level, nullptr, {}})) {}
Compressor::Compressor(Compressor&&) noexcept = default;
Compressor::~Compressor() = default;

Codec Compressor::codec() const { return state_->codec; }

std::string_view Compressor::State::by_library(std::string_view bytes) {
  size_t size = 0;
  out.resize(snappy::MaxCompressedLength(bytes.size()));
  snappy::RawCompress(bytes.data(), bytes.size(), out.data(), &size);
  return {out.data(), size};
}

std::string_view Compressor::State::by_words(std::string_view bytes) {
  size_t size_max = snappy_words_bytes_max(bytes.size());
  out.resize(size_max);
  size_t size = snappy_words(bytes, out.data());
  SMITH_CHECK(size <= size_max, "a page grew past its bound");
  return {out.data(), size};
}

// Whether the end of a page gets about as small by words. Levels stand in front, so these are
// values, but for a page so sparse that its values are fewer bytes than the sample.
bool Compressor::State::words_suit(std::string_view bytes) {
  if (bytes.size() < 2 * sample_bytes_min) return false;
  size_t size = std::clamp(bytes.size() / sample_share, sample_bytes_min, sample_bytes_max);
  std::string_view sample = bytes.substr(bytes.size() - size);
  size_t words_size = by_words(sample).size();
  // Times all over a year: here the library finds as little as we do, in a whole page a tenth.
  if (words_size > size * 15 / 16) return false;
  return words_size <= by_library(sample).size() * 17 / 16;
}

std::string_view Compressor::compress(std::string_view bytes, Grain grain) {
  State& state = *state_;
  switch (state.codec) {
    case Codec::uncompressed: return bytes;
    case Codec::snappy:
      return grain == Grain::words && state.words_suit(bytes) ? state.by_words(bytes)
                                                              : state.by_library(bytes);
    case Codec::zstd: break;
  }
  if (state.context == nullptr) state.context.reset(ZSTD_createCCtx());
  SMITH_CHECK(state.context != nullptr, "out of memory");
  state.out.resize(ZSTD_compressBound(bytes.size()));
  size_t size = ZSTD_compressCCtx(state.context.get(), state.out.data(), state.out.size(),
                                  bytes.data(), bytes.size(), state.level);
  SMITH_CHECK(ZSTD_isError(size) == 0U, ZSTD_getErrorName(size));
  return {state.out.data(), size};
}

void Compressor::trim() { state_->out.clear_above(out_bytes_usual); }

Result<> decompress(Codec codec, std::string_view bytes, size_t size, Buffer<char>& into) {
  into.clear();
  switch (codec) {
    case Codec::uncompressed:
      if (bytes.size() != size) return corrupt(codec);
      into.append(bytes.data(), bytes.size());
      return {};
    case Codec::snappy: {
      size_t found = 0;
      if (!snappy::GetUncompressedLength(bytes.data(), bytes.size(), &found) || found != size) {
        return corrupt(codec);
      }
      into.resize(size == 0 ? 1 : size);
      if (!snappy::RawUncompress(bytes.data(), bytes.size(), into.data())) return corrupt(codec);
      into.resize(size);
      return {};
    }
    case Codec::zstd: break;
  }
  // A zstd frame can claim any size in a few bytes; what it says must agree before we allocate.
  if (ZSTD_getFrameContentSize(bytes.data(), bytes.size()) != size) return corrupt(codec);
  into.resize(size == 0 ? 1 : size);
  size_t found = ZSTD_decompress(into.data(), into.capacity(), bytes.data(), bytes.size());
  if (ZSTD_isError(found) != 0U || found != size) return corrupt(codec);
  into.resize(size);
  return {};
}

}  // namespace silversmith::parquet
