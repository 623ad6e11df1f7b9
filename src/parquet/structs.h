// SPDX-License-Identifier: Apache-2.0
// The structs of parquet.thrift, as a reader that trusts nothing needs them: the wire type of every
// field, which fields must be there, and a walk over a struct that holds it to both. A field whose
// id is not known belongs to a later version of the format and is passed over.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "parquet/thrift.h"

namespace silversmith::parquet {

// The ids whose bits are set.
constexpr uint32_t ids(std::initializer_list<int> list) {
  uint32_t bits = 0;
  for (int id : list) bits |= 1U << id;
  return bits;
}

struct StructSpec {
  // Of each field from id 1 on: b boolean, 1 i8, 2 i16, 4 i32, 8 i64, t text or bytes, L list,
  // S struct; a blank is no field.
  std::string_view types;
  uint32_t required = 0;
  bool is_union = false;  // exactly one field is there

  constexpr bool admits(ThriftReader::Field field) const {
    auto index = static_cast<size_t>(field.id) - 1;
    if (index >= types.size() || types[index] == ' ') return true;
    switch (types[index]) {
      case 'b':
        return field.type == ThriftType::true_value || field.type == ThriftType::false_value;
      case '1': return field.type == ThriftType::i8;
      case '2': return field.type == ThriftType::i16;
      case '4': return field.type == ThriftType::i32;
      case '8': return field.type == ThriftType::i64;
      case 't': return field.type == ThriftType::binary;
      case 'L': return field.type == ThriftType::list;
      case 'S': return field.type == ThriftType::structure;
      default: return false;
    }
  }
};

namespace structs {

inline constexpr StructSpec file_metadata = {"4L8LLtLSt", ids({1, 2, 3, 4})};
inline constexpr StructSpec schema_element = {"444t44444S", ids({4})};
inline constexpr StructSpec logical_type = {"SSSSSSSS SSSSSSSSS", 0, true};
inline constexpr StructSpec decimal_type = {"44", ids({1, 2})};
inline constexpr StructSpec time_type = {"bS", ids({1, 2})};
inline constexpr StructSpec time_unit = {"SSS", 0, true};
inline constexpr StructSpec column_order = {"SS", 0, true};
inline constexpr StructSpec row_group = {"L88L882", ids({1, 2, 3})};
inline constexpr StructSpec sorting_column = {"4bb", ids({1, 2, 3})};
inline constexpr StructSpec column_chunk = {"t8S8484St", ids({2})};
inline constexpr StructSpec column_metadata = {"4LL4888L888SL84SS", ids({1, 2, 3, 4, 5, 6, 7, 9})};
inline constexpr StructSpec statistics = {"tt88ttbb"};
inline constexpr StructSpec encoding_stats = {"444", ids({1, 2, 3})};
inline constexpr StructSpec key_value = {"tt", ids({1})};
inline constexpr StructSpec page_header = {"4444SSSS", ids({1, 2, 3})};
inline constexpr StructSpec data_page_header = {"4444S", ids({1, 2, 3, 4})};
inline constexpr StructSpec dictionary_page_header = {"44b", ids({1, 2})};
inline constexpr StructSpec column_index = {"LLL4LLL", ids({1, 2, 3, 4})};
inline constexpr StructSpec offset_index = {"LL", ids({1})};
inline constexpr StructSpec page_location = {"848", ids({1, 2, 3})};

}  // namespace structs

// Calls `take` for each field; what it does not take, it must skip. Turns `in` bad at a field of
// another type than the format's, at one that stands twice, and where a required one lacks.
template <class Take>
void read_struct(ThriftReader& in, const StructSpec& spec, Take take) {
  uint32_t seen = 0;
  int count = 0;
  in.begin_struct();
  for (auto field = in.next_field(); field.type != ThriftType::stop; field = in.next_field()) {
    bool known = static_cast<size_t>(field.id) <= spec.types.size();
    uint32_t bit = known ? 1U << field.id : 0;
    if (!spec.admits(field) || (seen & bit) != 0) in.fail();
    seen |= bit;
    ++count;
    if (!in.bad()) take(field);
  }
  in.end_struct();
  bool whole = (spec.required & ~seen) == 0 && (!spec.is_union || count == 1);
  if (!whole) in.fail();
}

// What the format has as a signed number and must not be negative.
inline uint64_t natural(ThriftReader& in) {
  int64_t value = in.integer();
  if (value < 0) in.fail();
  return value < 0 ? 0 : static_cast<uint64_t>(value);
}

inline uint32_t natural32(ThriftReader& in) {
  int32_t value = in.integer32();
  if (value < 0) in.fail();
  return value < 0 ? 0 : static_cast<uint32_t>(value);
}

// A struct of which nothing is wanted but that it is one.
inline void pass_over(ThriftReader& in, const StructSpec& spec) {
  read_struct(in, spec, [&](ThriftReader::Field field) { in.skip(field.type); });
}

// A list whose elements take at least `element_bytes_min` bytes each, which bounds what `each` may
// allocate. Turns `in` bad at elements of another type; of booleans either's number is good, and
// some writers give none to a list without elements.
template <class Each>
void read_list(ThriftReader& in, ThriftType element, Each each, size_t element_bytes_min = 1) {
  auto list = in.list(element_bytes_min);
  bool boolean = element == ThriftType::true_value && list.element == ThriftType::false_value;
  if (list.count > 0 && list.element != element && !boolean) in.fail();
  for (uint32_t i = 0; i < list.count && !in.bad(); ++i) each();
}

}  // namespace silversmith::parquet
