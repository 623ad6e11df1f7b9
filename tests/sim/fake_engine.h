// SPDX-License-Identifier: Apache-2.0
// A tiny deterministic engine for the simulation: the object's text says how many rows are good
// and bad ("good=3 bad=1 #7 ....") or "refuse"; silver is a real Parquet file without rows, whose
// footer carries the account, so that lineage is read back by the product's own reader.
#pragma once

#include <memory>
#include <string>

#include "smith/converter.h"

namespace silversmith::sim {

// The contract in force, which changes while workers run; each worker knows some version of it.
struct ContractState {
  uint64_t newest = 1;
};

// Whether a process has its contracts in its package, so that only its successor knows newer ones.
enum class Contracts : uint8_t { in_the_lake, in_the_package };

class FakeConverters : public smith::Converters {
 public:
  // `contract` must outlive this.
  FakeConverters(const ContractState& contract, Contracts where)
      : contract_(contract), where_(where), known_(contract.newest) {}
  // A new process takes the place of the old one.
  void restart() { known_ = contract_.newest; }
  Result<std::unique_ptr<smith::Converter>> for_key(std::string_view key,
                                                    smith::Reread reread) override;

 private:
  const ContractState& contract_;
  Contracts where_;
  uint64_t known_;
};

// The digest that the engine gives to an object of that text.
std::string digest_of(const std::string& text);
bool is_refused(const std::string& text);
uint64_t bad_rows_of(const std::string& text);

}  // namespace silversmith::sim
