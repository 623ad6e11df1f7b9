// SPDX-License-Identifier: Apache-2.0
// For tests of parquet: sinks and files in memory, spools that count, and columns of seeded values.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/stream.h"
#include "frame/columns.h"
#include "parquet/file.h"
#include "parquet/reader.h"
#include "parquet/row_group.h"
#include "parquet/schema.h"

namespace silversmith::test {

class StringSink : public ByteSink {
 public:
  Result<> write(std::string_view bytes) override {
    text.append(bytes);
    return {};
  }
  std::string text;
};

class StringFile : public RandomAccess {
 public:
  explicit StringFile(std::string bytes) : bytes_(std::move(bytes)) {}
  uint64_t size() const override { return bytes_.size(); }
  Result<> read_at(uint64_t offset, std::span<char> into) override {
    if (offset > bytes_.size() || into.size() > bytes_.size() - offset) {
      return Error{Code::corrupt, "a read passes the end", "", ""};
    }
    if (!into.empty()) std::memcpy(into.data(), bytes_.data() + offset, into.size());
    return {};
  }

 private:
  std::string bytes_;
};

class StringSpool : public Spool {
 public:
  explicit StringSpool(uint64_t& total) : total_(total) {}
  Result<> append(std::string_view bytes) override {
    text_.append(bytes);
    total_ += bytes.size();
    return {};
  }
  uint64_t size() const override { return text_.size(); }
  Result<> read_at(uint64_t offset, std::span<char> into) override {
    std::memcpy(into.data(), text_.data() + offset, into.size());
    return {};
  }

 private:
  uint64_t& total_;
  std::string text_;
};

class StringSpools : public SpoolMaker {
 public:
  std::unique_ptr<Spool> make() override { return std::make_unique<StringSpool>(spooled_bytes); }
  uint64_t spooled_bytes = 0;
};

// A small generator whose numbers are the same on every machine.
class Numbers {
 public:
  explicit Numbers(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  uint64_t below(uint64_t bound) { return next() % bound; }

 private:
  uint64_t state_;
};

// What a whole column holds; batches are cut from it.
struct Values {
  frame::Type type;
  std::vector<bool> null;
  std::vector<std::string> bytes;  // each value as frame has it; of texts the text
};

inline bool is_text(frame::Type type) {
  return parquet::physical_of(type) == parquet::Physical::byte_array;
}

template <class T>
std::string bytes_of(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

// Rows [first, first + rows) as frame would hand them over. Texts point into `values`.
inline frame::Column cut(const Values& values, size_t first, uint32_t rows) {
  frame::Column column;
  column.type = values.type;
  column.rows = rows;
  size_t width = frame::value_bytes(values.type);
  column.values.resize(rows * width);
  if (rows > 0) std::memset(column.values.data(), 0, column.values.size());
  for (uint32_t i = 0; i < rows; ++i) column.null_count += values.null[first + i] ? 1 : 0;
  if (column.null_count > 0) column.valid.resize(rows);
  for (uint32_t i = 0; i < rows; ++i) {
    bool null = values.null[first + i];
    if (column.null_count > 0) column.valid[i] = null ? 0 : 1;
    if (null) continue;
    const std::string& value = values.bytes[first + i];
    frame::Text text{value.data(), static_cast<uint32_t>(value.size())};
    std::memcpy(column.values.data() + i * width,
                is_text(values.type) ? reinterpret_cast<const char*>(&text) : value.data(), width);
  }
  return column;
}

// The value of a decoded row in the form of Values::bytes.
inline std::string value_at(const frame::Column& column, uint32_t row) {
  if (is_text(column.type)) {
    frame::Text text = column.as<frame::Text>()[row];
    return text.size == 0 ? std::string() : std::string(text.data, text.size);
  }
  size_t width = frame::value_bytes(column.type);
  return {column.values.data() + row * width, width};
}

struct Written {
  std::string file;
  parquet::FileSummary summary;
};

// Writes columns of equal length as one file with row groups of `row_group_rows`, in batches of at
// most `batch_rows_max` rows whose sizes `cuts` draws (all full when it is null).
struct Writing {
  parquet::WriterOptions options = {};
  size_t row_group_rows = SIZE_MAX;
  uint32_t batch_rows_max = 1000;
  Numbers* cuts = nullptr;
  SpoolMaker* spools = nullptr;
};

inline Written write(const parquet::Schema& schema, const std::vector<Values>& columns,
                     const Writing& how) {
  StringSink sink;
  parquet::FileWriter file(schema, how.options, sink, how.spools);
  parquet::RowGroupWriter row_group(schema, how.options, how.spools);
  size_t rows = columns.empty() ? 0 : columns[0].null.size();
  for (size_t done = 0; done < rows;) {
    size_t room = std::min(rows - done, how.row_group_rows - row_group.rows());
    auto count = static_cast<uint32_t>(std::min<size_t>(room, how.batch_rows_max));
    if (how.cuts != nullptr) count = static_cast<uint32_t>(1 + how.cuts->below(count));
    std::vector<frame::Column> batch;
    for (const Values& values : columns) batch.push_back(cut(values, done, count));
    row_group.append(batch, count).value();
    done += count;
    if (row_group.rows() < how.row_group_rows && done < rows) continue;
    file.append(row_group.finish().value()).value();
  }
  parquet::FileSummary summary = file.finish({{"key", "value"}}).value();
  return {std::move(sink.text), std::move(summary)};
}

}  // namespace silversmith::test
