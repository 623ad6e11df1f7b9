// SPDX-License-Identifier: Apache-2.0
#include "smith/zones.h"

#include <algorithm>

#include "frame/cells.h"
#include "frame/convert_temporal.h"

namespace silversmith::smith {

namespace {

class ZoneScan {
 public:
  ZoneScan(PlanDraft& draft, const Pass& pass, const std::string& kernel)
      : draft_(draft),
        open_(draft.zone_from_first_value),
        tokeniser_(draft.plan.dialect, pass.line_end,
                   static_cast<uint32_t>(draft.plan.labels.size()), kernel),
        reader_(draft.plan.dialect) {}

  bool decided() const { return open_.empty(); }

  void observe(const csv::Chunk& chunk) {
    if (decided() || chunk.kind != csv::ChunkKind::records) return;
    const csv::Records& records = tokeniser_.tokenise(chunk);
    std::erase_if(open_, [&](size_t index) { return decide(draft_.plan.columns[index], records); });
  }

 private:
  // Only what is a timestamp decides: neither a null token nor a cell that is none of either kind.
  bool decide(frame::ColumnPlan& column, const csv::Records& records) {
    frame::NullTokens nulls(column.null_tokens);
    cells_.resize(records.count);
    reader_.begin(records);
    reader_.gather(static_cast<uint32_t>(column.source), frame::Margin::wanted, cells_.data());
    for (frame::Text cell : cells_.span()) {
      if (cell.size == 0 || nulls.contains(cell)) continue;
      int64_t micros = 0;
      frame::Mark local = frame::read_iso_timestamp(cell, frame::Zone::none, &micros);
      bool utc = local == frame::Mark::zone_given &&
                 frame::read_iso_timestamp(cell, frame::Zone::wanted, &micros) == frame::Mark::good;
      if (local != frame::Mark::good && !utc) continue;
      column.type.utc = utc;
      return true;
    }
    return false;
  }

  PlanDraft& draft_;
  std::vector<size_t> open_;  // columns of the plan without a value so far
  csv::Tokeniser tokeniser_;
  frame::CellReader reader_;
  Buffer<frame::Text> cells_;
};

}  // namespace

Result<> settle_zones(PlanDraft& draft, const Pass& pass, const Converter::OpenSource& open,
                      const PassOptions& options) {
  if (draft.zone_from_first_value.empty() || !pass.first.has_value()) return {};
  ZoneScan scan(draft, pass, options.kernel);
  scan.observe(*pass.first);
  if (scan.decided()) return {};
  Pass again = SMITH_TRY(open_pass(open, options));
  SMITH_TRY(begin_records(again, options, draft.plan.labels.size()));
  std::optional<csv::Chunk> chunk = std::move(again.first);
  while (chunk.has_value() && !scan.decided()) {
    scan.observe(*chunk);
    again.splitter->recycle(std::move(chunk->buffer));
    chunk = SMITH_TRY(again.splitter->next());
  }
  return {};
}

}  // namespace silversmith::smith
