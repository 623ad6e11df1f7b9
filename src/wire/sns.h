// SPDX-License-Identifier: Apache-2.0
// One SNS topic over the Query protocol of its API: a message published. Nothing is repeated here.
// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "wire/http.h"

namespace silversmith::wire {

inline constexpr size_t sns_subject_bytes_max = 100;
inline constexpr size_t sns_message_bytes_max = size_t{256} << 10;

struct SnsMessage {
  std::string subject;  // printable ASCII, at most sns_subject_bytes_max; "" is none
  std::string text;     // UTF-8, with the attributes at most sns_message_bytes_max
  std::vector<std::pair<std::string, std::string>> attributes = {};  // of texts
};

// Fails with busy (throttled, the service's own trouble), denied (rights, no such topic), stopped.
Result<> publish(HttpClient& client, const std::string& topic_arn, const SnsMessage& message);

}  // namespace silversmith::wire
