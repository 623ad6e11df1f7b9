// SPDX-License-Identifier: Apache-2.0
#include "contract/contract.h"

#include <gtest/gtest.h>

namespace silversmith::contract {
namespace {

TEST(Contract, its_words_are_those_of_a_descriptor) {
  EXPECT_EQ(name_of(FieldType::any), "any");
  EXPECT_EQ(name_of(FieldType::datetime), "datetime");
  EXPECT_EQ(name_of(Action::nullify), "nullify");
  EXPECT_EQ(name_of(FieldsMatch::superset), "superset");
  EXPECT_EQ(name_of(ExtraFields::drop), "drop");
  EXPECT_EQ(name_of(MissingFields::null), "null");
  EXPECT_EQ(name_of(BlankLines::skip), "skip");
  EXPECT_EQ(name_of(Compression::zstd), "zstd");
}

TEST(Contract, its_defaults_are_those_of_the_standard) {
  Contract contract;
  EXPECT_EQ(contract.missing_values, std::vector<std::string>{""});
  EXPECT_EQ(contract.fields_match, FieldsMatch::exact);
  EXPECT_EQ(contract.policy.limits.bad_ratio_max, 0.5);
  EXPECT_EQ(contract.policy.limits.ratio_after_rows, 1000U);
}

}  // namespace
}  // namespace silversmith::contract
