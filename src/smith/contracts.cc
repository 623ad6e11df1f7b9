// SPDX-License-Identifier: Apache-2.0
#include "smith/contracts.h"

#include <algorithm>

#include "base/text.h"
#include "contract/glob.h"
#include "contract/parse.h"

namespace silversmith::smith {

namespace {

// Whatever goes wrong with contracts is for an operator to mend: objects wait meanwhile.
Error configuration(Error error, std::string_view where) {
  Error mapped = std::move(error).in("contract " + std::string(where));
  if (mapped.code != Code::busy && mapped.code != Code::stopped) mapped.code = Code::denied;
  bool passes = mapped.code == Code::busy || mapped.code == Code::stopped;
  if (mapped.hint.empty() && !passes) mapped.hint = "see `silversmith contract lint`";
  return mapped;
}

Result<std::string> read_all(store::Object& object, std::string_view where) {
  if (object.size() > contract_bytes_max) {
    return Error{Code::invalid,
                 std::string(where) + " has " + human_bytes(object.size()) + ", wanted at most " +
                     human_bytes(contract_bytes_max),
                 "is this really a contract?", ""};
  }
  std::string text(object.size(), '\0');
  SMITH_TRY(object.read_at(0, text));
  return text;
}

}  // namespace

// Folders below hold what people keep beside their contracts.
bool is_contract(std::string_view key, std::string_view prefix) {
  bool named = key.ends_with(".yaml") || key.ends_with(".yml") || key.ends_with(".json");
  return named && key.starts_with(prefix) && key.find('/', prefix.size()) == std::string_view::npos;
}

std::optional<std::string> passed_over(std::string_view key, std::string_view prefix,
                                       const std::string& where) {
  if (!key.starts_with(prefix) || is_contract(key, prefix)) return std::nullopt;
  bool looks = ends_with_ignoring_case(key, ".yaml") || ends_with_ignoring_case(key, ".yml") ||
               ends_with_ignoring_case(key, ".json");
  if (!looks) return std::nullopt;
  return where +
         " is not read as a contract: these are the files right in the contracts folder whose "
         "names end in .yaml, .yml or .json, in small letters";
}

Contracts::Contracts(store::Store& store, std::string prefix, PipelineSetup engine, Clock& clock)
    : store_(&store), prefix_(std::move(prefix)), engine_(std::move(engine)), clock_(clock) {}

Contracts::Contracts(contract::Contract contract, PipelineSetup engine, Clock& clock)
    : engine_(std::move(engine)), clock_(clock), given_(true) {
  held_.push_back({"", {}, std::move(contract)});
}

// The contract under `key`, parsed again only when its tag is another than before.
Result<Contracts::Held> Contracts::hold(const std::string& key) {
  std::string where = store_->where(key);
  auto object = store_->open(key);
  if (!object) {
    Error error = std::move(object).error();
    // It was listed a moment ago: whoever changes contracts is at work, so look again.
    if (error.code == Code::missing) error.code = Code::busy;
    return configuration(std::move(error), where);
  }
  const store::Tag& tag = (*object)->head().tag;
  auto known = std::find_if(held_.begin(), held_.end(),
                            [&](const Held& h) { return h.key == key && h.tag == tag; });
  if (known != held_.end()) return *known;
  auto text = read_all(**object, where);
  if (!text) return configuration(std::move(text).error(), where);
  auto parsed = contract::parse_contract(*text, where);
  if (!parsed) return configuration(std::move(parsed).error(), where);
  return Held{key, tag, std::move(*parsed)};
}

// A contract that we would pass over in silence is worse than one that is wrong.
Error Contracts::linked(const std::string& key) const {
  return {Code::denied,
          "contract " + store_->where(key) + ": found a symbolic link or a device, wanted a file",
          "put the file itself there, or name its folder with --contracts", "configuration-error"};
}

Result<> Contracts::refresh(Reread reread) {
  if (given_) return {};
  int64_t now = clock_.steady_micros();
  bool fresh = read_at_.has_value() && now - *read_at_ < contracts_fresh_micros;
  if (fresh && reread == Reread::if_stale) return {};
  std::vector<std::string> found;
  SMITH_TRY(list(found));
  std::vector<Held> held;
  for (const std::string& key : found) held.push_back(SMITH_TRY(hold(key)));
  held_ = std::move(held);
  read_at_ = now;
  return {};
}

// The keys of all contracts.
Result<> Contracts::list(std::vector<std::string>& found) {
  std::string after;
  while (true) {
    auto page = store_->list(prefix_, after);
    if (!page) return configuration(std::move(page).error(), store_->where(prefix_));
    for (const std::string& key : page->passed_over) {
      if (is_contract(key, prefix_) || prefix_.starts_with(key)) return linked(key);
    }
    if (!page->unreadable.empty()) return configuration(page->unreadable.front(), "folder");
    for (const store::Listed& listed : page->objects) {
      if (is_contract(listed.key, prefix_)) found.push_back(listed.key);
      auto why = passed_over(listed.key, prefix_, store_->where(listed.key));
      if (why.has_value() && on_passed_over_) on_passed_over_(*why);
    }
    if (!page->next.has_value()) return {};
    after = *page->next;
  }
}

Result<std::vector<contract::Contract>> Contracts::all(Reread reread) {
  SMITH_TRY(refresh(reread));
  std::vector<contract::Contract> contracts;
  for (const Held& held : held_) contracts.push_back(held.contract);
  return contracts;
}

Result<std::optional<contract::Contract>> Contracts::find(std::string_view key, Reread reread) {
  SMITH_TRY(refresh(reread));
  if (given_) return std::optional(held_.front().contract);
  std::string_view in_lake = key;
  if (in_lake.starts_with(anchor_)) in_lake.remove_prefix(anchor_.size());
  const Held* found = nullptr;
  for (const Held& held : held_) {
    const std::vector<std::string>& globs = held.contract.match;
    bool matches = std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
      return contract::glob_matches(glob, in_lake);
    });
    if (!matches) continue;
    if (found != nullptr) {
      return Error{Code::denied,
                   "two contracts match " + std::string(key) + ": " + store_->where(found->key) +
                       " and " + store_->where(held.key),
                   "narrow one of their silver:contract.match globs", ""};
    }
    found = &held;
  }
  if (found == nullptr) return std::optional<contract::Contract>();
  return std::optional(found->contract);
}

Result<std::unique_ptr<Converter>> Contracts::for_key(std::string_view key, Reread reread) {
  PipelineSetup setup = engine_;
  setup.contract = SMITH_TRY(find(key, reread));
  std::string origin = setup.contract.has_value() ? setup.contract->origin : "options";
  auto pipeline = make_pipeline(std::move(setup));
  if (!pipeline) return configuration(std::move(pipeline).error(), origin);
  return pipeline;
}

}  // namespace silversmith::smith
