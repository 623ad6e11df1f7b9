// SPDX-License-Identifier: Apache-2.0
#include "parquet/page_header.h"

#include "parquet/page.h"
#include "parquet/structs.h"
#include "parquet/thrift.h"

namespace silversmith::parquet {

namespace {

void read_data_header(ThriftReader& in, PageHeader& header) {
  read_struct(in, structs::data_page_header, [&](ThriftReader::Field field) {
    switch (field.id) {
      case 1: header.values = natural32(in); return;
      case 2: header.encoding = in.integer32(); return;
      case 3: header.level_encoding = in.integer32(); return;
      case 5: return pass_over(in, structs::statistics);
      default: in.skip(field.type);
    }
  });
}

void read_dictionary_header(ThriftReader& in, PageHeader& header) {
  read_struct(in, structs::dictionary_page_header, [&](ThriftReader::Field field) {
    switch (field.id) {
      case 1: header.values = natural32(in); return;
      case 2: header.encoding = in.integer32(); return;
      default: in.skip(field.type);
    }
  });
}

}  // namespace

Result<PageHeader> read_page_header(std::string_view bytes) {
  ThriftReader in(bytes);
  PageHeader header;
  bool data = false;
  bool dictionary = false;
  read_struct(in, structs::page_header, [&](ThriftReader::Field field) {
    switch (field.id) {
      case 1: header.kind = in.integer32(); return;
      case 2: header.uncompressed_bytes = natural32(in); return;
      case 3: header.compressed_bytes = natural32(in); return;
      case 4: header.crc = static_cast<uint32_t>(in.integer32()); return;
      case 5: data = true; return read_data_header(in, header);
      case 7: dictionary = true; return read_dictionary_header(in, header);
      default: in.skip(field.type);
    }
  });
  bool fits = data == (header.kind == static_cast<int32_t>(PageKind::data)) &&
              dictionary == (header.kind == static_cast<int32_t>(PageKind::dictionary));
  if (in.bad() || !fits) return Error{Code::corrupt, "a page header is damaged", "", ""};
  header.header_bytes = static_cast<uint32_t>(in.position());
  return header;
}

}  // namespace silversmith::parquet
