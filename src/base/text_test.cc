// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

namespace silversmith {
namespace {

// The code points of RFC 3629 by the book: decode, then ask whether the encoding was the shortest.
bool valid_by_the_book(std::string_view bytes) {
  for (size_t at = 0; at < bytes.size();) {
    auto lead = static_cast<unsigned char>(bytes[at]);
    size_t length = lead < 0x80 ? 1 : lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (length == 0 || lead >= 0xF8 || at + length > bytes.size()) return false;
    uint32_t point = length == 1 ? lead : lead & (0x7FU >> length);
    for (size_t i = 1; i < length; ++i) {
      auto byte = static_cast<unsigned char>(bytes[at + i]);
      if ((byte & 0xC0) != 0x80) return false;
      point = point << 6 | (byte & 0x3FU);
    }
    constexpr uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < least[length] || point > 0x10FFFF) return false;
    if (point >= 0xD800 && point <= 0xDFFF) return false;
    at += length;
  }
  return true;
}

TEST(Utf8, agrees_with_the_book_on_every_three_bytes) {
  std::string bytes(3, '\0');
  // The second byte decides where the lead byte is special, so all of it is tried.
  constexpr unsigned char thirds[] = {0x00, 0x7F, 0x80, 0x8F, 0xBF, 0xC0, 0xFF};
  for (int lead = 0; lead < 256; ++lead) {
    for (int second = 0; second < 256; ++second) {
      for (unsigned char third : thirds) {
        bytes = {static_cast<char>(lead), static_cast<char>(second), static_cast<char>(third)};
        ASSERT_EQ(!find_invalid_utf8(bytes).has_value(), valid_by_the_book(bytes))
            << lead << " " << second << " " << int{third};
      }
    }
  }
}

TEST(Utf8, agrees_with_the_book_on_four_bytes) {
  for (int lead = 0xEF; lead < 256; ++lead) {
    for (int second = 0; second < 256; ++second) {
      for (int last : {0x7F, 0x80, 0xBF, 0xC0}) {
        std::string bytes = {static_cast<char>(lead), static_cast<char>(second), '\x80',
                             static_cast<char>(last)};
        ASSERT_EQ(!find_invalid_utf8(bytes).has_value(), valid_by_the_book(bytes)) << show(bytes);
      }
    }
  }
}

TEST(Utf8, finds_the_one_bad_byte_wherever_it_stands) {
  for (size_t size : {1, 7, 8, 15, 16, 17, 31, 32, 33, 100}) {
    for (size_t at = 0; at < size; ++at) {
      std::string bytes(size, 'a');
      ASSERT_FALSE(find_invalid_utf8(bytes));
      bytes[at] = '\xff';
      ASSERT_EQ(find_invalid_utf8(bytes), at) << size;
    }
  }
}

TEST(Utf8, takes_characters_across_every_word_boundary) {
  for (size_t before = 0; before < 40; ++before) {
    std::string bytes = std::string(before, 'a') + "€𝄞é" + std::string(20, 'b');
    ASSERT_FALSE(find_invalid_utf8(bytes)) << before;
    std::string cut = std::string(before, 'a') + "\xE2\x82";
    ASSERT_EQ(find_invalid_utf8(cut), before);
  }
}

TEST(Show, escapes_what_a_terminal_must_not_see) {
  EXPECT_EQ(show("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(show("\x1b[0m\n\xff\x7f"), R"("\x1B[0m\x0A\xFF\x7F")");
  EXPECT_EQ(show("é€"), "\"é€\"");
}

// A terminal obeys U+009B as it does ESC [.
TEST(Show, escapes_the_controls_of_two_bytes_too) {
  EXPECT_EQ(show("a\xC2\x9B"
                 "31m"),
            R"("a\xC2\x9B31m")");
  EXPECT_EQ(escaped("\xC2\x80\xC2\x9F"), R"(\xC2\x80\xC2\x9F)");
  EXPECT_EQ(printable("a\xC2\x85"), R"("a\xC2\x85")");
  EXPECT_EQ(printable("\xC2\xA0"), "\xC2\xA0") << "no control: a blank that does not break";
  EXPECT_EQ(printable("é"), "é");
  EXPECT_EQ(printable("\xC2"), R"("\xC2")");
}

TEST(Show, cuts_between_characters) {
  EXPECT_EQ(show("abcdef", 3), "\"abc\"...");
  EXPECT_EQ(show("abc", 3), "\"abc\"");
  EXPECT_EQ(show("abé", 3), "\"ab\"...");
}

TEST(Text, splits_joins_and_trims) {
  EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
  EXPECT_EQ(split("", ',').size(), 1U);
  EXPECT_EQ(join({"a", "b", "c"}, ", "), "a, b, c");
  EXPECT_EQ(join({}, ", "), "");
  EXPECT_EQ(trim(" \t a b\t "), "a b");
  EXPECT_EQ(trim(" \t"), "");
}

TEST(Text, compares_ends_without_case) {
  EXPECT_TRUE(equal_ignoring_case("eTag", "ETAG"));
  EXPECT_FALSE(equal_ignoring_case("eTag", "ETAGS"));
  EXPECT_EQ(lowered("X-Amz-Meta-\xC3\x84"), "x-amz-meta-\xC3\x84");
  EXPECT_TRUE(ends_with_ignoring_case("A.CsV", ".csv"));
  EXPECT_FALSE(ends_with_ignoring_case("sv", ".csv"));
  EXPECT_FALSE(ends_with_ignoring_case("a.tsv", ".csv"));
}

TEST(Text, writes_sizes_for_people) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1000), "1.00 kB");
  EXPECT_EQ(human_bytes(999'999), "1.00 MB");
  EXPECT_EQ(human_bytes(1'970'000'000), "1.97 GB");
  EXPECT_EQ(human_bytes(UINT64_MAX), "18.45 EB");
  EXPECT_EQ(human_count(0), "0");
  EXPECT_EQ(human_count(999), "999");
  EXPECT_EQ(human_count(8'100'412), "8 100 412");
}

TEST(Text, cuts_between_characters) {
  const std::string text = "a\u00e9\u20ac";  // 1, 2 and 3 bytes
  const std::string_view beginnings[] = {"", "a", "a", "a\u00e9", "a\u00e9", "a\u00e9", text, text};
  for (size_t i = 0; i < std::size(beginnings); ++i)
    EXPECT_EQ(cut_utf8(text, i), beginnings[i]) << i;
  EXPECT_EQ(shortened(text, 6), text);
  EXPECT_EQ(shortened(text, 5), "a...");
  EXPECT_EQ(shortened(text, 3), "...");
}

TEST(ParseBytes, knows_both_families_of_units) {
  EXPECT_EQ(parse_bytes("1073741824"), 1073741824U);
  EXPECT_EQ(parse_bytes("256MiB"), 268435456U);
  EXPECT_EQ(parse_bytes("256 M"), 268435456U);
  EXPECT_EQ(parse_bytes("256MB"), 256'000'000U);
  EXPECT_EQ(parse_bytes("1g"), 1073741824U);
  EXPECT_EQ(parse_bytes(" 3 kB "), 3000U);
  EXPECT_EQ(parse_bytes("7B"), 7U);
}

TEST(ParseBytes, refuses_what_is_no_size) {
  for (const char* text :
       {"", "M", "-1", "1.5G", "1X", "1MiBs", "1 M B", "18446744073709551616", "16777216T"}) {
    EXPECT_EQ(parse_bytes(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_bytes("18446744073709551615"), UINT64_MAX);
}

TEST(ParseNumber, takes_digits_alone) {
  EXPECT_EQ(parse_number("0"), 0U);
  EXPECT_EQ(parse_number("18446744073709551615"), UINT64_MAX);
  for (std::string_view text : {"", "-1", "+1", " 1", "1 ", "1x", "0x1", "18446744073709551616"}) {
    EXPECT_FALSE(parse_number(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace silversmith
