// SPDX-License-Identifier: Apache-2.0
#include "smith/refusal.h"

#include <gtest/gtest.h>

#include "store/memory.h"

namespace silversmith::smith {
namespace {

constexpr const char* version = "0123456789abcdef0123456789abcdef";
constexpr const char* report = "quarantine/a/0123456789abcdef-fedcba9876543210/rejected.json";

silver::Rejected refusal() {
  silver::Rejected rejected;
  rejected.account.key = "bronze/a.csv";
  rejected.account.source_version = version;
  rejected.account.generation = "0123456789abcdef-fedcba9876543210";
  rejected.account.faults = {{"source-error", "empty", ""}};
  rejected.outcome = "terms";
  return rejected;
}

class Refusal : public ::testing::Test {
 protected:
  bool stands(std::string_view of_version, std::string_view outcome,
              std::string_view key = "bronze/a.csv") {
    auto found = standing_refusal({store, "quarantine/a/", key, of_version, outcome});
    EXPECT_TRUE(found.ok());
    return found.ok() && found->has_value();
  }
  store::MemoryStore store{"memory", {.page_keys_max = 1}};
};

TEST_F(Refusal, stands_while_version_and_terms_do) {
  EXPECT_FALSE(stands(version, "terms")) << "there is none yet";
  store.put("quarantine/a/0123456789abcdef-aaaa/rejects.csv", "x");
  store.put(report, silver::rejected_text(refusal()));
  EXPECT_TRUE(stands(version, "terms")) << "and it is found behind other objects";
  EXPECT_FALSE(stands(version, "other terms"));
  EXPECT_FALSE(stands("ffffffffffffffffffffffffffffffff", "terms"));
  EXPECT_FALSE(stands("0123456789abcdefffffffffffffffff", "terms")) << "the same short name";
  EXPECT_FALSE(stands(version, "terms", "bronze/b.csv"));
}

TEST_F(Refusal, of_a_damaged_report_there_is_none) {
  store.put(report, "{");
  EXPECT_FALSE(stands(version, "terms"));
}

}  // namespace
}  // namespace silversmith::smith
