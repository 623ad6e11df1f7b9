// SPDX-License-Identifier: Apache-2.0
#include "csv/records.h"

#include "base/check.h"

namespace silversmith::csv {

std::string_view name_of(FaultCode code) {
  switch (code) {
    case FaultCode::blank_row: return "blank-row";
    case FaultCode::missing_cell: return "missing-cell";
    case FaultCode::extra_cell: return "extra-cell";
    case FaultCode::text_after_quote: return "text-after-quote";
    case FaultCode::unterminated_quote: return "unterminated-quote";
    case FaultCode::null_byte: return "null-byte";
    case FaultCode::encoding_error: return "encoding-error";
    case FaultCode::field_too_long: return "field-too-long";
    case FaultCode::record_too_long: return "record-too-long";
  }
  SMITH_CHECK(false, "a fault code without a name");
}

}  // namespace silversmith::csv
