// SPDX-License-Identifier: Apache-2.0
// A reject: a record that broke the contract, with its place, its bytes and every reason (up to
// limits::errors_per_record_max). And the flat table that keeps them: quarantine's
// rejects.parquet (docs/formats/rejects.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "frame/columns.h"

namespace silversmith::frame {

enum class Disposition : uint8_t { quarantined, nullified, failed };
std::string_view name_of(Disposition disposition);

struct FieldError {
  std::string_view code;        // public name, "type-error"; static storage
  std::string_view constraint;  // "required" for a constraint-error, else ""
  uint32_t field_number = 0;    // 1-based in the file; 0: the record as a whole
  std::string field_name;
  std::optional<std::string>
      value;                 // the cell's text, at most 1 KiB; absent where no cell is wrong
  std::string message;       // what was found, what was wanted
  uint64_t byte_offset = 0;  // in the decoded stream
};

struct Reject {
  uint64_t row = 0;   // record number, the header counts as 1
  uint64_t line = 0;  // physical lines, first and last
  uint64_t line_end = 0;
  uint64_t byte_start = 0;  // in the decoded stream, line end excluded
  uint64_t byte_end = 0;
  std::string_view raw;        // the record's bytes with its line end; valid as long as the chunk
  bool raw_truncated = false;  // `raw` is only the beginning (an oversize record)
  Disposition disposition = Disposition::quarantined;
  std::vector<FieldError> errors;
};

// Names and types of rejects.parquet's columns, in order. The source version of a folder's object
// is its hash, known only when all was read: RejectColumns leaves that column out, and the file's
// end brings it.
struct RejectField {
  std::string_view name;
  Type type;
};
const std::vector<RejectField>& reject_fields();
inline constexpr size_t late_reject_field = 1;  // source_version
// The columns that RejectColumns makes: all but the late one.
std::vector<RejectField> early_reject_fields();

// What is the same for every reject of a run.
struct RejectSource {
  std::string key;
  std::string contract;
  uint64_t contract_version = 0;
};

// Turns rejects into columns for a parquet row group: reject_fields() without the late one. Reuses
// its memory.
class RejectColumns {
 public:
  explicit RejectColumns(RejectSource source);
  void add(const Reject& reject);
  uint32_t rows() const { return rows_; }
  size_t bytes() const;  // text held so far
  // The columns so far. Valid until add() or clear().
  const std::vector<Column>& columns();
  void clear();

 private:
  void add_text(size_t index, std::string_view text);
  void add_number(size_t index, uint64_t number);
  void add_null(size_t index);
  void add_first(const FieldError& first);

  RejectSource source_;
  uint32_t rows_ = 0;
  std::vector<Column> columns_;
  std::vector<std::string> held_;  // bytes behind the Text values, one block a column
  std::vector<std::vector<std::pair<size_t, uint32_t>>> places_;
};

// A reject's errors as JSON text, and the reject as a JSON object (for rejected.json, --json).
std::string errors_json(const Reject& reject);
Json reject_json(const Reject& reject);

}  // namespace silversmith::frame
