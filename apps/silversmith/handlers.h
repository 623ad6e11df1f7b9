// SPDX-License-Identifier: Apache-2.0
// The functions that one zip is: which of them this one is follows from Lambda's _HANDLER. Each
// opens what it needs once, then works on one invocation after the other (command_lambda.cc drives
// them). docs/operations/lambda.md says what each does.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "config.h"
#include "console.h"
#include "smith/handler.h"
#include "wire/lambda_runtime.h"

namespace silversmith::app {

// All are borrowed. `log` is the invocation's: its lines say which one they belong to.
struct FunctionSetup {
  const Settings& settings;
  Console& console;
  Log& log;
  smith::Progress& progress;
};

// What ends one invocation's work.
struct Until {
  int64_t deadline_micros = 0;  // on the steady clock; 0: never. Progress::stop is raised then
};

class Work {
 public:
  virtual ~Work() = default;
  // Call it once, first. Fails with invalid or denied: settings, for an operator to mend.
  virtual Result<> open() = 0;
  virtual wire::Outcome work(const wire::Invocation& invocation, const Until& until) = 0;
};

// `handler` is the value of _HANDLER: convert, sweep, catalog or notify; "" and "bootstrap" are
// convert. Fails with invalid: another, and the message lists them.
Result<std::unique_ptr<Work>> make_work(std::string_view handler, const FunctionSetup& setup);

std::unique_ptr<Work> make_convert(const FunctionSetup& setup);
std::unique_ptr<Work> make_sweep(const FunctionSetup& setup);
std::unique_ptr<Work> make_catalog(const FunctionSetup& setup);
std::unique_ptr<Work> make_notify(const FunctionSetup& setup);

// The value of a setting that a function can't do without. Fails with invalid, naming its variable.
Result<std::string> wanted_setting(const Settings& settings, std::string_view name);

// What became of one message, of the functions that don't convert.
struct ItemOutcome {
  std::string id;  // of a queue's message
  smith::Verdict verdict = smith::Verdict::done;
  std::string reason;  // unless it is done
  std::vector<Json> results;
};
// An outcome with that error added to it, the worst verdict first.
void add_error(ItemOutcome& outcome, const Error& error);

enum class Sender : uint8_t {
  one,    // takes one answer: a failure of any part is one of the whole
  queue,  // takes the ids of those messages that are to come again
};
wire::Outcome answer_items(Sender sender, const std::vector<ItemOutcome>& outcomes);

}  // namespace silversmith::app
