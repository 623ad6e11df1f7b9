// SPDX-License-Identifier: Apache-2.0
#include "lake.h"

#include <sys/stat.h>

#include <set>

#include "base/text.h"
#include "silver/commit.h"
#include "silver/lineage.h"

namespace silversmith::app {

namespace {

constexpr uint64_t receipt_bytes_max = uint64_t{64} << 20;

bool is_directory(const std::string& path) {
  struct stat state {};
  return stat(path.c_str(), &state) == 0 && S_ISDIR(state.st_mode);
}

Error not_yet(const std::string& root) {
  return {Code::invalid, root + ": lakes in S3 are not supported yet", "use a folder", ""};
}

}  // namespace

Result<std::unique_ptr<Lake>> Lake::open(const std::string& root, const Settings& settings) {
  std::string silver = settings.text("silver");
  if (root.starts_with("s3://")) return not_yet(root);
  if (silver.starts_with("s3://")) return not_yet(silver);
  if (!is_directory(root + "/bronze")) {
    return Error{Code::invalid, root + " is no lake: there is no folder " + root + "/bronze",
                 "make one with: silversmith init " + root, ""};
  }
  auto lake = std::make_unique<Lake>(root);
  lake->state_root_ = silver.empty() ? root : silver;
  if (!silver.empty()) {
    lake->silver_ =
        SMITH_TRY(store::LocalStore::open(lake->ops_, {.root = silver, .state_root = silver}));
  }
  lake->source_ =
      SMITH_TRY(store::LocalStore::open(lake->ops_, {.root = root, .state_root = silver}));
  return lake;
}

Result<store::ListPage> Lake::list_all(store::Store& from, const std::string& prefix) {
  store::ListPage all;
  std::string after;
  std::set<std::string> told;  // every page's walk meets the same folders
  while (true) {
    store::ListPage page = SMITH_TRY(from.list(prefix, after));
    all.objects.insert(all.objects.end(), page.objects.begin(), page.objects.end());
    for (Error& error : page.unreadable) {
      if (told.insert(error.message).second) all.unreadable.push_back(std::move(error));
    }
    if (!page.next.has_value()) return all;
    after = *page.next;
  }
}

Result<std::vector<Run>> read_runs(Lake& lake, const std::string& key) {
  const silver::Prefixes& prefixes = lake.prefixes();
  std::string wanted =
      key.empty() || key.starts_with(prefixes.bronze) ? key : prefixes.bronze + key;
  if (!wanted.empty() && !silver::accepts(prefixes, wanted)) {
    return Error{Code::invalid, show(key) + " is no key of a source object",
                 "give one such as bronze/orders/a.csv", ""};
  }
  std::string prefix = prefixes.receipts;
  if (!wanted.empty()) prefix += silver::names_of(prefixes, wanted).rel + "/";
  std::vector<Run> runs;
  store::ListPage listing = SMITH_TRY(lake.list_all(lake.target(), prefix));
  // A history with gaps would mislead.
  if (!listing.unreadable.empty()) return listing.unreadable.front();
  for (const store::Listed& listed : listing.objects) {
    if (!listed.key.ends_with(".json")) continue;
    Run run;
    run.receipt_key = listed.key;
    std::string text = SMITH_TRY(silver::read_small(lake.target(), listed.key, receipt_bytes_max));
    run.receipt = SMITH_TRY(silver::parse_receipt(text).in(lake.target().where(listed.key)));
    const std::string& source_key = run.receipt.account.key;
    if (!wanted.empty() && source_key != wanted) continue;
    silver::Names names = silver::names_of(prefixes, source_key);
    silver::Held held = SMITH_TRY(silver::look(lake.target(), names.silver, source_key));
    run.current =
        held.lineage.has_value() && held.lineage->generation == run.receipt.account.generation;
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace silversmith::app
