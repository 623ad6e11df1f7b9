// SPDX-License-Identifier: Apache-2.0
#include "frame/builder.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "frame/cells.h"
#include "frame/convert_number.h"
#include "frame/convert_temporal.h"
#include "frame/convert_text.h"
#include "frame/reject_maker.h"

namespace silversmith::frame {

namespace {

bool is_text(Kind kind) { return kind == Kind::text || kind == Kind::json || kind == Kind::binary; }

// The rules of a column in the form the hot path wants.
struct Rules {
  const ColumnPlan& plan;
  NullTokens nulls;
  bool text;
  bool quoted_empty_is_text;

  explicit Rules(const ColumnPlan& given)
      : plan(given),
        nulls(given.null_tokens),
        text(is_text(given.type.kind)),
        quoted_empty_is_text(text && given.quoted_empty_is_text) {}
};

uint32_t convert_numbers(const ColumnPlan& plan, std::span<const Text> cells, Mark* marks,
                         Column& column) {
  switch (plan.type.kind) {
    case Kind::int64: return convert_int64(cells, marks, column.data<int64_t>());
    case Kind::float64: return convert_float64(cells, marks, column.data<double>());
    default: return convert_decimal(cells, marks, plan.type, column.values.data());
  }
}

uint32_t convert(const ColumnPlan& plan, std::span<const Text> cells, Mark* marks, Column& column) {
  const contract::Pattern* pattern = plan.pattern.has_value() ? &*plan.pattern : nullptr;
  switch (plan.type.kind) {
    case Kind::text:
    case Kind::binary: return 0;
    case Kind::json: return check_json(cells, marks);
    case Kind::boolean: {
      BooleanWords words{plan.true_values, plan.false_values};
      return convert_boolean(cells, marks, words, column.data<uint8_t>());
    }
    case Kind::date: return convert_date(cells, marks, pattern, column.data<int32_t>());
    case Kind::time: return convert_time(cells, marks, pattern, column.data<int64_t>());
    case Kind::timestamp: {
      TimestampForm form{pattern, plan.type.utc ? Zone::wanted : Zone::none};
      return convert_timestamp(cells, marks, form, column.data<int64_t>());
    }
    case Kind::int64:
    case Kind::float64:
    case Kind::decimal: return convert_numbers(plan, cells, marks, column);
  }
  SMITH_CHECK(false, "no such kind");
}

// Keeps the values at `kept`, in order.
template <class T>
void compact_values(std::span<const uint32_t> kept, T* values) {
  for (size_t i = 0; i < kept.size(); ++i) values[i] = values[kept[i]];
}

void compact(std::span<const uint32_t> kept, Column& column) {
  switch (value_bytes(column.type)) {
    case 1: compact_values(kept, column.data<uint8_t>()); break;
    case 4: compact_values(kept, column.data<uint32_t>()); break;
    case 8: compact_values(kept, column.data<uint64_t>()); break;
    case 16:
      // A Text has padding, which an assignment may skip; a decimal has none to spare.
      if (column.type.kind == Kind::decimal) {
        compact_values(kept, column.data<int128>());
      } else {
        compact_values(kept, column.data<Text>());
      }
      break;
    default: SMITH_CHECK(false, "no value has this size");
  }
  if (column.null_count > 0) {
    compact_values(kept, column.valid.data());
    size_t valid = 0;
    for (size_t i = 0; i < kept.size(); ++i) valid += column.valid[i];
    column.null_count = static_cast<uint32_t>(kept.size() - valid);
  }
  column.rows = static_cast<uint32_t>(kept.size());
}

}  // namespace

struct Builder::State {
  const Plan& plan;
  std::vector<Rules> rules;
  CellReader reader;
  RejectMaker maker;
  std::function<void(const Reject&)> take;
  Buffer<Text> cells;
  Buffer<Mark> marks;
  std::vector<CellError> errors;
  Buffer<uint8_t> dropped;  // per record; filled only when there are errors
  Batch batch;

  State(const Plan& given, uint32_t width) : plan(given), reader(given.dialect), maker(given) {
    for (const ColumnPlan& column : plan.columns) {
      SMITH_CHECK(column.source < static_cast<int64_t>(width), "a column outside the record");
      rules.emplace_back(column);
    }
    batch.columns.resize(plan.columns.size());
  }

  void begin(const csv::Records& records, const Place& place) {
    reader.begin(records);
    maker.begin(records, place);
    errors.clear();
    marks.resize(records.count);
    batch.rejects.clear();
    batch.reasons.clear();
    batch.cells_nullified = 0;
    batch.quarantined = 0;
    batch.failed = false;
  }

  void build_column(const csv::Records& records, uint32_t index) {
    const Rules& rule = rules[index];
    Column& column = batch.columns[index];
    column.type = rule.plan.type;
    column.rows = records.count;
    column.values.resize(records.count * value_bytes(column.type));
    if (rule.plan.source < 0) {
      build_absent(rule, index, column);
      return;
    }
    if (!rule.text) cells.resize(records.count);
    Text* into = rule.text ? column.data<Text>() : cells.data();
    Margin margin = rule.text ? Margin::none : Margin::wanted;
    reader.gather(static_cast<uint32_t>(rule.plan.source), margin, into);
    std::span<const Text> gathered(into, records.count);
    uint32_t nulls = rule.nulls.mark(gathered, marks.data());
    if (rule.quoted_empty_is_text) nulls -= revive(reader.quoted_empty());
    if (rule.plan.quoted_null_is_value) nulls -= revive(reader.quoted_null());
    uint32_t bad = convert(rule.plan, gathered, marks.data(), column);
    if (bad > 0) nulls += note_bad(rule, index, records.count);
    finish_column(rule, index, nulls, column);
  }

  void build_absent(const Rules& rule, uint32_t index, Column& column) {
    if (column.rows == 0) return finish_column(rule, index, 0, column);
    std::memset(column.values.data(), 0, column.values.size());
    std::fill(marks.begin(), marks.end(), Mark::null);
    finish_column(rule, index, column.rows, column);
  }

  // Quotes make these cells values.
  uint32_t revive(const std::vector<uint32_t>& records) {
    uint32_t revived = 0;
    for (uint32_t record : records) {
      if (marks[record] != Mark::null) continue;
      marks[record] = Mark::good;
      ++revived;
    }
    return revived;
  }

  // Lists the bad cells; where the column says so they become nulls, whose number is returned.
  uint32_t note_bad(const Rules& rule, uint32_t index, uint32_t rows) {
    bool nullify = rule.plan.on_type_error == Action::nullify;
    uint32_t nullified = 0;
    for (uint32_t i = 0; i < rows; ++i) {
      if (marks[i] == Mark::good || marks[i] == Mark::null) continue;
      errors.push_back({i, index, marks[i]});
      if (!nullify) continue;
      marks[i] = Mark::null;
      ++nullified;
    }
    return nullified;
  }

  void finish_column(const Rules& rule, uint32_t index, uint32_t nulls, Column& column) {
    column.null_count = nulls;
    if (nulls == 0) return;
    column.valid.resize(column.rows);
    for (uint32_t i = 0; i < column.rows; ++i) column.valid[i] = marks[i] != Mark::null ? 1 : 0;
    if (rule.text) {
      Text* texts = column.data<Text>();
      for (uint32_t i = 0; i < column.rows; ++i) {
        if (column.valid[i] == 0) texts[i] = {};
      }
    }
    if (!rule.plan.required) return;
    for (uint32_t i = 0; i < column.rows; ++i) {
      if (marks[i] == Mark::null) errors.push_back({i, index, Mark::null});
    }
  }

  Disposition disposition_of(const CellError& error) const {
    Action action =
        error.mark == Mark::null ? plan.required : plan.columns[error.column].on_type_error;
    if (action == Action::fail) return Disposition::failed;
    return action == Action::nullify && error.mark != Mark::null ? Disposition::nullified
                                                                 : Disposition::quarantined;
  }

  // A record's reject from its errors [first, last).
  void settle_record(size_t first, size_t last) {
    uint32_t record = errors[first].record;
    Reject reject = maker.of_record(record);
    reject.disposition = Disposition::nullified;
    for (size_t i = first; i < last; ++i) {
      reject.disposition = std::max(reject.disposition, disposition_of(errors[i]),
                                    [](Disposition a, Disposition b) { return rank(a) < rank(b); });
      if (reject.errors.size() < limits::errors_per_record_max) {
        reject.errors.push_back(maker.error(errors[i]));
      }
    }
    if (reject.disposition == Disposition::nullified) {
      batch.cells_nullified += last - first;
      batch.reasons["type-error"] += last - first;
    } else {
      dropped[record] = 1;
      drop(reject);
    }
    give(std::move(reject));
  }

  static int rank(Disposition disposition) {
    switch (disposition) {
      case Disposition::nullified: return 0;
      case Disposition::quarantined: return 1;
      case Disposition::failed: return 2;
    }
    SMITH_CHECK(false, "no such disposition");
  }

  void give(Reject reject) {
    if (take) {
      take(reject);
    } else {
      batch.rejects.push_back(std::move(reject));
    }
  }

  void drop(const Reject& reject) {
    ++batch.quarantined;
    ++batch.reasons[reject.errors.front().code];
    batch.failed = batch.failed || reject.disposition == Disposition::failed;
  }

  // Rejects of cells and of structure, merged in the order of the file.
  void settle(const csv::Records& records) {
    auto key = [this](const CellError& error) {
      return std::tuple(error.record, plan.columns[error.column].source, error.column);
    };
    std::stable_sort(errors.begin(), errors.end(), [&key](const auto& left, const auto& right) {
      return key(left) < key(right);
    });
    dropped.resize(records.count);
    std::fill(dropped.begin(), dropped.end(), uint8_t{0});
    size_t fault = 0;
    for (size_t first = 0; first < errors.size();) {
      uint32_t record = errors[first].record;
      size_t last = first + 1;
      while (last < errors.size() && errors[last].record == record) ++last;
      fault = settle_faults(records, fault, records.numbers[record]);
      settle_record(first, last);
      first = last;
    }
    settle_faults(records, fault, UINT32_MAX);
  }

  // The faults of records before number `end`; returns the first one that is left.
  size_t settle_faults(const csv::Records& records, size_t fault, uint32_t end) {
    for (; fault < records.faults.size() && records.faults[fault].record < end; ++fault) {
      Reject reject = maker.of_fault(records.faults[fault]);
      drop(reject);
      give(std::move(reject));
    }
    return fault;
  }

  void accept(const csv::Records& records) {
    batch.accepted.resize(records.count);
    if (errors.empty()) {
      for (uint32_t i = 0; i < records.count; ++i) batch.accepted[i] = i;
    } else {
      uint32_t rows = 0;
      for (uint32_t i = 0; i < records.count; ++i) {
        batch.accepted[rows] = i;
        rows += dropped[i] == 0 ? 1 : 0;
      }
      batch.accepted.resize(rows);
    }
    batch.rows = static_cast<uint32_t>(batch.accepted.size());
    if (batch.rows == records.count) return;
    for (Column& column : batch.columns) compact(batch.accepted, column);
  }

  const Batch& build(const csv::Records& records, const Place& place) {
    begin(records, place);
    for (uint32_t i = 0; i < plan.columns.size(); ++i) build_column(records, i);
    if (!errors.empty() || !records.faults.empty()) settle(records);
    accept(records);
    return batch;
  }
};

Builder::Builder(const Plan& plan, uint32_t width) : state_(std::make_unique<State>(plan, width)) {}
Builder::Builder(Builder&&) noexcept = default;
Builder::~Builder() = default;

void Builder::on_reject(std::function<void(const Reject&)> take) { state_->take = std::move(take); }

void Builder::trim() { state_->reader.trim(); }

const Batch& Builder::build(const csv::Records& records, const Place& place) {
  return state_->build(records, place);
}

}  // namespace silversmith::frame
