// SPDX-License-Identifier: Apache-2.0
#include "bronze/inflate.h"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <string>

namespace silversmith::bronze {

namespace {

Error corrupt(std::string message) {
  return {Code::corrupt, std::move(message), "upload the file again from its source",
          "compression-error"};
}

class GzipInflater : public Inflater {
 public:
  GzipInflater() {
    // 15: the largest window; +16: a gzip wrapper, whose checksum zlib then verifies.
    SMITH_CHECK(inflateInit2(&stream_, 15 + 16) == Z_OK, "zlib does not start");
  }
  GzipInflater(const GzipInflater&) = delete;
  GzipInflater& operator=(const GzipInflater&) = delete;
  ~GzipInflater() override { inflateEnd(&stream_); }

  Result<Step> step(std::string_view input, std::span<char> output) override {
    constexpr size_t most = std::numeric_limits<uInt>::max();
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_.avail_in = static_cast<uInt>(std::min(input.size(), most));
    stream_.next_out = reinterpret_cast<Bytef*>(output.data());
    stream_.avail_out = static_cast<uInt>(std::min(output.size(), most));
    uInt in_before = stream_.avail_in;
    uInt out_before = stream_.avail_out;
    int status = inflate(&stream_, Z_NO_FLUSH);
    Step step{in_before - stream_.avail_in, out_before - stream_.avail_out, false};
    if (status == Z_STREAM_END) {
      step.at_end = true;
      inflateReset(&stream_);
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      return corrupt(std::string("gzip: ") + (stream_.msg != nullptr ? stream_.msg : "bad data"));
    }
    return step;
  }

  bool continues(std::string_view rest) const override { return rest.starts_with("\x1f\x8b"); }

 private:
  z_stream stream_{};
};

class ZstdInflater : public Inflater {
 public:
  explicit ZstdInflater(uint64_t window_bytes_max)
      : stream_(ZSTD_createDStream(), &ZSTD_freeDStream),
        window_log_max_(
            std::clamp(static_cast<int>(std::bit_width(window_bytes_max)) - 1, 10, 31)) {
    SMITH_CHECK(stream_ != nullptr, "zstd does not start");
    size_t set = ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, window_log_max_);
    SMITH_CHECK(ZSTD_isError(set) == 0, "zstd knows its window's bounds");
  }

  Result<Step> step(std::string_view input, std::span<char> output) override {
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    ZSTD_outBuffer out{output.data(), output.size(), 0};
    size_t status = ZSTD_decompressStream(stream_.get(), &out, &in);
    if (ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge) return too_wide();
    if (ZSTD_isError(status) != 0) {
      return corrupt(std::string("zstd: ") + ZSTD_getErrorName(status));
    }
    return Step{in.pos, out.pos, status == 0};
  }

  bool continues(std::string_view rest) const override {
    if (rest.size() < 4) return false;
    // A frame's magic number, or one of the sixteen of skippable frames (RFC 8878, 3.1).
    bool frame = rest.starts_with("\x28\xb5\x2f\xfd");
    bool skippable = (static_cast<unsigned char>(rest[0]) & 0xF0U) == 0x50 &&
                     rest.substr(1, 3) == std::string_view("\x2a\x4d\x18");
    return frame || skippable;
  }

 private:
  // The file is whole; it is the budget that does not take it.
  Error too_wide() const {
    return {Code::denied,
            "zstd: the frame asks for a history window of more than " +
                std::to_string((uint64_t{1} << window_log_max_) >> 20) + " MiB",
            "give a --memory of eight times its window (zstd -lv FILE tells that), or compress "
            "the file with a smaller one",
            "configuration-error"};
  }

  std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream*)> stream_;
  int window_log_max_;
};

}  // namespace

std::unique_ptr<Inflater> make_gzip_inflater() { return std::make_unique<GzipInflater>(); }
std::unique_ptr<Inflater> make_zstd_inflater(uint64_t window_bytes_max) {
  return std::make_unique<ZstdInflater>(window_bytes_max);
}

}  // namespace silversmith::bronze
