// SPDX-License-Identifier: Apache-2.0
// page image → stored page: compression, CRC, digest and header of v1 data pages and dictionary
// pages (Apache Parquet format, README "Data Pages"). Shared by the columns of one row group; one
// owner at a time.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/hash.h"
#include "base/result.h"
#include "base/stream.h"
#include "parquet/compress.h"
#include "parquet/page_store.h"
#include "parquet/schema.h"
#include "parquet/statistics.h"

namespace silversmith::parquet {

// Parquet's encodings, by their numbers in the format.
enum class Encoding : uint8_t { plain = 0, rle = 3, rle_dictionary = 8 };

// By their numbers in the format.
enum class PageKind : uint8_t { data = 0, dictionary = 2 };

struct Page {
  Encoding encoding = Encoding::plain;
  Grain grain = Grain::bytes;
  uint32_t rows = 0;  // of a dictionary page: its entries
  uint32_t nulls = 0;
  uint64_t place = 0;               // in the store, header included
  uint32_t bytes = 0;               // stored: header and compressed image
  uint32_t uncompressed_bytes = 0;  // header and image
  Hash128 digest;                   // of the image
  Bounds bounds;
};

// One column of a row group, encoded.
struct ColumnChunk {
  bool has_dictionary = false;  // its page is then the first
  std::vector<Page> pages;      // in file order
  uint64_t values = 0;          // nulls included
  uint64_t nulls = 0;
  Bounds bounds;
};

class PageWriter {
 public:
  PageWriter(const WriterOptions& options, SpoolMaker* spools);

  // `image` is levels and values, uncompressed; the page's encoding, grain, rows and nulls are
  // given and the rest is filled in. Fails with limit past 2 GiB, and with what a spool fails with.
  Result<> write_data(std::string_view image, Page& page);
  // `page.rows` is the number of entries.
  Result<> write_dictionary(std::string_view image, Page& page);

  // Room for an image that is made at the end of a page; contents are nobody's between calls.
  Buffer<char>& scratch() { return scratch_; }
  Buffer<uint8_t>& marks() { return marks_; }
  uint64_t stored_bytes() const { return store_.size(); }
  // The pages so far; the writer goes on with an empty store.
  PageStore take();

 private:
  Result<> write(std::string_view image, PageKind kind, Page& page);

  Compressor compressor_;
  SpoolMaker* spools_;
  uint64_t bytes_max_;
  PageStore store_;
  Buffer<char> scratch_;
  Buffer<uint8_t> marks_;
};

}  // namespace silversmith::parquet
