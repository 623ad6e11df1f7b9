// SPDX-License-Identifier: Apache-2.0
// silversmith contract lint|show FILE
#include "commands.h"
#include "contract/parse.h"
#include "files.h"
#include "smith/contracts.h"
#include "smith/options.h"

namespace silversmith::app {

Result<Exit> contract_command(const Invocation& invocation, Console& console) {
  const std::string& path = invocation.operands.at(0);
  std::string text = SMITH_TRY(read_whole_file(path, smith::contract_bytes_max));
  auto contract = contract::parse_contract(text, path);
  if (contract) {
    auto dialect = smith::settle_dialect(smith::EngineOptions(), &*contract);
    if (!dialect) contract = std::move(dialect).error().in(path);
  }
  bool lint = invocation.command == "contract lint";
  if (!contract && lint) {
    if (console.json()) {
      Json json = Json::object();
      json.set("valid", false).set("message", contract.error().message);
      console.result_json(json);
    } else {
      console.error(contract.error());
    }
    return Exit::negative;
  }
  if (!contract) return std::move(contract).error();
  if (!lint) {
    Json json = contract::effective_json(*contract);
    console.result(console.json() ? json.dump() : json.pretty());
    return Exit::ok;
  }
  if (console.json()) {
    Json json = Json::object();
    json.set("valid", true).set("name", contract->name).set("hash", contract->hash);
    console.result_json(json);
  } else {
    console.result(path + ": contract " + contract->name + " version " +
                   std::to_string(contract->version) + " is valid, hash " + contract->hash);
  }
  return Exit::ok;
}

}  // namespace silversmith::app
