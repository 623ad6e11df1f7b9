// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <unistd.h>

#include <filesystem>

#include "files.h"
#include "smith/memory.h"
#include "summary.h"

namespace silversmith::app {

namespace {

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? std::string(name) : std::string();
}

// Unique enough to tell runs apart in logs; nothing is decided by it.
std::string make_run_id(Clock& clock) {
  std::string when = rfc3339(clock.wall_micros());
  std::erase_if(when, [](char c) { return c == '-' || c == ':' || c == '.'; });
  return when + "-" + std::to_string(getpid());
}

// Contracts that came with the function's code.
std::optional<std::string> contracts_of_function() {
  std::string root = variable("LAMBDA_TASK_ROOT");
  if (root.empty()) return std::nullopt;
  std::string folder = root + "/contracts";
  std::error_code failed;
  if (!std::filesystem::is_directory(folder, failed)) return std::nullopt;
  return folder;
}

}  // namespace

Result<std::unique_ptr<Session>> Session::open(const std::string& root, const Settings& settings,
                                               Console& console, smith::Progress& progress) {
  auto session = std::make_unique<Session>(console);
  session->progress_ = &progress;
  smith::PipelineSetup engine;
  engine.options = SMITH_TRY(engine_options(settings));
  session->lake_ = SMITH_TRY(Lake::open(root, settings, &progress.stop));
  Lake& lake = *session->lake_;
  engine.options.memory_bytes_max -= lake.network_bytes();
  session->spools_ = std::make_unique<store::BudgetSpools>(
      smith::spool_bytes_max(engine.options), lake.tmp_path(), [&lake] { lake.make_tmp(); });
  engine.spools = session->spools_.get();
  engine.progress = &progress;
  SMITH_TRY(session->find_contracts(settings, std::move(engine)));
  smith::ForgeOptions& options = session->forge_options_;
  options.reprocess = settings.flag("reprocess");
  options.force = settings.flag("force");
  options.adopt = settings.flag("adopt");
  options.skip_known_rejects = true;
  options.run_id = make_run_id(system_clock());
  options.host = host_name();
  options.memory_peak_bytes = memory_peak_bytes;
  options.stop = &progress.stop;
  // Workers that meet must not meet again: each goes at a pace of its own.
  options.retry.seed =
      static_cast<uint64_t>(system_clock().wall_micros()) ^ static_cast<uint64_t>(getpid()) << 32;
  return session;
}

Result<> Session::find_contracts(const Settings& settings, smith::PipelineSetup engine) {
  if (auto path = settings.given("contract")) {
    contract::Contract contract = SMITH_TRY(read_contract(*path).in("--contract"));
    contracts_ =
        std::make_unique<smith::Contracts>(std::move(contract), std::move(engine), system_clock());
    return {};
  }
  auto folder = settings.given("contracts");
  if (!folder.has_value()) folder = contracts_of_function();
  if (!folder.has_value()) {
    contracts_ = std::make_unique<smith::Contracts>(lake_->source(), lake_->prefixes().contracts,
                                                    std::move(engine), system_clock());
    contracts_->anchor_at(lake_->key_prefix());
    return {};
  }
  contracts_store_ = SMITH_TRY(lake_->open_root(*folder));
  contracts_ =
      std::make_unique<smith::Contracts>(*contracts_store_, "", std::move(engine), system_clock());
  contracts_->anchor_at(lake_->key_prefix());
  return {};
}

smith::RunResult Session::forge(const std::string& key, uint64_t bytes) {
  progress_->raw_bytes = 0;
  progress_->rows = 0;
  progress_->rejects = 0;
  ProgressLine line(console_, key, *progress_, bytes);
  smith::Smithy smithy{lake_->source(), lake_->target(), lake_->prefixes(),
                       *contracts_,     system_clock(),  forge_options_};
  return smith::forge(key, smithy);
}

smith::RunResult Session::converge(const std::string& key, uint64_t bytes) {
  smith::RunResult result = forge(key, bytes);
  if (hide_repeats_ && result.repeated) return result;
  smith::log_result(console_.log(), result);
  bool bad = result.status == smith::Status::error || result.status == smith::Status::rejected;
  if (console_.json()) {
    console_.result_json(smith::result_json(result));
  } else if (bad || !console_.quiet()) {
    console_.result(result_text(result, console_));
  }
  return result;
}

}  // namespace silversmith::app
