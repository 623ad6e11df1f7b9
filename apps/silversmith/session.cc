// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <unistd.h>

#include <filesystem>

#include "base/text.h"
#include "files.h"
#include "process.h"
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
  smith::EngineOptions engine = SMITH_TRY(engine_options(settings));
  session->own_lake_ = SMITH_TRY(Lake::open(root, settings, &progress.stop));
  SMITH_TRY(session->own_lake_->check_written());
  session->lake_ = session->own_lake_.get();
  engine = smith::beside_network(std::move(engine), session->lake_->network_bytes());
  SMITH_TRY(session->begin(settings, engine));
  return session;
}

Result<std::unique_ptr<Session>> Session::open(const Share& share, const Settings& settings,
                                               Console& console, smith::Progress& progress) {
  auto session = std::make_unique<Session>(console);
  session->progress_ = &progress;
  session->lake_ = &share.lake;
  SMITH_TRY(session->begin(settings, share.engine));
  return session;
}

Result<> Session::begin(const Settings& settings, const smith::EngineOptions& options) {
  smith::PipelineSetup engine;
  engine.options = options;
  Lake& lake = *lake_;
  lake.set_warning([&console = console_](const Error& error) { console.warning(error); });
  spools_ = std::make_unique<store::BudgetSpools>(smith::spool_bytes_max(engine.options),
                                                  lake.tmp_path(), [&lake] { lake.make_tmp(); });
  engine.spools = spools_.get();
  engine.progress = progress_;
  SMITH_TRY(find_contracts(settings, std::move(engine)));
  forge_options_.reprocess = settings.flag("reprocess");
  forge_options_.force = settings.flag("force");
  forge_options_.adopt = settings.flag("adopt");
  forge_options_.skip_known_rejects = true;
  forge_options_.run_id = make_run_id(system_clock());
  forge_options_.host = host_name();
  forge_options_.memory_peak_bytes = memory_peak_bytes;
  forge_options_.stop = &progress_->stop;
  forge_options_.retry.seed = seed_of_process();
  return {};
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
  store::Store* from = &lake_->source();
  std::string prefix = lake_->prefixes().contracts;
  if (folder.has_value()) {
    contracts_store_ = SMITH_TRY(lake_->open_root(*folder));
    from = contracts_store_.get();
    prefix.clear();
  }
  contracts_ = std::make_unique<smith::Contracts>(*from, prefix, std::move(engine), system_clock());
  contracts_->anchor_at(lake_->key_prefix());
  contracts_->on_passed_over(
      [this](const std::string& text) { console_.warning_once("warning: " + printable(text)); });
  return {};
}

smith::RunResult Session::forge(const std::string& key, uint64_t bytes) {
  progress_->raw_bytes = 0;
  progress_->rows = 0;
  progress_->rejects = 0;
  // Of several at a time, lines would be drawn over each other.
  std::optional<ProgressLine> line;
  if (own_lake_ != nullptr) line.emplace(console_, key, *progress_, bytes);
  return smith::forge(key, smithy());
}

smith::Smithy Session::smithy() {
  return {lake_->source(), lake_->target(), lake_->prefixes(),
          *contracts_,     system_clock(),  forge_options_};
}

void Session::tell(const smith::RunResult& result) {
  if (hide_repeats_ && result.repeated) return;
  smith::log_result(console_.log(), result);
  bool bad = result.status == smith::Status::error || result.status == smith::Status::rejected;
  if (console_.json()) {
    console_.result_json(smith::result_json(result));
  } else if (bad || !console_.quiet()) {
    console_.result(result_text(result, console_));
  }
}

smith::RunResult Session::converge(const std::string& key, uint64_t bytes) {
  smith::RunResult result = forge(key, bytes);
  tell(result);
  return result;
}

}  // namespace silversmith::app
