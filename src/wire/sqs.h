// SPDX-License-Identifier: Apache-2.0
// One SQS queue over the JSON protocol of its API (AWS JSON 1.0): messages received, kept, removed
// and sent, and what operators ask. Nothing is repeated here; a message that was not removed comes
// again by itself.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "wire/http.h"
#include "wire/queue.h"

namespace silversmith::wire {

class SqsQueue : public ManagedQueue {
 public:
  // `client` outlives this; `url` is the queue's.
  SqsQueue(HttpClient& client, std::string url) : client_(client), url_(std::move(url)) {}

  Result<std::vector<QueueMessage>> receive(uint32_t count_max, uint32_t wait_seconds,
                                            uint32_t hidden_seconds) override;
  Result<> hide(const QueueMessage& message, uint32_t hidden_seconds) override;
  Result<> remove(const QueueMessage& message) override;
  // Fails as receive() does.
  Result<> send(std::string_view body);

  Result<QueueState> state() override;
  Result<std::vector<std::string>> sources() override;
  Result<> send(const NewMessage& message) override;
  Result<> give_back(std::span<const QueueMessage> messages) override;
  Result<> purge() override;

  const std::string& url() const { return url_; }

 private:
  Result<Json> call(std::string_view action, Json fields);

  HttpClient& client_;
  std::string url_;
};

}  // namespace silversmith::wire
