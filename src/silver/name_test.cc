// SPDX-License-Identifier: Apache-2.0
#include "silver/name.h"

#include <gtest/gtest.h>

#include <map>

#include "base/hash.h"

namespace silversmith::silver {
namespace {

const Prefixes prefixes;

std::string rel(const std::string& rest) { return names_of(prefixes, "bronze/" + rest).rel; }

TEST(Name, strips_csv_once_and_keeps_every_other_name_whole) {
  EXPECT_EQ(rel("a.csv"), "a");
  EXPECT_EQ(rel("x/bronze/a.csv"), "x/bronze/a");
  EXPECT_EQ(rel("a.csv.bak.csv"), "a.csv.bak");
  EXPECT_EQ(rel("a.csv.gz"), "a.csv.gz");
  EXPECT_EQ(rel("a.CSV"), "a.CSV");
  EXPECT_EQ(rel("a.csv.gz.csv"), "a.csv.gz.csv");
  EXPECT_EQ(rel("a.Txt.ZST.csv"), "a.Txt.ZST.csv");
  EXPECT_EQ(rel("a.tsv"), "a.tsv");
  Names names = names_of(prefixes, "bronze/orders/a.csv");
  EXPECT_EQ(names.silver, "silver/orders/a.parquet");
  EXPECT_EQ(names.quarantine_dir("g"), "quarantine/orders/a/g/");
  EXPECT_EQ(names.receipt("g"), "receipts/orders/a/g.json");
}

TEST(Name, accepts_data_suffixes_under_bronze_only) {
  for (const char* key :
       {"bronze/a.csv", "bronze/x/a.TSV", "bronze/a.txt.gz", "bronze/a.Csv.Zst"}) {
    EXPECT_TRUE(accepts(prefixes, key)) << key;
  }
  for (const char* key : {"bronze/a", "bronze/a.gz", "bronze/a.parquet", "silver/a.csv", "a.csv",
                          "x/bronze/a.csv", "bronze/.a.csv", "bronze/.x/a.csv", "bronze/.csv",
                          "bronze/a.csv/", "bronze/a.csv.gz.gz", "bronze/a.csv.tmp"}) {
    EXPECT_FALSE(accepts(prefixes, key)) << key;
  }
}

TEST(Name, hashes_keys_that_no_path_can_hold) {
  for (const std::string& rest :
       {std::string("a//b.csv"), std::string("../a.csv"), std::string("x/./a.csv"),
        std::string("/a.csv"), std::string(249, 'n') + ".csv", std::string(300, 'd') + "/a.csv",
        std::string(500, 'a') + "/x.csv"}) {
    EXPECT_EQ(rel(rest), "hashed/" + sha256_hex(rest) + ".csv") << rest;
  }
  EXPECT_EQ(rel(std::string(247, 'n') + ".csv"), std::string(247, 'n'));
}

// Every key over a small alphabet of trouble, all lengths up to six pieces: no two meet.
TEST(Name, never_maps_two_keys_to_one_name) {
  const std::vector<std::string> pieces = {"a",        ".csv", ".gz",    ".CSV",
                                           ".tsv.zst", "/",    "hashed", "."};
  std::map<std::string, std::string> key_of;
  size_t accepted = 0;
  for (size_t number = 0; number < 8UL * 8 * 8 * 8 * 8 * 8; number++) {
    std::string rest;
    for (size_t rest_number = number; rest_number > 0; rest_number /= 8) {
      rest += pieces[rest_number % 8];
    }
    if (!accepts(prefixes, "bronze/" + rest)) continue;
    accepted++;
    auto [place, added] = key_of.emplace(rel(rest), rest);
    if (!added) {
      EXPECT_EQ(place->second, rest);
    }
  }
  EXPECT_GT(accepted, 10'000U);
  // The hashed form's own range is out of reach for plain names.
  std::string hashed = "hashed/" + sha256_hex("a//b.csv") + ".csv";
  EXPECT_EQ(rel("a//b.csv"), hashed);
  EXPECT_EQ(rel(hashed) + ".csv", hashed);
}

TEST(Name, keeps_every_derived_key_within_bounds) {
  for (size_t size = 900; size < 1024; size++) {
    std::string rest;
    while (rest.size() + 100 < size) rest += std::string(99, 'd') + "/";
    rest += std::string(size - rest.size(), 'f') + ".csv";
    Names names = names_of(prefixes, "bronze/" + rest);
    std::string generation(33, 'g');
    EXPECT_LE((names.quarantine_dir(generation) + "rejects.parquet").size(), 1024U);
    EXPECT_LE(names.silver.size(), 1024U);
    EXPECT_LE(names.receipt(generation).size(), 1024U);
  }
}

TEST(Name, writes_a_generation_from_source_version_and_contract) {
  std::string version = "0123456789abcdef0123456789abcdef";
  EXPECT_EQ(generation_name(version, std::string(64, 'c')), "0123456789abcdef-cccccccccccccccc");
  EXPECT_EQ(generation_name("\"etag\"-12", "x").size(), 33U);
  EXPECT_NE(generation_name("\"etag\"-12", "x"), generation_name("\"etag\"-13", "x"));
}

}  // namespace
}  // namespace silversmith::silver
