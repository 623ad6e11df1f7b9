// SPDX-License-Identifier: Apache-2.0
// Broken records and cells → Rejects: places, lines and messages. The slow path of the builder: it
// runs only for records that have an error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "csv/field.h"
#include "csv/records.h"
#include "frame/builder.h"
#include "frame/mark.h"
#include "frame/plan.h"
#include "frame/rejects.h"

namespace silversmith::frame {

// A cell that broke its column's rule.
struct CellError {
  uint32_t record = 0;     // index in Records
  uint32_t column = 0;     // index in the plan
  Mark mark = Mark::good;  // null: a required value is missing
};

class RejectMaker {
 public:
  explicit RejectMaker(const Plan& plan) : plan_(plan) {}

  // A new chunk. Records must then be asked for in ascending order.
  void begin(const csv::Records& records, const Place& place);
  // The reject without its errors.
  Reject of_record(uint32_t record);
  Reject of_fault(const csv::Fault& fault);
  FieldError error(const CellError& cell);

 private:
  Reject at(uint32_t begin, uint32_t end, uint32_t end_with_line);
  uint64_t line_at(uint32_t offset);

  const Plan& plan_;
  const csv::Records* records_ = nullptr;
  Place place_;
  csv::TextArena arena_;
  uint32_t line_offset_ = 0;  // line ends before this offset are in line_
  uint64_t line_ = 1;
};

}  // namespace silversmith::frame
