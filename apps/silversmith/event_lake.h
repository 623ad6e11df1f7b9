// SPDX-License-Identifier: Apache-2.0
// The lake that events are about: the one that was named, or each event's own bucket. What invoke,
// lambda and worker share between a smith::Handler and a Session.
#pragma once

#include <memory>
#include <string>

#include "session.h"
#include "smith/handler.h"

namespace silversmith::app {

class EventLake {
 public:
  // All are borrowed.
  EventLake(const Settings& settings, Console& console, smith::Progress& progress)
      : settings_(settings), console_(console), progress_(progress) {}

  // The lake of all events; "": each event's own bucket is one, with the default prefixes.
  // Call it once, first. Fails as Session::open().
  Result<> open(const std::string& root);
  // The same, of a lake that others work on at the same time.
  Result<> open(const Session::Share& share);

  // What the handler needs of a lake: buckets, prefixes, converge(). Events about a folder may name
  // any bucket, as a folder has none. Valid until this and `log` go.
  smith::HandlerSetup handler_setup(Log& log);

  // Of the invocation to come: when no pause may begin any more (steady clock's microseconds, 0 is
  // never), and the trace that its requests belong to.
  void begin(int64_t deadline_micros, const std::string& trace_id);

 private:
  smith::RunResult converge(const std::string& bucket, const std::string& key);
  Result<Session*> session_of(const std::string& bucket);
  Result<> open_session(const std::string& root);
  void hold(std::unique_ptr<Session> session);

  const Settings& settings_;
  Console& console_;
  smith::Progress& progress_;
  bool named_ = false;
  std::string bucket_;  // whose lake `session_` is, when none was named
  std::unique_ptr<Session> session_;
  silver::Prefixes prefixes_;
  std::string output_bucket_;  // "": the lake's own
  int64_t deadline_micros_ = 0;
  std::string trace_id_;
};

}  // namespace silversmith::app
