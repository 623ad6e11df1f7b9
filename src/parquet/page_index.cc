// SPDX-License-Identifier: Apache-2.0
#include "parquet/page_index.h"

#include "parquet/structs.h"
#include "parquet/thrift.h"

namespace silversmith::parquet {

Result<ColumnIndex> read_column_index(std::string_view bytes) {
  ThriftReader in(bytes);
  ColumnIndex index;
  auto texts = [&](std::vector<std::string_view>& list) {
    read_list(in, ThriftType::binary, [&] { list.push_back(in.binary()); });
  };
  read_struct(in, structs::column_index, [&](ThriftReader::Field field) {
    switch (field.id) {
      case 1:
        return read_list(in, ThriftType::true_value,
                         [&] { index.null_pages.push_back(in.list_boolean()); });
      case 2: return texts(index.mins);
      case 3: return texts(index.maxs);
      case 4: index.order = in.integer32(); return;
      case 5: {
        std::vector<int64_t>& counts = index.null_counts.emplace();
        return read_list(in, ThriftType::i64, [&] { counts.push_back(in.integer()); });
      }
      default: in.skip(field.type);
    }
  });
  size_t pages = index.null_pages.size();
  bool whole = !in.bad() && in.position() == bytes.size() && index.mins.size() == pages &&
               index.maxs.size() == pages &&
               (!index.null_counts.has_value() || index.null_counts->size() == pages);
  if (!whole) return Error{Code::corrupt, "a column index is damaged", "", ""};
  return index;
}

Result<std::vector<PageLocation>> read_offset_index(std::string_view bytes) {
  ThriftReader in(bytes);
  std::vector<PageLocation> pages;
  auto read_location = [&] {
    auto& page = pages.emplace_back();
    read_struct(in, structs::page_location, [&](ThriftReader::Field field) {
      switch (field.id) {
        case 1: page.offset = in.integer(); return;
        case 2: page.bytes = in.integer32(); return;
        case 3: page.first_row = in.integer(); return;
        default: in.skip(field.type);
      }
    });
  };
  read_struct(in, structs::offset_index, [&](ThriftReader::Field field) {
    if (field.id == 1)
      read_list(in, ThriftType::structure, read_location);
    else
      in.skip(field.type);
  });
  if (in.bad() || in.position() != bytes.size()) {
    return Error{Code::corrupt, "an offset index is damaged", "", ""};
  }
  return pages;
}

}  // namespace silversmith::parquet
