// SPDX-License-Identifier: Apache-2.0
#include "parquet/column_writer.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "parquet/dictionary.h"
#include "parquet/encode_plain.h"
#include "parquet/encode_rle.h"

namespace silversmith::parquet {

namespace {

// Booleans have no dictionary: a value is a bit already.
struct NoDictionary {
  explicit NoDictionary(size_t) {}
};

template <class Plain>
struct DictionaryOf {
  using Type = FixedDictionary<typename Plain::Value>;
};
template <>
struct DictionaryOf<PlainText> {
  using Type = TextDictionary;
};
template <>
struct DictionaryOf<PlainBoolean> {
  using Type = NoDictionary;
};

uint64_t plain_size(frame::Text text) { return text.size + uint64_t{4}; }
template <class T>
uint64_t plain_size(T) {
  return sizeof(T);
}

// The dictionary page's bytes.
std::string_view body_of(const TextDictionary& dictionary, frame::Type, Buffer<char>&) {
  return dictionary.body();
}
template <class T>
std::string_view body_of(const FixedDictionary<T>& dictionary, frame::Type type,
                         Buffer<char>& room) {
  if constexpr (std::is_same_v<T, frame::int128>) {
    uint8_t width = fixed_bytes_of(type.precision);
    room.resize(dictionary.size() * width);
    for (size_t i = 0; i < dictionary.size(); ++i) {
      put_big_endian(dictionary[i], width, room.data() + i * width);
    }
    return {room.data(), room.size()};
  } else {
    return {reinterpret_cast<const char*>(dictionary.entries().data()), dictionary.bytes()};
  }
}

// Bounds of the entries that are marked: each once, however often it stands in the page.
template <class T>
Bounds bounds_of_marked(const FixedDictionary<T>& dictionary, const Buffer<uint8_t>& marks,
                        frame::Type type) {
  Buffer<T> seen;
  seen.reserve(dictionary.size());
  for (size_t id = 0; id < dictionary.size(); ++id) {
    if (marks[id] != 0) seen.push_back(dictionary[id]);
  }
  if constexpr (std::is_same_v<T, frame::int128>) {
    if (seen.empty()) return {};
    auto [least, greatest] = std::minmax_element(seen.begin(), seen.end());
    return bounds_of_fixed(*least, *greatest, fixed_bytes_of(type.precision));
  } else {
    return bounds_of(std::span<const T>(seen.span()));
  }
}

Bounds bounds_of_marked(const TextDictionary& dictionary, const Buffer<uint8_t>& marks,
                        frame::Type type) {
  bool any = false;
  std::string_view least;
  std::string_view greatest;
  for (size_t id = 0; id < dictionary.size(); ++id) {
    if (marks[id] == 0) continue;
    frame::Text entry = dictionary[id];
    std::string_view text(entry.data, entry.size);
    if (!any || text < least) least = text;
    if (!any || text > greatest) greatest = text;
    any = true;
  }
  return any ? text_bounds(least, greatest, type.kind != frame::Kind::binary) : Bounds();
}

template <class Plain>
class TypedWriter : public ColumnWriter {
 public:
  using Value = typename Plain::Value;
  using Dictionary = typename DictionaryOf<Plain>::Type;
  static constexpr bool has_dictionary = !std::is_same_v<Dictionary, NoDictionary>;

  TypedWriter(const ColumnSpec& spec, const WriterOptions& options, PageWriter& pages)
      : type_(spec.type),
        required_(spec.required),
        rows_max_(options.page_rows_max),
        ids_max_(std::max<uint32_t>(64, options.page_bytes_max / 4)),
        sample_max_(std::min<uint32_t>(16'384, ids_max_)),
        dictionary_bytes_max_(options.dictionary_bytes_max()),
        pages_(pages),
        plain_(type_, {options.page_bytes_max, level_room()}),
        dictionary_(dictionary_bytes_max_) {}

  Result<> append(const frame::Column& column) override {
    SMITH_CHECK(column.type == type_, "a column of another type");
    SMITH_CHECK(!required_ || column.null_count == 0, "a null in a required column");
    const uint8_t* valid = column.null_count > 0 ? column.valid.data() : nullptr;
    chunk_.values += column.rows;
    chunk_.nulls += column.null_count;
    return take({column.as<Value>().data(), valid, column.rows});
  }

  Result<ColumnChunk> finish() override {
    sample_complete_ = true;
    if (mode_ == Mode::sampling && !ids_.empty()) SMITH_TRY(decide());
    if (levels_.rows() > 0) SMITH_TRY(close_page());
    if constexpr (has_dictionary) {
      if (chunk_.has_dictionary) SMITH_TRY(write_dictionary());
      dictionary_.clear();
    }
    merge_pages();
    mode_ = has_dictionary ? Mode::sampling : Mode::plain;
    sample_complete_ = false;
    return std::exchange(chunk_, {});
  }

 private:
  enum class Mode : uint8_t { sampling, dictionary, plain };

  uint32_t level_room() const {
    return required_ ? 0 : static_cast<uint32_t>(level_bytes_max(rows_max_));
  }

  Result<> take(Rows<Value> rows) {
    while (rows.count > 0) {
      Rows<Value> now = rows;
      now.count = std::min(rows.count, rows_max_ - levels_.rows());
      uint32_t taken = mode_ == Mode::plain ? plain_.take(now) : take_ids(now);
      add_levels(rows.valid, taken);
      rows.values += taken;
      rows.valid = rows.valid == nullptr ? nullptr : rows.valid + taken;
      rows.count -= taken;
      SMITH_TRY(turn());
    }
    return {};
  }

  void add_levels(const uint8_t* valid, uint32_t rows) {
    if (valid == nullptr)
      levels_.append_valid(rows);
    else
      levels_.append(valid, rows);
  }

  // What the rows just taken lead to: a verdict, the end of a page, the end of the dictionary.
  Result<> turn() {
    bool exhausted = std::exchange(exhausted_, false);
    if (mode_ == Mode::plain) {
      return plain_.full() || levels_.rows() == rows_max_ ? close_page() : Result<>();
    }
    bool page_full = levels_.rows() == rows_max_ || ids_.size() == ids_max_;
    if (mode_ == Mode::sampling && exhausted) return give_up();
    if (mode_ == Mode::sampling && (ids_.size() == sample_max_ || (page_full && !ids_.empty()))) {
      SMITH_TRY(decide());
      if (mode_ == Mode::plain) return {};
      page_full = levels_.rows() == rows_max_ || ids_.size() == ids_max_;
    }
    if (page_full || (exhausted && levels_.rows() > 0)) SMITH_TRY(close_page());
    if (exhausted) mode_ = Mode::plain;
    return {};
  }

  uint32_t take_ids([[maybe_unused]] Rows<Value> rows) {
    if constexpr (!has_dictionary) {
      return 0;
    } else {
      uint32_t limit = mode_ == Mode::sampling ? sample_max_ : ids_max_;
      rows.count = std::min(rows.count, limit - static_cast<uint32_t>(ids_.size()));
      size_t size = ids_.size();
      ids_.resize(size + rows.count);
      uint16_t* to = ids_.data() + size;
      uint32_t i = 0;
      for (; i < rows.count; ++i) {
        if (rows.valid != nullptr && rows.valid[i] == 0) continue;
        uint32_t id = dictionary_.id_of(rows.values[i]);
        if (id == no_id) break;
        *to++ = static_cast<uint16_t>(id);
      }
      exhausted_ = i < rows.count;
      ids_.resize(static_cast<size_t>(to - ids_.data()));
      return i;
    }
  }

  Result<> decide() {
    if constexpr (has_dictionary) {
      Sample sample{ids_.span(),           0,
                    dictionary_.size(),    dictionary_.bytes(),
                    dictionary_bytes_max_, sample_complete_};
      for (uint16_t id : ids_) sample.plain_bytes += plain_size(dictionary_[id]);
      if (!dictionary_pays(sample)) return give_up();
      mode_ = Mode::dictionary;
    }
    return {};
  }

  // Leaves sampling for PLAIN: what was sampled comes again as rows. No page of ids has been
  // written yet: only pages of nulls end while the sample is empty.
  Result<> give_up() {
    mode_ = Mode::plain;
    if constexpr (has_dictionary) {
      Buffer<uint8_t> valid;
      levels_.unpack(valid);
      Buffer<Value> values;
      values.resize(valid.size());
      size_t next = 0;
      for (size_t i = 0; i < valid.size(); ++i) {
        values[i] = valid[i] != 0 ? dictionary_[ids_[next++]] : Value{};
      }
      Rows<Value> again{values.data(), levels_.nulls() > 0 ? valid.data() : nullptr,
                        levels_.rows()};
      levels_.clear();
      ids_.clear();
      SMITH_TRY(take(again));
      dictionary_.clear();
    }
    return {};
  }

  Result<> close_page() {
    Page page;
    page.rows = levels_.rows();
    page.nulls = levels_.nulls();
    bool as_ids = mode_ == Mode::dictionary && !ids_.empty();
    SMITH_TRY(as_ids ? write_ids(page) : write_plain(page));
    chunk_.pages.push_back(std::move(page));
    levels_.clear();
    ids_.clear();
    plain_.clear();
    return {};
  }

  Result<> write_plain(Page& page) {
    size_t size = 0;
    if (!required_) {
      // The levels' size is known only once they are encoded: they go to scratch, then in front.
      Buffer<char>& scratch = pages_.scratch();
      scratch.resize(level_room());
      size = levels_.encode(scratch.data());
      std::memcpy(plain_.levels_end() - size, scratch.data(), size);
    }
    page.encoding = Encoding::plain;
    page.grain = std::is_same_v<Value, int64_t> || std::is_same_v<Value, double> ? Grain::words
                                                                                 : Grain::bytes;
    page.bounds = plain_.bounds();
    return pages_.write_data(plain_.image(size), page);
  }

  Result<> write_ids([[maybe_unused]] Page& page) {
    if constexpr (has_dictionary) {
      Buffer<char>& image = pages_.scratch();
      image.resize(level_room());
      size_t levels = required_ ? 0 : levels_.encode(image.data());
      image.resize(levels);
      uint32_t bits = id_bits(dictionary_.size());
      image.push_back(static_cast<char>(bits));
      encode_ids(ids_.span(), bits, image);
      page.encoding = Encoding::rle_dictionary;
      page.bounds = bounds_of_ids();
      chunk_.has_dictionary = true;
      SMITH_TRY(pages_.write_data({image.data(), image.size()}, page));
    }
    return {};
  }

  Bounds bounds_of_ids() {
    Buffer<uint8_t>& marks = pages_.marks();
    marks.resize(dictionary_.size());
    std::memset(marks.data(), 0, marks.size());
    for (uint16_t id : ids_) marks[id] = 1;
    return bounds_of_marked(dictionary_, marks, type_);
  }

  Result<> write_dictionary() {
    Page page;
    page.rows = static_cast<uint32_t>(dictionary_.size());
    SMITH_TRY(pages_.write_dictionary(body_of(dictionary_, type_, pages_.scratch()), page));
    chunk_.pages.insert(chunk_.pages.begin(), std::move(page));
    return {};
  }

  void merge_pages() {
    bool max_known = true;
    for (size_t i = chunk_.has_dictionary ? 1 : 0; i < chunk_.pages.size(); ++i) {
      const Page& page = chunk_.pages[i];
      merge_bounds(type_, page.bounds, chunk_.bounds);
      max_known = max_known && (page.bounds.has_max || !page.bounds.has_min);
    }
    // A page whose greatest text has no cut above it leaves the chunk without a maximum.
    if (!max_known) {
      chunk_.bounds.has_max = false;
      chunk_.bounds.max.clear();
    }
  }

  const frame::Type type_;
  const bool required_;
  const uint32_t rows_max_;
  const uint32_t ids_max_;
  const uint32_t sample_max_;
  const size_t dictionary_bytes_max_;
  PageWriter& pages_;
  Plain plain_;
  Dictionary dictionary_;
  Levels levels_;
  Buffer<uint16_t> ids_;
  ColumnChunk chunk_;
  Mode mode_ = has_dictionary ? Mode::sampling : Mode::plain;
  bool exhausted_ = false;
  bool sample_complete_ = false;
};

}  // namespace

std::unique_ptr<ColumnWriter> make_column_writer(const ColumnSpec& spec,
                                                 const WriterOptions& options, PageWriter& pages) {
  switch (physical_of(spec.type)) {
    case Physical::boolean:
      return std::make_unique<TypedWriter<PlainBoolean>>(spec, options, pages);
    case Physical::int32:
      return std::make_unique<TypedWriter<PlainFixed<int32_t>>>(spec, options, pages);
    case Physical::int64:
      return std::make_unique<TypedWriter<PlainFixed<int64_t>>>(spec, options, pages);
    case Physical::float64:
      return std::make_unique<TypedWriter<PlainFixed<double>>>(spec, options, pages);
    case Physical::byte_array:
      return std::make_unique<TypedWriter<PlainText>>(spec, options, pages);
    case Physical::fixed: return std::make_unique<TypedWriter<PlainDecimal>>(spec, options, pages);
  }
  SMITH_CHECK(false, "unknown physical type");
}

}  // namespace silversmith::parquet
