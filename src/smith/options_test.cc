// SPDX-License-Identifier: Apache-2.0
#include "smith/options.h"

#include <gtest/gtest.h>

namespace silversmith::smith {
namespace {

TEST(Options, flags_win_over_the_contract_which_wins_over_defaults) {
  EngineOptions options;
  options.dialect.delimiter = ';';
  contract::Contract contract;
  EXPECT_EQ(settle_dialect(options, nullptr)->delimiter, ';');
  contract.dialect.delimiter = "|";
  EXPECT_EQ(settle_dialect(options, &contract)->delimiter, '|');
  options.overrides.delimiter = "\t";
  EXPECT_EQ(settle_dialect(options, &contract)->delimiter, '\t');
}

TEST(Options, a_flag_s_codec_wins_over_the_contract_s_which_wins_over_the_file_s) {
  using parquet::Codec;
  EngineOptions options;
  contract::Contract contract;
  EXPECT_EQ(settle_codec(options, &contract), Codec::snappy);
  options.codec = Codec::uncompressed;  // of the configuration file
  EXPECT_EQ(settle_codec(options, nullptr), Codec::uncompressed);
  EXPECT_EQ(settle_codec(options, &contract), Codec::uncompressed);
  contract.compression = contract::Compression::zstd;
  EXPECT_EQ(settle_codec(options, &contract), Codec::zstd);
  options.codec_override = Codec::snappy;
  EXPECT_EQ(settle_codec(options, &contract), Codec::snappy);
  EXPECT_EQ(settle_codec(options, nullptr), Codec::snappy);
}

// Files of other bytes never share a name.
TEST(Options, the_identity_has_the_codec_whoever_chose_it) {
  using parquet::Codec;
  contract::Contract contract;
  contract.hash = "1";
  EngineOptions options;
  std::string plain = outcome_hash(options, &contract, csv::Dialect(), Format::included);
  options.codec_override = Codec::zstd;
  std::string chosen = outcome_hash(options, &contract, csv::Dialect(), Format::included);
  EXPECT_NE(chosen, plain);
  options.codec_override.reset();
  options.codec = Codec::zstd;
  EXPECT_EQ(outcome_hash(options, &contract, csv::Dialect(), Format::included), chosen);
  contract.compression = contract::Compression::zstd;
  std::string declared = outcome_hash(options, &contract, csv::Dialect(), Format::included);
  EXPECT_EQ(declared, plain) << "its hash, another one than before, says it";
  options.codec_override = Codec::zstd;
  EXPECT_EQ(outcome_hash(options, &contract, csv::Dialect(), Format::included), declared);
}

TEST(Options, an_escape_character_turns_doubled_quotes_off) {
  EngineOptions options;
  options.overrides.escape_char = "\\";
  EXPECT_FALSE(settle_dialect(options, nullptr)->double_quote);
}

TEST(Options, a_delimiter_of_two_bytes_is_not_supported_and_named) {
  EngineOptions options;
  options.overrides.delimiter = "||";
  auto dialect = settle_dialect(options, nullptr);
  ASSERT_FALSE(dialect.ok());
  EXPECT_EQ(dialect.error().code, Code::invalid);
  EXPECT_NE(dialect.error().message.find("delimiter"), std::string::npos);
  EXPECT_NE(dialect.error().message.find("not supported yet"), std::string::npos);
}

TEST(Options, limits_of_the_contract_reach_the_dialect) {
  EngineOptions options;
  contract::Contract contract;
  contract.policy.limits.record_bytes_max = 1000;
  EXPECT_EQ(settle_dialect(options, &contract)->record_bytes_max, 1000U);
}

TEST(Options, the_identity_changes_with_what_changes_the_outcome_and_nothing_else) {
  EngineOptions options;
  csv::Dialect dialect;
  std::string identity = outcome_hash(options, nullptr, dialect, Format::included);
  EXPECT_NE(outcome_hash(options, nullptr, dialect, Format::left_out), identity);
  options.threads = 7;
  options.memory_bytes_max = 1;
  options.chunk_bytes = 3;
  options.kernel = "scalar";
  EXPECT_EQ(outcome_hash(options, nullptr, dialect, Format::included), identity);
  dialect.delimiter = ';';
  EXPECT_NE(outcome_hash(options, nullptr, dialect, Format::included), identity);
  options.types = Types::text;
  EXPECT_NE(outcome_hash(options, nullptr, csv::Dialect(), Format::included), identity);
  contract::Contract contract;
  contract.hash = "1";
  EXPECT_NE(outcome_hash(EngineOptions(), &contract, csv::Dialect(), Format::included), identity);
}

}  // namespace
}  // namespace silversmith::smith
