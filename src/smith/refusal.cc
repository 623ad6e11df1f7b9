// SPDX-License-Identifier: Apache-2.0
#include "smith/refusal.h"

#include <cstdint>
#include <utility>

#include "silver/commit.h"
#include "silver/name.h"
#include "smith/drafts.h"

namespace silversmith::smith {

namespace {

constexpr uint64_t report_bytes_max = uint64_t{16} << 20;

Result<std::optional<silver::Rejected>> read_report(const RefusalQuery& query,
                                                    const std::string& report) {
  std::optional<silver::Rejected> none;
  Result<std::string> text = silver::read_small(query.target, report, report_bytes_max);
  if (!text.ok() && text.error().code == Code::missing) return none;
  if (!text.ok()) return as_target_error(std::move(text).error());
  Result<silver::Rejected> rejected = silver::parse_rejected(*text);
  bool stands = rejected.ok() && rejected->outcome == query.outcome &&
                rejected->account.source_version == query.version &&
                rejected->account.key == query.key;
  if (!stands) return none;  // another contract's, or not ours to read: convert again
  return std::optional(std::move(*rejected));
}

}  // namespace

Result<std::optional<silver::Rejected>> standing_refusal(const RefusalQuery& query) {
  std::string prefix = std::string(query.folder) + silver::generation_prefix(query.version);
  std::string after;
  while (true) {
    Result<store::ListPage> page = query.target.list(prefix, after);
    if (!page.ok()) return as_target_error(std::move(page).error());
    for (const store::Listed& listed : page->objects) {
      if (!listed.key.ends_with(rejected_name)) continue;
      std::optional<silver::Rejected> report = SMITH_TRY(read_report(query, listed.key));
      if (report.has_value()) return report;
    }
    if (!page->next.has_value()) return std::optional<silver::Rejected>();
    after = *page->next;
  }
}

}  // namespace silversmith::smith
