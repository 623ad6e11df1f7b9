// SPDX-License-Identifier: Apache-2.0
#include "parquet/dictionary.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "support/parquet_values.h"

namespace silversmith::parquet {
namespace {

TEST(Dictionary, numbers_values_by_first_appearance) {
  FixedDictionary<int64_t> dictionary(1U << 20);
  std::map<int64_t, uint32_t> oracle;
  test::Numbers numbers(3);
  for (int i = 0; i < 100'000; ++i) {
    auto value = static_cast<int64_t>(numbers.below(5000)) << 40;
    auto known = oracle.try_emplace(value, static_cast<uint32_t>(oracle.size())).first;
    ASSERT_EQ(dictionary.id_of(value), known->second);
  }
  EXPECT_EQ(dictionary.size(), oracle.size());
}

TEST(Dictionary, tells_texts_of_every_length_apart) {
  TextDictionary dictionary(1U << 20);
  std::map<std::string, uint32_t> oracle;
  test::Numbers numbers(4);
  for (int i = 0; i < 50'000; ++i) {
    std::string text(numbers.below(40), 'a');
    if (!text.empty()) text[numbers.below(text.size())] = static_cast<char>('b' + numbers.below(3));
    auto known = oracle.try_emplace(text, static_cast<uint32_t>(oracle.size())).first;
    ASSERT_EQ(dictionary.id_of({text.data(), static_cast<uint32_t>(text.size())}), known->second);
  }
}

TEST(Dictionary, keeps_minus_zero_and_each_nan_apart) {
  FixedDictionary<double> dictionary(1024);
  EXPECT_NE(dictionary.id_of(0.0), dictionary.id_of(-0.0));
}

TEST(Dictionary, is_full_at_its_bytes_and_at_its_entries) {
  FixedDictionary<int32_t> small(40);
  for (int32_t i = 0; i < 10; ++i) EXPECT_NE(small.id_of(i), no_id);
  EXPECT_EQ(small.id_of(10), no_id);
  EXPECT_EQ(small.id_of(9), 9U);
  FixedDictionary<int32_t> large(1U << 30);
  for (int32_t i = 0; i < 65'535; ++i) ASSERT_NE(large.id_of(i), no_id);
  EXPECT_EQ(large.id_of(-1), no_id);
  TextDictionary texts(10);
  EXPECT_NE(texts.id_of({"123456", 6}), no_id);
  EXPECT_EQ(texts.id_of({"", 0}), no_id);
}

bool verdict(uint64_t distinct, uint64_t value_bytes) {
  test::Numbers numbers(9);
  FixedDictionary<int64_t> dictionary(1U << 20);
  std::vector<uint16_t> ids;
  for (int i = 0; i < 16'384; ++i) {
    ids.push_back(
        static_cast<uint16_t>(dictionary.id_of(static_cast<int64_t>(numbers.below(distinct)))));
  }
  return dictionary_pays({ids, ids.size() * value_bytes, dictionary.size(),
                          dictionary.size() * value_bytes, 1U << 20, false});
}

TEST(Dictionary, pays_for_few_values_and_not_for_many) {
  EXPECT_TRUE(verdict(5, 8));
  EXPECT_TRUE(verdict(2'500, 4));
  EXPECT_TRUE(verdict(6'190, 8));
  EXPECT_FALSE(verdict(1'000'000, 8));
  EXPECT_FALSE(verdict(uint64_t{1} << 40, 8));
}

}  // namespace
}  // namespace silversmith::parquet
