// SPDX-License-Identifier: Apache-2.0
// How the engine works and what it makes without a contract. Filled by apps; plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"
#include "contract/contract.h"
#include "csv/dialect.h"
#include "parquet/schema.h"

namespace silversmith::smith {

enum class Types : uint8_t {
  stable,  // inferred exactly over the whole file (frame/infer.h)
  text,    // every cell keeps its text
};

// What the engine writes to the silver sink.
enum class Target : uint8_t { parquet, csv, jsonl };

// What a source without a byte is. In a lake it is refused; convert makes an empty table of it
// where the schema is known, and an empty text.
enum class EmptySource : uint8_t { refuse, table };

struct EngineOptions {
  // Behaviour. These are the "effective options" that stand for a contract where there is none.
  // Precedence: flags and environment (`overrides`, `codec_override`) over what a contract says
  // over the configuration file and defaults (`dialect`, `codec`).
  csv::Dialect dialect;
  contract::DeclaredDialect overrides;
  Types types = Types::stable;  // of columns that no contract types
  Target target = Target::parquet;
  parquet::Codec codec = parquet::Codec::snappy;
  std::optional<parquet::Codec> codec_override;

  EmptySource empty_source = EmptySource::refuse;

  // Performance. None of these changes a byte.
  uint32_t threads = 0;  // workers; 0: one a core that this process may use
  uint64_t memory_bytes_max = uint64_t{256} << 20;  // of the process; fewer threads, then spilling
  uint32_t engines = 1;        // that --memory was divided among; memory_bytes_max is one's share
  uint64_t network_bytes = 0;  // the network's part of --memory, which went off first
  uint64_t memory_given_bytes = 0;  // --memory itself where memory_bytes_max is less; or 0
  std::string kernel;               // scan kernel by name; "" takes the best
  size_t chunk_bytes = limits::chunk_bytes;

  // Tests only: smaller spans make small files have many row groups. Part of the bytes.
  uint64_t span_bytes_min = limits::span_bytes_min;
};

// Writes what is declared over `dialect`. Fails with invalid when a value is not supported.
Result<> apply_dialect(const contract::DeclaredDialect& declared, csv::Dialect& dialect);

// The dialect that a file is read with; `contract` may be null.
// Fails with invalid when a declared value is not supported or contradicts another.
Result<csv::Dialect> settle_dialect(const EngineOptions& options,
                                    const contract::Contract* contract);

// The codec of silver's pages; `contract` may be null.
parquet::Codec settle_codec(const EngineOptions& options, const contract::Contract* contract);

// SHA-256 of what decides the outcome besides the source's bytes: the contract's hash
// (docs/decisions/0013-what-the-contract-hash-covers.md) or the effective options, the settled
// dialect, and the settled codec. With the format version it is the identity that names a
// generation; without it, it says whether the verdict on a refused file stands.
enum class Format : uint8_t { left_out, included };
std::string outcome_hash(const EngineOptions& options, const contract::Contract* contract,
                         const csv::Dialect& dialect, Format format);

}  // namespace silversmith::smith
