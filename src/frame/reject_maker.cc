// SPDX-License-Identifier: Apache-2.0
#include "frame/reject_maker.h"

#include <algorithm>

#include "base/text.h"

namespace silversmith::frame {

namespace {

constexpr size_t value_bytes_max = 1024;  // cut between characters

std::string_view directive(const contract::PatternItem& item) {
  using contract::PatternItemKind;
  switch (item.kind) {
    case PatternItemKind::literal: return item.byte == '%' ? "%%" : "";
    case PatternItemKind::year: return "%Y";
    case PatternItemKind::year_short: return "%y";
    case PatternItemKind::month: return "%m";
    case PatternItemKind::month_name: return "%b";
    case PatternItemKind::day: return "%d";
    case PatternItemKind::day_blank: return "%e";
    case PatternItemKind::day_of_year: return "%j";
    case PatternItemKind::hour: return "%H";
    case PatternItemKind::hour_half: return "%I";
    case PatternItemKind::half: return "%p";
    case PatternItemKind::minute: return "%M";
    case PatternItemKind::second: return "%S";
    case PatternItemKind::fraction: return "%f";
    case PatternItemKind::zone: return "%z";
  }
  SMITH_CHECK(false, "no such pattern item");
}

std::string describe(const contract::Pattern& pattern) {
  std::string text;
  for (const contract::PatternItem& item : pattern.items) {
    std::string_view word = directive(item);
    if (word.empty()) {
      text.push_back(item.byte);
    } else {
      text += word;
    }
  }
  return text;
}

std::string wanted_words(const ColumnPlan& column) {
  std::vector<std::string> words = column.true_values;
  words.insert(words.end(), column.false_values.begin(), column.false_values.end());
  for (std::string& word : words) word = show(word);
  return "one of " + join(words, ", ");
}

std::string wanted(const ColumnPlan& column) {
  std::string like;
  if (column.pattern.has_value() && !column.pattern->iso) {
    like = " like " + describe(*column.pattern);
  }
  switch (column.type.kind) {
    case Kind::boolean: return wanted_words(column);
    case Kind::int64: return "an integer";
    case Kind::float64: return "a number";
    case Kind::decimal: return "a number that fits " + frame::describe(column.type);
    case Kind::text:
    case Kind::binary: return "a text";
    case Kind::json: return "a JSON text";
    case Kind::date: return "a date" + (like.empty() ? " like YYYY-MM-DD" : like);
    case Kind::time: return "a time" + (like.empty() ? " like hh:mm:ss" : like);
    case Kind::timestamp:
      if (!like.empty()) return "a date and time" + like;
      return column.type.utc ? "a date and time like YYYY-MM-DDThh:mm:ssZ"
                             : "a date and time like YYYY-MM-DDThh:mm:ss";
  }
  SMITH_CHECK(false, "no such kind");
}

std::string type_message(const ColumnPlan& column, Mark mark, std::string_view text) {
  std::string found = "found " + show(text) + ", wanted " + wanted(column);
  switch (mark) {
    case Mark::integer_overflow:
      return found + " between -9223372036854775808 and 9223372036854775807 (integer overflow)";
    case Mark::number_overflow: return found + " that a double can hold (number overflow)";
    case Mark::excess_digits: return found + "; it has too many integer digits";
    case Mark::excess_fraction:
      return found + "; it has too many fraction digits, and values are never rounded";
    case Mark::zone_missing: return found + "; the column is UTC, so an offset or Z is needed";
    case Mark::zone_given: return found + "; the column is local time, so no offset may stand";
    case Mark::good:
    case Mark::null:
    case Mark::malformed: break;
  }
  if (trim(text).size() != text.size()) found += "; remove the blanks around it";
  return found;
}

std::string fields(uint32_t count) {
  return std::to_string(count) + (count == 1 ? " field" : " fields");
}

std::string fault_message(const csv::Fault& fault, const csv::Records& records,
                          const csv::Dialect& dialect) {
  using csv::FaultCode;
  std::string_view rest = records.text.substr(fault.at, fault.end - std::min(fault.at, fault.end));
  switch (fault.code) {
    case FaultCode::blank_row: return "found a blank line, wanted a record";
    case FaultCode::missing_cell:
    case FaultCode::extra_cell:
      return "found " + fields(fault.field_count) + ", wanted " + std::to_string(records.width);
    case FaultCode::text_after_quote:
      return "found " + show(rest, 20) +
             " behind a closing quote, wanted a delimiter or the end "
             "of the record; double the quotes inside a quoted field";
    case FaultCode::unterminated_quote:
      return "found a quote that is never closed, wanted a closing quote";
    case FaultCode::null_byte: return "found a NUL byte, wanted text";
    case FaultCode::encoding_error:
      return "found the bytes " + show(rest.substr(0, 4)) + ", wanted UTF-8";
    case FaultCode::field_too_long:
      return "found a field of more than " + std::to_string(dialect.field_bytes_max) +
             " bytes; look for a quote that is never closed, or raise maxFieldBytes";
    case FaultCode::record_too_long:
      return "found a record of more than " + std::to_string(dialect.record_bytes_max) +
             " bytes; look for a quote that is never closed, or raise maxRecordBytes";
  }
  SMITH_CHECK(false, "no such fault code");
}

}  // namespace

void RejectMaker::begin(const csv::Records& records, const Place& place) {
  records_ = &records;
  place_ = place;
  line_offset_ = 0;
  line_ = place.first_line;
  arena_.clear();
}

// Counts on from the last offset asked for, so that a chunk is looked at once however many rejects
// it has.
uint64_t RejectMaker::line_at(uint32_t offset) {
  SMITH_CHECK(offset >= line_offset_, "rejects are made in ascending order");
  std::string_view text = records_->text;
  auto from = text.begin() + line_offset_;
  auto to = text.begin() + offset;
  line_ += static_cast<uint64_t>(std::count(from, to, '\n'));
  if (place_.line_end == csv::LineEnd::any) {
    for (uint32_t i = line_offset_; i < offset; ++i) {
      if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) ++line_;
    }
  }
  line_offset_ = offset;
  return line_;
}

Reject RejectMaker::at(uint32_t begin, uint32_t end, uint32_t end_with_line) {
  Reject reject;
  reject.line = line_at(begin);
  reject.line_end = line_at(end);
  reject.byte_start = place_.byte_offset + begin;
  reject.byte_end = place_.byte_offset + end;
  reject.raw = records_->text.substr(begin, end_with_line - begin);
  return reject;
}

Reject RejectMaker::of_record(uint32_t record) {
  uint32_t end = records_->ends[size_t{record + 1} * records_->width - 1];
  Reject reject = at(records_->begins[record], end, records_->line_ends[record]);
  reject.row = place_.first_record + records_->numbers[record];
  return reject;
}

Reject RejectMaker::of_fault(const csv::Fault& fault) {
  Reject reject = at(fault.begin, fault.end, fault.end_with_line);
  reject.row = place_.first_record + fault.record;
  FieldError error;
  error.code = csv::name_of(fault.code);
  error.field_number = fault.field;
  if (fault.field > 0 && fault.field <= plan_.labels.size()) {
    error.field_name = plan_.labels[fault.field - 1];
  }
  error.message = fault_message(fault, *records_, plan_.dialect);
  error.byte_offset = place_.byte_offset + fault.at;
  reject.disposition =
      plan_.structural == Action::fail ? Disposition::failed : Disposition::quarantined;
  reject.errors.push_back(std::move(error));
  return reject;
}

FieldError RejectMaker::error(const CellError& cell) {
  const ColumnPlan& column = plan_.columns[cell.column];
  FieldError error;
  error.field_name = column.name;
  error.byte_offset = place_.byte_offset + records_->begins[cell.record];
  std::string_view text;
  if (column.source >= 0) {
    auto source = static_cast<uint32_t>(column.source);
    std::string_view span = records_->field(cell.record, source);
    text = csv::field_text(span, plan_.dialect, arena_).text;
    error.field_number = source + 1;
    error.field_name = plan_.labels[source];
    error.byte_offset =
        place_.byte_offset + static_cast<uint64_t>(span.data() - records_->text.data());
  }
  if (column.source >= 0) error.value = cut_utf8(text, value_bytes_max);
  if (cell.mark == Mark::null) {
    error.code = "constraint-error";
    error.constraint = "required";
    error.message = text.empty() ? "found no value" : "found " + show(text) + ", which is no value";
    error.message += ", wanted one: the field is required";
  } else {
    error.code = "type-error";
    error.message = type_message(column, cell.mark, text);
  }
  return error;
}

}  // namespace silversmith::frame
