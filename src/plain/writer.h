// SPDX-License-Identifier: Apache-2.0
// columns → text: what `convert --to csv|jsonl` writes. CSV is RFC 4180, UTF-8, LF, quoted only
// where needed, the accepted cells' own text, nulls empty; JSON Lines is one object a record.
#pragma once

#include <string>
#include <vector>

#include "csv/records.h"
#include "frame/builder.h"
#include "frame/plan.h"

namespace silversmith::plain {

enum class Format : uint8_t { csv, jsonl };

// Appends to `out`; pure, no I/O.
class Writer {
 public:
  Writer(Format format, const frame::Plan& plan);
  // The header line of CSV; nothing for JSON Lines.
  void header(std::string& out) const;
  void rows(const csv::Records& records, const frame::Batch& batch, std::string& out) const;

 private:
  Format format_;
  const frame::Plan& plan_;
};

// One value as people read it: dates and timestamps ISO 8601, decimals with their scale, doubles
// shortest round trip, nulls "". Also used by `parquet head`.
std::string value_text(const frame::Column& column, uint32_t row);
// The same as a JSON token (null, 1, 0.5, true, "text"); decimals and times are strings.
std::string value_json(const frame::Column& column, uint32_t row);

}  // namespace silversmith::plain
