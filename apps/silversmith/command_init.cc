// SPDX-License-Identifier: Apache-2.0
// silversmith init LAKE: folders, the example contract, a short README. What exists already is
// left as it is, so that init is safe to repeat.
#include <filesystem>
#include <string_view>

#include "aws.h"
#include "commands.h"
#include "files.h"

namespace silversmith::app {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view orders_contract =
    R"(# Orders: order_id and customer_id are required, amount is a number or null.
# Change it to your feed; check it with: silversmith contract lint FILE
name: orders
title: Orders, one row per order
type: table
schema:
  fieldsMatch: subset            # these must be there, by name; more may come
  fields:
    - {name: order_id, type: integer, constraints: {required: true}}
    - {name: customer_id, type: integer, constraints: {required: true}}
    - {name: amount, type: number, "silver:onTypeError": nullify}
"silver:contract": {version: 1, match: "bronze/orders/**"}
"silver:policy": {extraFields: keep}
)";

constexpr std::string_view readme =
    R"(# A silversmith lake

- bronze/      put CSV files here (.csv .tsv .txt, also .gz and .zst)
- silver/      one Parquet file for each, typed and clean
- quarantine/  records and files that broke their contract, with the reasons
- receipts/    what each run did: every row is counted once
- contracts/   what silver promises for which files

Convert what is here:        silversmith run .
Keep converting:             silversmith watch .
What happened:               silversmith runs ls . ; silversmith quarantine ls .
)";

Result<> make_folder(const fs::path& path) {
  std::error_code failed;
  fs::create_directories(path, failed);
  if (!failed) return {};
  return Error{Code::denied, "can't make " + path.string() + ": " + failed.message(), "", ""};
}

Result<bool> write_once(const fs::path& path, std::string_view text) {
  std::error_code ignored;
  if (fs::exists(path, ignored)) return false;
  auto file = SMITH_TRY(OutputFile::create(path.string()));
  SMITH_TRY(file->write(text));
  SMITH_TRY(file->keep());
  return true;
}

}  // namespace

Result<Exit> init_command(const Invocation& invocation, Console& console) {
  const std::string& root = invocation.operands.at(0);
  if (is_in_s3(root)) {
    return Error{Code::invalid, root + ": a bucket needs no folders",
                 "make the bucket with your tools, and put contracts under " + root + "/contracts/",
                 ""};
  }
  fs::path lake(root);
  std::error_code ignored;
  bool contracts_new = !fs::exists(lake / "contracts", ignored);
  for (const char* folder : {"bronze", "silver", "quarantine", "receipts", "contracts"}) {
    SMITH_TRY(make_folder(lake / folder));
  }
  // A lake whose owner has taken the example away does not get it back.
  if (contracts_new) SMITH_TRY(write_once(lake / "contracts" / "orders.yaml", orders_contract));
  SMITH_TRY(write_once(lake / "README.md", readme));
  console.note("lake " + root + " is ready: put CSV files under " + root +
               "/bronze, then: silversmith run " + root);
  return Exit::ok;
}

}  // namespace silversmith::app
