// SPDX-License-Identifier: Apache-2.0
// silversmith doctor [LAKE]: tries out what a lake's commits are built on and what a run needs, on
// scratch objects that it removes, and says what to mend. Without a lake: this machine alone.
#include "base/text.h"
#include "commands.h"
#include "contract/parse.h"
#include "doctor.h"
#include "files.h"
#include "silver/commit.h"
#include "smith/contracts.h"

namespace silversmith::app {

namespace {

// Of those that are looked at to find two contracts for one key.
constexpr size_t keys_max = 1000;

// Each by itself, so that all that is wrong is told.
size_t check_texts(store::Store& store, const std::string& prefix, Diagnosis& diagnosis) {
  size_t good = 0;
  std::string after;
  while (true) {
    Result<store::ListPage> page = store.list(prefix, after);
    if (!page.ok()) {
      diagnosis.add_error("contracts", store.where(prefix), page.error());
      return good;
    }
    for (const store::Listed& listed : page->objects) {
      if (auto why = smith::passed_over(listed.key, prefix, store.where(listed.key))) {
        diagnosis.add({"contracts", listed.key, Outcome::warning, *why, "move or rename it"});
      }
      if (!smith::is_contract(listed.key, prefix)) continue;
      Result<std::string> text = silver::read_small(store, listed.key, smith::contract_bytes_max);
      if (!text.ok()) {
        diagnosis.add_error("contracts", listed.key, text.error());
        continue;
      }
      Result<contract::Contract> parsed = contract::parse_contract(*text, store.where(listed.key));
      if (!parsed.ok()) diagnosis.add_error("contracts", listed.key, parsed.error());
      good += parsed.ok() ? 1 : 0;
    }
    if (!page->next.has_value()) return good;
    after = *page->next;
  }
}

// One page of bronze's keys: which contract would each take?
void check_matches(Lake& lake, smith::Contracts& contracts, Diagnosis& diagnosis) {
  Result<store::ListPage> page = lake.source().list(lake.prefixes().bronze, "");
  if (!page.ok()) return;  // told elsewhere
  size_t told = 0;
  for (const store::Listed& listed : page->objects) {
    if (!silver::accepts(lake.prefixes(), listed.key) || told++ == keys_max) continue;
    auto found = contracts.find(listed.key, smith::Reread::if_stale);
    if (found.ok()) continue;
    diagnosis.add_error("contracts", listed.key, found.error());
    return;
  }
}

struct Root {
  const std::string& uri;
  Role role;
};

// False when there is no use in asking on.
bool check_root(Lake& lake, const Root& root, const Settings& settings, Diagnosis& diagnosis) {
  if (is_in_s3(root.uri)) return check_bucket(lake, root.role, settings, diagnosis);
  check_folder(root.uri, root.role, diagnosis);
  return true;
}

void check_lake(const std::string& root, const Settings& settings, Diagnosis& diagnosis) {
  Result<std::unique_ptr<Lake>> lake = Lake::open(root, settings, nullptr);
  check_machine(settings, lake.ok() ? (*lake)->tmp_path() : "", diagnosis);
  if (!lake.ok()) return diagnosis.add_error("lake", root, lake.error());
  std::string silver = settings.text("silver");
  Role role = silver.empty() ? Role::all : Role::read;
  bool answers = check_root(**lake, {root, role}, settings, diagnosis);
  if (answers && !silver.empty()) {
    check_root(**lake, {silver, Role::write}, settings, diagnosis);
  }
  if (answers) check_contracts(**lake, settings, diagnosis);
}

}  // namespace

void check_contracts(Lake& lake, const Settings& settings, Diagnosis& diagnosis) {
  if (auto path = settings.given("contract")) {
    Result<contract::Contract> contract = read_contract(*path);
    if (!contract.ok()) return diagnosis.add_error("contracts", *path, contract.error());
    return diagnosis.add({"contracts", *path, Outcome::ok, "it can be read"});
  }
  std::unique_ptr<store::Store> own;
  store::Store* store = &lake.source();
  std::string prefix = lake.prefixes().contracts;
  if (auto root = settings.given("contracts")) {
    Result<std::unique_ptr<store::Store>> opened = lake.open_root(*root);
    if (!opened.ok()) return diagnosis.add_error("contracts", *root, opened.error());
    own = std::move(*opened);
    store = own.get();
    prefix.clear();
  }
  size_t before = diagnosis.checks().size();
  size_t good = check_texts(*store, prefix, diagnosis);
  if (diagnosis.checks().size() == before) {
    smith::Contracts contracts(*store, prefix, {}, system_clock());
    contracts.anchor_at(lake.key_prefix());
    check_matches(lake, contracts, diagnosis);
  }
  if (diagnosis.checks().size() > before) return;
  std::string found = good == 0 ? "there is none: types are inferred"
                                : std::to_string(good) + " can be read, no two match one key";
  diagnosis.add({"contracts", store->where(prefix), Outcome::ok, found});
}

Result<Exit> doctor_command(const Invocation& invocation, Console& console) {
  // A first signal waits until what was tried is removed again; a second one ends the program.
  smith::Progress progress;
  StopSignals signals(progress);
  Diagnosis diagnosis;
  std::string root = invocation.operands.empty() ? "" : invocation.operands.front();
  if (root.empty()) {
    check_machine(invocation.settings, "", diagnosis);
  } else {
    check_lake(root, invocation.settings, diagnosis);
  }
  if (console.json()) {
    console.result_json(diagnosis.json(root));
  } else if (!console.quiet() || !diagnosis.healthy()) {
    console.result(diagnosis.text(console));
  }
  if (signals.exit() != Exit::ok) return signals.exit();
  return diagnosis.healthy() ? Exit::ok : Exit::negative;
}

}  // namespace silversmith::app
