// SPDX-License-Identifier: Apache-2.0
#include "smith/options.h"

#include "base/hash.h"
#include "silver/account.h"

namespace silversmith::smith {

namespace {

std::string one_byte(char byte) { return byte == 0 ? std::string() : std::string(1, byte); }

Json dialect_json(const csv::Dialect& dialect) {
  Json rows = Json::array();
  for (uint32_t row : dialect.header_rows) rows.add(int64_t{row});
  Json json = Json::object();
  json.set("delimiter", one_byte(dialect.delimiter))
      .set("quoteChar", one_byte(dialect.quote))
      .set("escapeChar", one_byte(dialect.escape))
      .set("doubleQuote", dialect.double_quote)
      .set("skipInitialSpace", dialect.skip_initial_space)
      .set("lineEnd", static_cast<int>(dialect.line_end))
      .set("commentChar", dialect.comment)
      .set("nullSequence", dialect.null_sequence)
      .set("header", dialect.header)
      .set("headerRows", rows)
      .set("headerJoin", dialect.header_join)
      .set("maxRecordBytes", uint64_t{dialect.record_bytes_max})
      .set("maxFieldBytes", uint64_t{dialect.field_bytes_max});
  return json;
}

parquet::Codec codec_of(const contract::Contract& contract) {
  switch (contract.compression.value_or(contract::compression_default)) {
    case contract::Compression::snappy: return parquet::Codec::snappy;
    case contract::Compression::zstd: return parquet::Codec::zstd;
  }
  SMITH_CHECK(false, "unknown compression");
}

Error not_one_byte(std::string_view property, const std::string& value) {
  return {Code::invalid,
          "dialect." + std::string(property) + " is \"" + value +
              "\": a value of more than one byte is not supported yet",
          "use a single ASCII character", ""};
}

Result<> set_byte(std::string_view property, const std::optional<std::string>& value,
                  char& target) {
  if (!value.has_value()) return {};
  if (value->size() > 1) return not_one_byte(property, *value);
  target = value->empty() ? '\0' : value->front();
  return {};
}

}  // namespace

Result<> apply_dialect(const contract::DeclaredDialect& declared, csv::Dialect& dialect) {
  SMITH_TRY(set_byte("delimiter", declared.delimiter, dialect.delimiter));
  SMITH_TRY(set_byte("quoteChar", declared.quote_char, dialect.quote));
  SMITH_TRY(set_byte("escapeChar", declared.escape_char, dialect.escape));
  if (dialect.escape != 0) dialect.double_quote = false;
  if (declared.double_quote.has_value()) dialect.double_quote = *declared.double_quote;
  if (declared.skip_initial_space.has_value()) {
    dialect.skip_initial_space = *declared.skip_initial_space;
  }
  if (declared.header.has_value()) dialect.header = *declared.header;
  if (declared.header_rows.has_value()) dialect.header_rows = *declared.header_rows;
  if (declared.header_join.has_value()) dialect.header_join = *declared.header_join;
  if (declared.comment_char.has_value()) dialect.comment = *declared.comment_char;
  if (declared.null_sequence.has_value()) dialect.null_sequence = *declared.null_sequence;
  if (declared.line_terminator.has_value()) {
    // A declared CRLF or LF still reads both (Table Dialect: readers must accept LF).
    dialect.line_end =
        *declared.line_terminator == "\r" ? csv::LineEnd::any : csv::LineEnd::newline;
  }
  return {};
}

Result<csv::Dialect> settle_dialect(const EngineOptions& options,
                                    const contract::Contract* contract) {
  csv::Dialect dialect = options.dialect;
  if (contract != nullptr) {
    SMITH_TRY(apply_dialect(contract->dialect, dialect));
    const contract::Limits& bounds = contract->policy.limits;
    if (bounds.record_bytes_max.has_value()) dialect.record_bytes_max = *bounds.record_bytes_max;
    if (bounds.field_bytes_max.has_value()) dialect.field_bytes_max = *bounds.field_bytes_max;
  }
  SMITH_TRY(apply_dialect(options.overrides, dialect));
  SMITH_TRY(dialect.validate());
  if (dialect.escape != 0 && dialect.quote == 0) {
    return Error{Code::invalid, "dialect: an escapeChar without a quoteChar is not supported yet",
                 "it takes bytes literally inside quotes only", ""};
  }
  return dialect;
}

parquet::Codec settle_codec(const EngineOptions& options, const contract::Contract* contract) {
  if (options.codec_override.has_value()) return *options.codec_override;
  bool declared = contract != nullptr && contract->compression.has_value();
  return declared ? codec_of(*contract) : options.codec;
}

std::string outcome_hash(const EngineOptions& options, const contract::Contract* contract,
                         const csv::Dialect& dialect, Format format) {
  Json json = Json::object();
  parquet::Codec codec = settle_codec(options, contract);
  if (contract != nullptr) json.set("contract", contract->hash);
  // The hash of a contract covers its own codec, and one that says nothing counts as snappy there.
  if (contract == nullptr || codec != codec_of(*contract)) {
    json.set("codec", static_cast<int>(codec));
  }
  json.set("dialect", dialect_json(dialect)).set("types", static_cast<int>(options.types));
  if (format == Format::included) json.set("format", int64_t{silver::format_version});
  return sha256_hex(json.canonical());
}

}  // namespace silversmith::smith
