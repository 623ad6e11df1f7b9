// SPDX-License-Identifier: Apache-2.0
// Keys: bronze → silver, quarantine, receipts (docs/formats/names.md). The mapping is injective; a
// property test holds it. Names hold no clock, run id, host or thread count.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace silversmith::silver {

struct Prefixes {
  std::string bronze = "bronze/";
  std::string silver = "silver/";
  std::string quarantine = "quarantine/";
  std::string receipts = "receipts/";
  std::string contracts = "contracts/";
};

// Whether an event about `key` is ours: under the anchored bronze prefix, an accepted suffix (.csv
// .tsv .txt, each also .gz .zst, any case), no hidden segment.
bool accepts(const Prefixes& prefixes, std::string_view key);

// Whether a part of a key between slashes can be a file's name: not empty, "." or "..", without
// NUL, at most 255 bytes.
bool is_plain(std::string_view segment);

struct Names {
  std::string rel;     // silver name without prefix and .parquet
  std::string silver;  // whole key
  // Requires a generation.
  std::string quarantine_dir(std::string_view generation) const;  // ends in '/'
  std::string receipt(std::string_view generation) const;
  std::string quarantine_prefix, receipts_prefix;  // as in Prefixes
};

// Requires accepts(prefixes, key).
Names names_of(const Prefixes& prefixes, std::string_view key);

// "<16 hex of the source version>-<16 hex of the contract identity>" (docs/formats/names.md).
std::string generation_name(std::string_view source_version, std::string_view contract_identity);
// What the names of all generations of a source version begin with.
std::string generation_prefix(std::string_view source_version);

}  // namespace silversmith::silver
