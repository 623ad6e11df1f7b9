// SPDX-License-Identifier: Apache-2.0
#include "csv/records.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace silversmith::csv {
namespace {

TEST(Records, have_one_public_name_a_fault) {
  EXPECT_EQ(name_of(FaultCode::missing_cell), "missing-cell");
  std::set<std::string_view> names;
  constexpr auto last = static_cast<size_t>(FaultCode::record_too_long);
  for (size_t code = 0; code <= last; ++code) names.insert(name_of(static_cast<FaultCode>(code)));
  EXPECT_EQ(names.size(), last + 1);
}

}  // namespace
}  // namespace silversmith::csv
