// SPDX-License-Identifier: Apache-2.0
#include "deploy/event_leaves.h"

#include <gtest/gtest.h>

namespace silversmith::deploy {
namespace {

TEST(EventLeaves, names_values_by_their_path) {
  EventLeaves leaves =
      leaves_of(*parse_json(R"({"a":{"b":"x","c":{}},"d":[1,[true,null]],"e":[]})"));
  ASSERT_EQ(leaves.size(), 2U);
  EXPECT_EQ(leaves["a.b"][0].value.text, "\"x\"");
  ASSERT_EQ(leaves["d"].size(), 3U);
  EXPECT_EQ(leaves["d"][2].value.text, "null");
}

TEST(EventLeaves, tells_elements_of_one_array_apart) {
  EventLeaves leaves = leaves_of(*parse_json(R"({"a":[{"x":1,"y":2},{"x":3}]})"));
  ArrayElements chosen = leaves["a.y"][0].elements;
  EXPECT_TRUE(agree(chosen, leaves["a.x"][0].elements));
  EXPECT_FALSE(agree(chosen, leaves["a.x"][1].elements));
}

}  // namespace
}  // namespace silversmith::deploy
