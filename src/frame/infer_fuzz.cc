// SPDX-License-Identifier: Apache-2.0
// The bytes are a file of two columns: the types found must not depend on where it is cut, and a
// plan made of them must take every record that the scan has seen.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "frame/builder.h"
#include "frame/infer.h"
#include "support/made_records.h"

namespace silversmith::frame {
namespace {

Plan plan_of(const std::vector<Type>& types) {
  Plan plan;
  for (const Type& type : types) {
    ColumnPlan column;
    column.name = "c" + std::to_string(plan.columns.size());
    column.type = type;
    column.source = static_cast<int32_t>(plan.columns.size());
    column.null_tokens = {""};
    column.quoted_empty_is_text = true;
    column.true_values = {"true", "True", "TRUE"};
    column.false_values = {"false", "False", "FALSE"};
    plan.labels.push_back(column.name);
    plan.columns.push_back(std::move(column));
  }
  return plan;
}

// The scan of each record by itself, merged last to first.
std::vector<Type> types_by_record(const csv::Records& records) {
  TypeScan merged({}, records.width);
  for (uint32_t i = records.count; i-- > 0;) {
    TypeScan one({}, records.width);
    csv::Records single = records;
    single.count = 1;
    single.begins = records.begins.subspan(i, 1);
    single.ends = records.ends.subspan(size_t{i} * records.width, records.width);
    one.observe(single);
    merged.merge(one);
  }
  return merged.types();
}

}  // namespace
}  // namespace silversmith::frame

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace silversmith;
  using namespace silversmith::frame;
  constexpr uint32_t width = 2;
  std::string_view text{reinterpret_cast<const char*>(data), size};
  MadeRecords records(text, width);
  TypeScan scan({}, width);
  scan.observe(*records);
  SMITH_CHECK(scan.types() == types_by_record(*records), "types depend on the cut: " + show(text));
  Plan plan = plan_of(scan.types());
  Builder builder(plan, width);
  const Batch& batch = builder.build(*records, {});
  SMITH_CHECK(batch.rows == records->count, "a record of an inferred type was refused");
  SMITH_CHECK(batch.rejects.size() == records->faults.size(), "a reject that is no fault");
  return 0;
}
