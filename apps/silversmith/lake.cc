// SPDX-License-Identifier: Apache-2.0
#include "lake.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/text.h"
#include "files.h"
#include "silver/commit.h"
#include "silver/lineage.h"
#include "smith/intake.h"
#include "smith/memory.h"

namespace silversmith::app {

namespace {

constexpr uint64_t receipt_bytes_max = uint64_t{64} << 20;

Error linked(const std::string& path) {
  return {Code::invalid, path + " is a symbolic link, and links in a lake are not followed",
          "put the folder itself there (a bind mount will do)", ""};
}

Result<> check_bronze(const std::string& root) {
  std::string bronze = root + "/bronze";
  struct stat state {};
  bool exists = lstat(bronze.c_str(), &state) == 0;
  if (exists && S_ISDIR(state.st_mode)) return {};
  if (exists && S_ISLNK(state.st_mode)) return linked(bronze);
  return Error{Code::invalid, root + " is no lake: there is no folder " + bronze,
               "make one with: silversmith init " + root, ""};
}

Error below(const std::string& silver, const std::string& read) {
  return {Code::invalid, "--silver " + silver + " is below " + read,
          "give a root outside of what is read", ""};
}

// What we write must never be what we read.
Result<> check_apart(const std::string& root, const std::string& silver) {
  for (const std::string& read : {root + "/bronze", root + "/contracts"}) {
    std::error_code failed;
    std::string folder = std::filesystem::weakly_canonical(read, failed).string() + "/";
    std::string target = std::filesystem::weakly_canonical(silver, failed).string() + "/";
    if (!failed && target.starts_with(folder)) return below(silver, read);
  }
  return {};
}

// Keys of a bucket are told whole, so a lake below a prefix has it in its own prefixes; a folder is
// its own root.
Result<std::string> key_prefix_of(const std::string& root) {
  if (!is_in_s3(root)) return std::string();
  return SMITH_TRY(bucket_root(root)).prefix;
}

// Whether a file can have the key for its path, as docs/formats/names.md says.
bool has_a_path(std::string_view key) {
  auto segments = split(key, '/');
  return std::all_of(segments.begin(), segments.end(), silver::is_plain);
}

std::string without_prefix(const std::string& root) {
  if (!is_in_s3(root)) return root;
  return root.substr(0, root.find('/', std::string_view("s3://").size()));
}

}  // namespace

Result<silver::Prefixes> lake_prefixes(const std::string& root, const std::string& silver) {
  std::string read = SMITH_TRY(key_prefix_of(root));
  std::string written = silver.empty() ? read : SMITH_TRY(key_prefix_of(silver));
  silver::Prefixes prefixes;
  prefixes.bronze.insert(0, read);
  prefixes.contracts.insert(0, read);
  prefixes.silver.insert(0, written);
  prefixes.quarantine.insert(0, written);
  prefixes.receipts.insert(0, written);
  if (silver.empty() || !is_in_s3(root) || !is_in_s3(silver)) return prefixes;
  // What we write must never be what we read.
  bool one_bucket = SMITH_TRY(bucket_root(root)).bucket == SMITH_TRY(bucket_root(silver)).bucket;
  for (const std::string& source : {prefixes.bronze, prefixes.contracts}) {
    if (one_bucket && prefixes.silver.starts_with(source)) {
      return below(silver, without_prefix(root) + "/" + source);
    }
  }
  return prefixes;
}

Result<std::unique_ptr<Lake>> Lake::open(const std::string& root, const Settings& settings,
                                         const std::atomic<bool>* stop, uint32_t readers) {
  std::string silver = settings.text("silver");
  bool apart = !silver.empty();
  if (!is_in_s3(root)) SMITH_TRY(check_bronze(root));
  if (apart && !is_in_s3(root) && !is_in_s3(silver)) SMITH_TRY(check_apart(root, silver));
  auto lake = std::make_unique<Lake>(root);
  const std::string& written = apart ? silver : root;
  // Working state stands with what is written; a bucket needs none.
  lake->state_root_ = is_in_s3(written) ? "" : written;
  std::string scratch = scratch_folder();
  lake->tmp_path_ = is_in_s3(written) ? scratch : written + "/.silversmith/tmp";
  if (is_in_s3(root) || is_in_s3(silver) || is_in_s3(settings.text("contracts"))) {
    smith::EngineOptions engine = SMITH_TRY(engine_options(settings));
    lake->network_bytes_ =
        std::min(smith::network_bytes_of(engine.memory_bytes_max), engine.memory_bytes_max);
    lake->cloud_ = std::make_unique<Cloud>(Cloud::Setup{
        aws_settings(settings, &variable),
        lake->network_bytes_ - std::min(lake->network_bytes_, smith::network_libraries_bytes),
        readers, scratch, stop});
  }
  lake->key_prefix_ = SMITH_TRY(key_prefix_of(root));
  lake->prefixes_ = SMITH_TRY(lake_prefixes(root, silver));
  if (apart) lake->silver_ = SMITH_TRY(lake->open_root(without_prefix(silver)));
  lake->source_ = SMITH_TRY(lake->open_root(without_prefix(root)));
  return lake;
}

Result<> Lake::check_written() const {
  if (state_root_.empty()) return {};
  for (const char* name : {"silver", "quarantine", "receipts"}) {
    std::string path = state_root_ + "/" + name;
    struct stat state {};
    if (lstat(path.c_str(), &state) == 0 && S_ISLNK(state.st_mode)) return linked(path);
  }
  return {};
}

Result<std::unique_ptr<store::Store>> Lake::open_root(const std::string& root) {
  if (is_in_s3(root)) return cloud_->store(root);
  // State beside the lake's own, so that nothing is made in a folder that is only read.
  std::unique_ptr<store::LocalStore> folder =
      SMITH_TRY(store::LocalStore::open(ops_, {.root = root, .state_root = state_root_}));
  if (root == state_root_) working_ = folder.get();
  std::unique_ptr<store::Store> opened = std::move(folder);
  return opened;
}

Result<std::string> Lake::source_key(const std::string& typed) const {
  std::string key = typed;
  std::string in_lake = prefixes_.bronze.substr(key_prefix_.size());
  if (!typed.starts_with(prefixes_.bronze)) {
    key = typed.starts_with(in_lake) ? key_prefix_ + typed : prefixes_.bronze + typed;
  }
  bool accepted = silver::accepts(prefixes_, key);
  if (accepted && (!is_folder() || has_a_path(key))) return key;
  if (accepted) {
    return Error{Code::invalid,
                 show(typed) +
                     " can be no file of a folder: found an empty, . or .. segment, or "
                     "one of more than 255 bytes",
                 "only a bucket holds such keys; in a folder give a path below it, such as "
                 "bronze/orders/a.csv",
                 ""};
  }
  return Error{Code::invalid, show(typed) + " is no key of a source object",
               "give one such as bronze/orders/a.csv; .csv .tsv .txt, each also .gz .zst", ""};
}

Cloud& Lake::cloud(const Settings& settings) {
  if (cloud_ == nullptr) {
    cloud_ = std::make_unique<Cloud>(Cloud::Setup{.aws = aws_settings(settings, &variable)});
  }
  return *cloud_;
}

void Lake::make_tmp() {
  if (working_ == nullptr) return;
  auto made = working_->make_tmp();
  static_cast<void>(made);
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

namespace {

// Whether bronze still holds what was refused, and silver has not come by it since.
Result<bool> refusal_stands(Lake& lake, const silver::Account& account, const silver::Held& held) {
  if (held.lineage.has_value() && held.lineage->made_from(account.source_version)) return false;
  auto intake = smith::Intake::open(lake.source(), account.key);
  if (!intake && intake.error().code == Code::missing) return false;
  if (!intake) return std::move(intake).error();
  return SMITH_TRY(intake->version()) == account.source_version;
}

Result<Run> read_run(Lake& lake, const std::string& receipt_key) {
  Run run;
  run.receipt_key = receipt_key;
  std::string text = SMITH_TRY(silver::read_small(lake.target(), receipt_key, receipt_bytes_max));
  run.receipt = SMITH_TRY(silver::parse_receipt(text));
  const silver::Account& account = run.receipt.account;
  if (!silver::accepts(lake.prefixes(), account.key)) {
    return Error{Code::corrupt, "it names no object of bronze: " + show(account.key), "", ""};
  }
  silver::Names names = silver::names_of(lake.prefixes(), account.key);
  silver::Held held = SMITH_TRY(silver::glance(lake.target(), names.silver, account.key));
  run.current = held.lineage.has_value() && held.lineage->generation == account.generation;
  if (!account.refused()) return run;
  Result<bool> stands = refusal_stands(lake, account, held);
  run.current = !stands || *stands;
  if (!stands) run.doubt = std::move(stands).error();
  return run;
}

}  // namespace

Result<Runs> read_runs(Lake& lake, const std::string& key) {
  const silver::Prefixes& prefixes = lake.prefixes();
  std::string wanted;
  if (!key.empty()) wanted = SMITH_TRY(lake.source_key(key));
  std::string prefix = prefixes.receipts;
  if (!wanted.empty()) prefix += silver::names_of(prefixes, wanted).rel + "/";
  store::ListPage listing = SMITH_TRY(lake.list_all(lake.target(), prefix));
  Runs found;
  found.unreadable = std::move(listing.unreadable);
  for (const store::Listed& listed : listing.objects) {
    if (!listed.key.ends_with(".json")) continue;
    Result<Run> run = read_run(lake, listed.key);
    if (!run) {
      found.unreadable.push_back(std::move(run).error().in(lake.target().where(listed.key)));
    } else if (wanted.empty() || run->receipt.account.key == wanted) {
      if (run->doubt.has_value()) found.unreadable.push_back(*run->doubt);
      found.runs.push_back(std::move(*run));
    }
  }
  return found;
}

}  // namespace silversmith::app
