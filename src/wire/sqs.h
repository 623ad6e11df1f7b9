// SPDX-License-Identifier: Apache-2.0
// One SQS queue over the JSON protocol of its API (AWS JSON 1.0): messages received, kept, removed
// and sent. Nothing is repeated here; a message that was not removed comes again by itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "wire/http.h"

namespace silversmith::wire {

struct SqsMessage {
  std::string id;
  std::string receipt;  // names this delivery of it
  std::string body;
  uint64_t receives = 0;  // how often it was delivered, this time included
};

class SqsQueue {
 public:
  // `client` outlives this; `url` is the queue's.
  SqsQueue(HttpClient& client, std::string url) : client_(client), url_(std::move(url)) {}

  // Waits up to `wait_seconds` (0 to 20) for 1 to `count_max` (at most 10) messages, which nobody
  // else gets for `hidden_seconds`; none is no failure.
  // Fails with busy, denied (rights, or no such queue), stopped.
  Result<std::vector<SqsMessage>> receive(uint32_t count_max, uint32_t wait_seconds,
                                          uint32_t hidden_seconds);
  // Nobody else gets the message for `hidden_seconds` from now (0: it comes again at once).
  // Fails with conflict when it is no longer ours, else as receive() does.
  Result<> hide(const SqsMessage& message, uint32_t hidden_seconds);
  // Fails as hide() does.
  Result<> remove(const SqsMessage& message);
  Result<> send(std::string_view body);
  // About how many messages wait. Fails as receive() does.
  Result<uint64_t> waiting();

  const std::string& url() const { return url_; }

 private:
  Result<Json> call(std::string_view action, Json fields);

  HttpClient& client_;
  std::string url_;
};

}  // namespace silversmith::wire
