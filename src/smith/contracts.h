// SPDX-License-Identifier: Apache-2.0
// Which contract holds for a key (docs/formats/contract.md, `match`): one given file, or every
// contract of a lake's contracts folder by its match globs. Listing and texts are read again when
// they are older than a minute, or when asked. What can't be read or is wrong is a configuration
// error, never "no contract"; so are two contracts that match one key.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "contract/contract.h"
#include "smith/converter.h"
#include "smith/pipeline.h"
#include "store/store.h"

namespace silversmith::smith {

inline constexpr int64_t contracts_fresh_micros = 60'000'000;
inline constexpr uint64_t contract_bytes_max = uint64_t{1} << 20;  // of one descriptor

// Whether the key is a contract's in the folder `prefix`: right in it, and .yaml, .yml or .json.
bool is_contract(std::string_view key, std::string_view prefix);
// Why a file of that folder is not read as a contract though its name looks like one's: in a folder
// below, or with a suffix in capitals. Nothing of any other file. `where` is its name for people.
std::optional<std::string> passed_over(std::string_view key, std::string_view prefix,
                                       const std::string& where);

class Contracts : public Converters {
 public:
  // Contracts under `prefix` of `store`. `engine` makes the converters; its contract is set here.
  Contracts(store::Store& store, std::string prefix, PipelineSetup engine, Clock& clock);
  // Globs are anchored there: what stands before the lake in its keys, "" or "team-a/".
  void anchor_at(std::string lake_prefix) { anchor_ = std::move(lake_prefix); }
  // Is told of a file that looks like a contract and is not read as one, at each listing.
  void on_passed_over(std::function<void(const std::string& text)> tell) {
    on_passed_over_ = std::move(tell);
  }
  // The one given contract, for every key.
  Contracts(contract::Contract contract, PipelineSetup engine, Clock& clock);

  Result<std::unique_ptr<Converter>> for_key(std::string_view key, Reread reread) override;
  // Every contract, in the order of their keys. Fails as for_key.
  Result<std::vector<contract::Contract>> all(Reread reread);
  // The contract for a key, or nothing when none matches. Fails as for_key.
  Result<std::optional<contract::Contract>> find(std::string_view key, Reread reread);

 private:
  struct Held {
    std::string key;
    store::Tag tag;
    contract::Contract contract;
  };

  Result<> refresh(Reread reread);
  Result<> list(std::vector<std::string>& found);
  Result<Held> hold(const std::string& key);
  Error linked(const std::string& key) const;

  store::Store* store_ = nullptr;
  std::string prefix_;
  std::string anchor_;
  PipelineSetup engine_;
  Clock& clock_;
  std::optional<int64_t> read_at_;
  std::vector<Held> held_;
  bool given_ = false;
  std::function<void(const std::string& text)> on_passed_over_;
};

}  // namespace silversmith::smith
