// SPDX-License-Identifier: Apache-2.0
#include "smith/zones.h"

#include <algorithm>

#include "csv/field.h"

namespace silversmith::smith {

namespace {

constexpr std::string_view date_shape = "dddd-dd-dd";

bool begins_with_date(std::string_view text) {
  if (text.size() <= date_shape.size()) return false;
  for (size_t i = 0; i < date_shape.size(); ++i) {
    bool digit = text[i] >= '0' && text[i] <= '9';
    if (date_shape[i] == 'd' ? !digit : text[i] != date_shape[i]) return false;
  }
  return true;
}

// A Z, or a sign behind the date.
bool has_offset(std::string_view text) {
  return text.find_first_of("Zz+-", date_shape.size()) != std::string_view::npos;
}

class ZoneScan {
 public:
  ZoneScan(PlanDraft& draft, const Pass& pass, const std::string& kernel)
      : draft_(draft),
        open_(draft.zone_from_first_value),
        tokeniser_(draft.plan.dialect, pass.line_end,
                   static_cast<uint32_t>(draft.plan.labels.size()), kernel) {}

  bool decided() const { return open_.empty(); }

  void observe(const csv::Chunk& chunk) {
    if (decided() || chunk.kind != csv::ChunkKind::records) return;
    const csv::Records& records = tokeniser_.tokenise(chunk);
    std::erase_if(open_, [&](size_t index) { return decide(draft_.plan.columns[index], records); });
  }

 private:
  bool decide(frame::ColumnPlan& column, const csv::Records& records) {
    for (uint32_t r = 0; r < records.count; ++r) {
      auto span = records.field(r, static_cast<uint32_t>(column.source));
      std::string_view text = csv::field_text(span, draft_.plan.dialect, arena_).text;
      if (!begins_with_date(text)) continue;
      column.type.utc = has_offset(text);
      return true;
    }
    arena_.clear();
    return false;
  }

  PlanDraft& draft_;
  std::vector<size_t> open_;  // columns of the plan without a value so far
  csv::Tokeniser tokeniser_;
  csv::TextArena arena_;
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
