// SPDX-License-Identifier: Apache-2.0
// A contract: what silver promises about one feed. Parsed from a Data Package v2 "Data Resource"
// descriptor (parse.h); plain data afterwards. Grammar: docs/formats/contract.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/pattern.h"

namespace silversmith::contract {

enum class FieldType : uint8_t { any, string, integer, number, boolean, date, time, datetime };
std::string_view name_of(FieldType type);

// What happens to a record or cell that breaks a rule.
enum class Action : uint8_t { quarantine, nullify, fail };
std::string_view name_of(Action action);

// A number's exact storage: decimal(precision, scale), 1 <= precision <= 38, scale <= precision.
struct Decimal {
  uint8_t precision = 0;
  uint8_t scale = 0;
  bool operator==(const Decimal&) const = default;
};

struct Field {
  std::string name;
  FieldType type = FieldType::any;
  std::string format = "default";  // as written; "default" is ISO
  std::optional<Pattern> pattern;  // compiled `format` of date, time, datetime
  bool required = false;           // constraints.required
  std::optional<std::vector<std::string>> missing_values;  // replaces the schema's
  std::vector<std::string> true_values = {"true", "True", "TRUE", "1"};
  std::vector<std::string> false_values = {"false", "False", "FALSE", "0"};
  std::optional<Decimal> decimal;       // "silver:physical": "decimal(18,2)"
  std::optional<Action> on_type_error;  // "silver:onTypeError"
  std::string title;                    // for people, and the column's comment in a catalog
  std::string description;
};

enum class FieldsMatch : uint8_t { exact, equal, subset, superset, partial };
enum class ExtraFields : uint8_t { keep, drop, fail };  // keep: kept and inferred
enum class MissingFields : uint8_t { fail, null };
enum class BlankLines : uint8_t { skip, quarantine };
enum class Compression : uint8_t { snappy, zstd };
inline constexpr Compression compression_default = Compression::snappy;
// Each as it stands in a descriptor.
std::string_view name_of(FieldsMatch match);
std::string_view name_of(ExtraFields extra);
std::string_view name_of(MissingFields missing);
std::string_view name_of(BlankLines blank);
std::string_view name_of(Compression compression);

struct Limits {
  std::optional<uint64_t> bad_rows_max;       // maxBadRows; null: none
  std::optional<double> bad_ratio_max = 0.5;  // maxBadRatio; null: none
  double bad_ratio_warn = 0.05;               // warnBadRatio
  uint64_t ratio_after_rows = 1000;           // ratioAfterRows
  uint64_t rows_min = 0;                      // minRows
  std::optional<uint64_t> record_bytes_max;   // maxRecordBytes
  std::optional<uint64_t> field_bytes_max;    // maxFieldBytes
};

struct Policy {
  Action structural = Action::quarantine;  // quarantine | fail
  Action required = Action::quarantine;    // quarantine | fail
  Action type = Action::quarantine;        // quarantine | nullify | fail
  ExtraFields extra_fields = ExtraFields::keep;
  MissingFields missing_fields = MissingFields::fail;
  BlankLines blank_lines = BlankLines::skip;
  Limits limits;
};

// The declared part of a dialect: what is absent keeps the reader's default. smith turns it into
// csv::Dialect; contract does not know csv.
struct DeclaredDialect {
  std::optional<std::string> delimiter, quote_char, escape_char, line_terminator, comment_char,
      null_sequence, header_join;
  std::optional<bool> double_quote, skip_initial_space, header;
  std::optional<std::vector<uint32_t>> header_rows;
};

// How a query engine is told which values a partition has ("silver:catalog", partitions[].type).
enum class PartitionType : uint8_t { date, integer, enumeration, injected };
std::string_view name_of(PartitionType type);

// Whether a partition's value is a date as its `format` writes it: digits where that has letters.
bool is_written_as(std::string_view value, std::string_view format);

// One part "name=value" of silver's keys below the table's location.
struct Partition {
  std::string name;
  PartitionType type = PartitionType::enumeration;
  std::string format;               // of a date: "yyyy-MM-dd"
  std::string range;                // of a date or integer: "2020-01-01,NOW", "0,23"
  std::vector<std::string> values;  // of an enum
};

// "silver:catalog": the table that silver's files are. Changes no outcome, so it is not hashed.
struct CatalogSettings {
  std::string table;     // "": follows from the contract's name
  std::string location;  // "silver/orders/", below the lake's root; "": follows from `match`
  std::vector<Partition> partitions;
};

struct Contract {
  std::string name;
  std::string title;
  std::string owner;
  uint64_t version = 1;            // monotonic among contracts of one name
  std::vector<std::string> match;  // globs, anchored at the lake root
  std::string encoding = "utf-8";
  DeclaredDialect dialect;
  FieldsMatch fields_match = FieldsMatch::exact;
  std::vector<std::string> missing_values = {""};
  std::vector<Field> fields;
  Policy policy;
  CatalogSettings catalog;
  std::optional<Compression> compression;  // absent: the options' own
  std::string hash;                        // SHA-256, 64 hex digits, of what changes outcomes
  std::string origin;                      // file it came from, for messages
};

}  // namespace silversmith::contract
