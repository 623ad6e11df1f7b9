// SPDX-License-Identifier: Apache-2.0
#include "silver/name.h"

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/text.h"

namespace silversmith::silver {

namespace {

constexpr std::string_view csv_suffix = ".csv";
constexpr std::string_view silver_suffix = ".parquet";
constexpr size_t generation_bytes = 33;
constexpr std::string_view longest_leaf = "/rejects.parquet";

bool has_data_suffix(std::string_view name) {
  for (std::string_view packed : {".gz", ".zst"}) {
    if (ends_with_ignoring_case(name, packed)) {
      name.remove_suffix(packed.size());
      break;
    }
  }
  for (std::string_view suffix : {".csv", ".tsv", ".txt"}) {
    if (ends_with_ignoring_case(name, suffix)) return true;
  }
  return false;
}

bool is_hidden(std::string_view segment) {
  return segment.starts_with('.') && segment != "." && segment != "..";
}

bool fits(const Prefixes& prefixes, const std::string& rel) {
  std::string silver = rel + std::string(silver_suffix);
  for (std::string_view segment : split(silver, '/')) {
    if (!is_plain(segment)) return false;
  }
  size_t longest = std::max(
      {prefixes.silver.size() + silver.size(),
       prefixes.quarantine.size() + rel.size() + 1 + generation_bytes + longest_leaf.size(),
       prefixes.receipts.size() + rel.size() + 1 + generation_bytes + 5});
  return longest <= limits::key_bytes_max;
}

// "orders/a.csv" → "orders/a". What ends in a data suffix after that keeps its whole name: so a
// relative name either has no data suffix (and its key had ".csv" behind it) or has one (and is
// its key), and two keys never meet.
std::string plain_rel(std::string_view rest) {
  if (rest.ends_with(csv_suffix)) {
    std::string_view stem = rest.substr(0, rest.size() - csv_suffix.size());
    if (!has_data_suffix(stem)) return std::string(stem);
  }
  return std::string(rest);
}

// No plain name ends in ".csv" unless another data suffix stands before it, so these can't meet
// any plain one.
std::string hashed_rel(std::string_view rest) { return "hashed/" + sha256_hex(rest) + ".csv"; }

std::string short_hex(std::string_view text) {
  bool is_hex = text.size() >= 32 && std::all_of(text.begin(), text.end(), [](char c) {
                  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                });
  return is_hex ? std::string(text.substr(0, 16)) : sha256_hex(text).substr(0, 16);
}

}  // namespace

bool is_plain(std::string_view segment) {
  return !segment.empty() && segment != "." && segment != ".." &&
         segment.find('\0') == std::string_view::npos &&
         segment.size() <= limits::key_segment_bytes_max;
}

bool accepts(const Prefixes& prefixes, std::string_view key) {
  if (!key.starts_with(prefixes.bronze)) return false;
  std::string_view rest = key.substr(prefixes.bronze.size());
  if (!has_data_suffix(rest)) return false;
  std::vector<std::string_view> segments = split(rest, '/');
  return std::none_of(segments.begin(), segments.end(), is_hidden);
}

std::string Names::quarantine_dir(std::string_view generation) const {
  return quarantine_prefix + rel + "/" + std::string(generation) + "/";
}

std::string Names::receipt(std::string_view generation) const {
  return receipts_prefix + rel + "/" + std::string(generation) + ".json";
}

Names names_of(const Prefixes& prefixes, std::string_view key) {
  SMITH_CHECK(accepts(prefixes, key), "not an object of bronze: " + std::string(key));
  std::string_view rest = key.substr(prefixes.bronze.size());
  Names names;
  names.rel = plain_rel(rest);
  if (!fits(prefixes, names.rel)) names.rel = hashed_rel(rest);
  names.silver = prefixes.silver + names.rel + std::string(silver_suffix);
  names.quarantine_prefix = prefixes.quarantine;
  names.receipts_prefix = prefixes.receipts;
  return names;
}

std::string generation_name(std::string_view source_version, std::string_view contract_identity) {
  return generation_prefix(source_version) + short_hex(contract_identity);
}

std::string generation_prefix(std::string_view source_version) {
  return short_hex(source_version) + "-";
}

}  // namespace silversmith::silver
