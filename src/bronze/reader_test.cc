// SPDX-License-Identifier: Apache-2.0
#include "bronze/reader.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <string>

#include "support/memory_source.h"

namespace silversmith::bronze {
namespace {

std::string gzip(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(text.size() + 128, '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::string big_text() {
  std::string text;
  for (int i = 0; i < 60'000; ++i) text += std::to_string(i * 7919) + ",x\n";
  return text;
}

struct Read {
  std::string text;
  std::optional<Error> error;
  Compression compression = Compression::none;
};

Read read_all(const std::string& raw, size_t piece = SIZE_MAX, size_t block = 4096) {
  test::MemorySource source(raw, piece);
  Reader reader(source);
  Read out;
  std::string into(block, '\0');
  while (true) {
    auto got = reader.read(into);
    if (!got) {
      out.error = got.error();
      return out;
    }
    if (*got == 0) break;
    out.text.append(into, 0, *got);
  }
  out.compression = reader.compression();
  return out;
}

TEST(Reader, gives_plain_bytes_as_they_are) {
  EXPECT_EQ(read_all("a,b\n1,2\n").text, "a,b\n1,2\n");
  EXPECT_EQ(read_all("").text, "");
  EXPECT_EQ(read_all("a").text, "a");
}

TEST(Reader, tells_compression_by_magic_bytes_not_by_name) {
  EXPECT_EQ(read_all("a,b\n").compression, Compression::none);
  EXPECT_EQ(read_all(gzip("a,b\n")).compression, Compression::gzip);
  EXPECT_EQ(read_all(zstd("a,b\n")).compression, Compression::zstd);
}

TEST(Reader, inflates_whatever_the_sizes_of_reads) {
  std::string text = big_text();
  for (const std::string& raw : {gzip(text), zstd(text)}) {
    for (size_t piece : {size_t{1009}, size_t{1} << 20}) {
      for (size_t block : {size_t{977}, size_t{1} << 18}) {
        Read read = read_all(raw, piece, block);
        ASSERT_FALSE(read.error.has_value()) << read.error->message;
        ASSERT_EQ(read.text, text);
      }
    }
  }
  EXPECT_EQ(read_all(gzip("a,b\n1,2\n"), 1, 1).text, "a,b\n1,2\n");
}

TEST(Reader, joins_gzip_members) {
  EXPECT_EQ(read_all(gzip("a,b\n") + gzip("") + gzip("1,2\n"), 3).text, "a,b\n1,2\n");
}

TEST(Reader, passes_over_zero_padding_behind_a_gzip_member) {
  EXPECT_EQ(read_all(gzip("a\n") + std::string(600, '\0')).text, "a\n");
}

TEST(Reader, joins_zstd_frames_and_passes_over_skippable_ones) {
  std::string skippable("\x53\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);
  Read read = read_all(zstd("a,b\n") + skippable + zstd("1,2\n"), 5);
  ASSERT_FALSE(read.error.has_value()) << read.error->message;
  EXPECT_EQ(read.text, "a,b\n1,2\n");
}

TEST(Reader, refuses_truncated_data_at_every_cut) {
  for (const std::string& raw : {gzip("a,b\n1,2\n"), zstd("a,b\n1,2\n")}) {
    bool is_gzip = raw[0] == '\x1f';
    for (size_t cut = is_gzip ? 1 : 2; cut < raw.size(); ++cut) {
      Read read = read_all(raw.substr(0, cut));
      ASSERT_TRUE(read.error.has_value()) << cut;
      EXPECT_EQ(read.error->code, Code::corrupt);
      EXPECT_EQ(read.error->type, "compression-error");
    }
  }
}

TEST(Reader, takes_text_that_begins_like_a_magic_number) {
  for (std::string text : {"(", "P", "P*", "P*M", "(\n1\n"}) {
    Read read = read_all(text);
    EXPECT_FALSE(read.error.has_value()) << text;
    EXPECT_EQ(read.text, text);
  }
}

TEST(Reader, tells_a_second_member_that_was_cut_from_garbage) {
  Read read = read_all(gzip("a\n") + "\x1f");
  ASSERT_TRUE(read.error.has_value());
  EXPECT_NE(read.error->message.find("ends in the middle"), std::string::npos)
      << read.error->message;
}

TEST(Reader, refuses_a_wrong_checksum) {
  std::string raw = gzip("a,b\n1,2\n");
  raw[raw.size() - 6] = static_cast<char>(raw[raw.size() - 6] ^ 1);
  Read read = read_all(raw);
  ASSERT_TRUE(read.error.has_value());
  EXPECT_NE(read.error->message.find("incorrect data check"), std::string::npos);
}

TEST(Reader, refuses_garbage_behind_the_last_member_and_says_where) {
  std::string whole = gzip("a\n");
  Read read = read_all(whole + "more");
  ASSERT_TRUE(read.error.has_value());
  EXPECT_NE(read.error->message.find("raw byte " + std::to_string(whole.size())), std::string::npos)
      << read.error->message;
}

TEST(Reader, refuses_a_zstd_window_beyond_the_bound) {
  // A frame header that asks for a window of 1 GiB (RFC 8878, 3.1.1.1.2: exponent 20, mantissa 0).
  std::string raw("\x28\xb5\x2f\xfd\x00\xa0\x01\x00\x00", 9);
  Read read = read_all(raw);
  ASSERT_TRUE(read.error.has_value());
  EXPECT_EQ(read.error->code, Code::denied) << "the file is whole, the budget does not take it";
  EXPECT_NE(read.error->message.find("more than 32 MiB"), std::string::npos) << read.error->message;
}

TEST(Reader, takes_a_zstd_window_that_the_budget_allows) {
  // A window of 64 MiB (exponent 16), then one raw block, the last, of one byte.
  std::string raw(
      "\x28\xb5\x2f\xfd\x00\x80\x09\x00\x00"
      "a",
      10);
  test::MemorySource source(raw, 3);
  Reader wide(source, uint64_t{64} << 20);
  std::string into(16, '\0');
  auto got = wide.read(into);
  ASSERT_TRUE(got.ok()) << got.error().message;
  EXPECT_EQ(into.substr(0, *got), "a");
  EXPECT_EQ(wide.history_bytes_max(), (uint64_t{64} << 20) + zstd_fixed_bytes);
  EXPECT_TRUE(read_all(raw).error.has_value()) << "the default is half of that";
}

TEST(Reader, counts_the_raw_bytes) {
  std::string raw = gzip(big_text());
  test::MemorySource source(raw, 1013);
  Reader reader(source);
  std::string into(4096, '\0');
  while (*reader.read(into) > 0) continue;
  EXPECT_EQ(reader.raw_bytes(), raw.size());
}

}  // namespace
}  // namespace silversmith::bronze
