// SPDX-License-Identifier: Apache-2.0
#include "catalog/fold.h"

#include <gtest/gtest.h>

namespace silversmith::catalog {
namespace {

TEST(Fold, makes_small_letters_beyond_ascii) {
  EXPECT_EQ(folded("Größe_1"), "größe_1");
  EXPECT_EQ(folded("ÉTÉ ×"), "été ×");
  EXPECT_EQ(folded("ŁÓDŹ Žižkov"), "łódź žižkov");
  EXPECT_EQ(folded("ΆΩ ΐ"), "άω ΐ");
  EXPECT_EQ(folded("ЁЖИК Ґ"), "ёжик ґ");
  EXPECT_EQ(folded("SỐ"), "số");
}

TEST(Fold, keeps_what_has_no_case) {
  for (const char* text : {"", "名前", "اسم", "नाम", "été", "ß", "😀", "\xF0\xA0\x80\x80"}) {
    EXPECT_EQ(folded(text), text);
  }
}

TEST(Fold, guesses_nothing) {
  for (const char* text :
       {"İl", "ΟΔΟΣ", "ẞ", "Ａ", "Ա", "Ა", "\xE2\x84\xAA", "Ǆ", "𐐀", "Ÿ", "\xFF"}) {
    EXPECT_EQ(folded(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace silversmith::catalog
