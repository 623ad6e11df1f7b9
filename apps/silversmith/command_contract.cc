// SPDX-License-Identifier: Apache-2.0
// silversmith contract lint|show FILE
#include <charconv>

#include "base/text.h"
#include "commands.h"
#include "contract/parse.h"
#include "files.h"
#include "smith/contracts.h"
#include "smith/options.h"

namespace silversmith::app {

namespace {

// "LINE:COLUMN: what" behind the file's name; what has no place in the file is told without one.
Json finding_json(std::string_view line, const std::string& path) {
  std::string_view rest = line;
  if (rest.starts_with(path + ":")) rest.remove_prefix(path.size() + 1);
  uint32_t place[2] = {};
  std::string_view what = rest;
  for (uint32_t& number : place) {
    auto [end, wrong] = std::from_chars(what.data(), what.data() + what.size(), number);
    size_t used = static_cast<size_t>(end - what.data());
    if (wrong != std::errc() || used == what.size() || *end != ':') {
      return Json::object().set("line", Json()).set("column", Json()).set("message", trim(rest));
    }
    what.remove_prefix(used + 1);
  }
  return Json::object()
      .set("line", uint64_t{place[0]})
      .set("column", uint64_t{place[1]})
      .set("message", trim(what));
}

// docs/formats/contract.md, "contract lint".
Json lint_json(const std::string& path, const Result<contract::Contract>& contract) {
  Json json = Json::object();
  json.set("schema", "silversmith.lint/1").set("file", path).set("valid", contract.ok());
  Json findings = Json::array();
  if (contract) {
    json.set("name", contract->name).set("version", contract->version).set("hash", contract->hash);
  } else {
    json.set("message", contract.error().message);
    for (std::string_view line : split(contract.error().message, '\n')) {
      findings.add(finding_json(line, path));
    }
  }
  return json.set("findings", std::move(findings));
}

}  // namespace

Result<Exit> contract_command(const Invocation& invocation, Console& console) {
  const std::string& path = invocation.operands.at(0);
  std::string text = SMITH_TRY(read_whole_file(path, smith::contract_bytes_max));
  auto contract = contract::parse_contract(text, path);
  if (contract) {
    auto dialect = smith::settle_dialect(smith::EngineOptions(), &*contract);
    if (!dialect) contract = std::move(dialect).error().in(path);
  }
  bool lint = invocation.command == "contract lint";
  if (!contract && !lint) return std::move(contract).error();
  if (!lint) {
    Json json = contract::effective_json(*contract);
    console.result(console.json() ? json.dump() : json.pretty());
    return Exit::ok;
  }
  if (console.json()) {
    console.result_json(lint_json(path, contract));
  } else if (!contract) {
    console.error(contract.error());
  } else {
    console.result(path + ": contract " + contract->name + " version " +
                   std::to_string(contract->version) + " is valid, hash " + contract->hash);
  }
  return contract ? Exit::ok : Exit::negative;
}

}  // namespace silversmith::app
