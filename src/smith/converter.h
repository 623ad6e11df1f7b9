// SPDX-License-Identifier: Apache-2.0
// The seam between the protocol (forge) and the engine (pipeline): one object's bytes become silver
// bytes, reject bytes and an Account. The engine knows nothing of stores, keys or commits.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/stream.h"
#include "parquet/file.h"
#include "silver/account.h"

namespace silversmith::smith {

// Where the engine puts its bytes. Each sink is asked for at most once, on first need; it lives
// until the outputs die. Nothing becomes visible through them.
class Outputs {
 public:
  virtual ~Outputs() = default;
  virtual Result<ByteSink*> silver() = 0;
  virtual Result<ByteSink*> rejects_csv() = 0;
  virtual Result<ByteSink*> rejects_parquet() = 0;
  // Called once, when everything but the footer is written and the account is complete but for
  // what only the caller knows (source_version, generation): the caller fills that in and returns
  // the key-value pairs for the footers of silver and rejects.
  virtual Result<parquet::KeyValues> seal(silver::Account& account) = 0;
};

// Under which terms an object is converted: a contract, or the options when there is none.
struct Terms {
  std::string contract;  // name; "" without a contract
  uint64_t version = 0;  // of the contract; 0 without one
  std::string identity;  // SHA-256 hex of what changes the bytes
  std::string hash;      // of the contract, or of the options without one: what people compare
  std::string outcome;   // the same without the format version: whether a verdict stands
  std::optional<double> bad_ratio_warn = {};  // from this share of bad records on the run warns
};

class Converter {
 public:
  virtual ~Converter() = default;
  virtual const Terms& terms() const = 0;
  // Converts one object. `again` opens the same bytes anew (inference reads twice). A file-level
  // data fault is no error: it is in account.faults, and nothing of the sinks may be published.
  // Fails with what a source or sink fails with; conflict when the object changed while read.
  // Requires nothing of `key` but that messages and contract matching use it.
  using OpenSource = std::function<Result<std::unique_ptr<ByteSource>>()>;
  virtual Result<silver::Account> convert(const std::string& key, const OpenSource& open,
                                          Outputs& outputs) = 0;
};

enum class Reread : uint8_t { if_stale, now };

// Finds the contract for a key and makes the converter that follows it. Used from one thread.
class Converters {
 public:
  virtual ~Converters() = default;
  // Fails with denied (contracts unreadable, two contracts match, a contract is wrong): a
  // configuration error with a hint, never "no contract".
  virtual Result<std::unique_ptr<Converter>> for_key(std::string_view key, Reread reread) = 0;
};

}  // namespace silversmith::smith
