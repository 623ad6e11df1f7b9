// SPDX-License-Identifier: Apache-2.0
#include "event_lake.h"

namespace silversmith::app {

namespace {

smith::RunResult not_opened(const std::string& bucket, const std::string& key, Error error) {
  smith::RunResult result;
  result.status = smith::Status::error;
  result.bucket = bucket;
  result.account.key = key;
  std::string type(public_code(error.code, error.type));
  result.error =
      smith::RunError{error.code, std::move(type), std::move(error.message), std::move(error.hint)};
  return result;
}

}  // namespace

Result<> EventLake::open(const std::string& root) {
  std::string silver = settings_.text("silver");
  prefixes_ = SMITH_TRY(lake_prefixes(root, silver));
  if (is_in_s3(silver)) output_bucket_ = SMITH_TRY(bucket_root(silver)).bucket;
  SMITH_TRY(engine_options(settings_));  // what is wrong is said now, not at each event
  named_ = !root.empty();
  if (named_) SMITH_TRY(open_session(root));
  return {};
}

Result<> EventLake::open_session(const std::string& root) {
  hold(SMITH_TRY(Session::open(root, settings_, console_, progress_)));
  return {};
}

Result<> EventLake::open(const Session::Share& share) {
  prefixes_ = share.lake.prefixes();
  std::string silver = settings_.text("silver");
  if (is_in_s3(silver)) output_bucket_ = SMITH_TRY(bucket_root(silver)).bucket;
  named_ = true;
  hold(SMITH_TRY(Session::open(share, settings_, console_, progress_)));
  return {};
}

void EventLake::hold(std::unique_ptr<Session> session) {
  session_ = std::move(session);
  // As on every event path: a refusal is found again by converting
  // (docs/decisions/0052-receipts-and-lineage.md).
  session_->options().skip_known_rejects = false;
}

smith::HandlerSetup EventLake::handler_setup(Log& log) {
  smith::HandlerSetup setup{.converge = {}, .log = log};
  setup.prefixes = prefixes_;
  setup.output_bucket = output_bucket_;
  if (named_ && !session_->lake().is_folder()) setup.bucket = session_->lake().source().name();
  setup.may_start = [this] { return !progress_.stop.load(); };
  setup.converge = [this](const std::string& bucket, const std::string& key) {
    return converge(bucket, key);
  };
  return setup;
}

// One bucket's session at a time: a function is rarely told of two, and each holds connections.
Result<Session*> EventLake::session_of(const std::string& bucket) {
  if (named_ || (session_ != nullptr && bucket == bucket_)) return session_.get();
  session_.reset();
  SMITH_TRY(open_session("s3://" + bucket));
  bucket_ = bucket;
  return session_.get();
}

void EventLake::begin(int64_t deadline_micros, const std::string& trace_id) {
  deadline_micros_ = deadline_micros;
  trace_id_ = trace_id;
}

smith::RunResult EventLake::converge(const std::string& bucket, const std::string& key) {
  Result<Session*> session = session_of(bucket);
  if (!session) return not_opened(bucket, key, std::move(session).error());
  (*session)->options().retry.deadline_micros = deadline_micros_;
  (*session)->lake().set_trace(trace_id_);
  return (*session)->forge(key, 0);
}

}  // namespace silversmith::app
