// SPDX-License-Identifier: Apache-2.0
// One call of an AWS service that speaks JSON over HTTP: a signed POST that names its operation in
// X-Amz-Target (AWS JSON 1.0 and 1.1). Between HttpClient and the services (sqs, glue). Nothing is
// repeated here. A refusal by the service is an AwsFault, not yet an Error: who called knows which
// faults mean something to it, and turns the others into errors with error_of().
// Protocol: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "wire/http.h"

namespace silversmith::wire {

// A service in policies, for hints. All outlive the calls.
struct AwsRights {
  std::string_view service;   // "sqs": the prefix of its rights
  std::string_view resource;  // what they are on: "the queue"
};

// One service's constants. All outlive the calls.
struct AwsJsonService {
  std::string_view target;   // "AmazonSQS": what an operation's name follows, with a dot
  std::string_view version;  // "1.0" or "1.1"
  AwsRights rights;
};

struct AwsFault {
  int status = 0;
  std::string name;     // without its namespace: "QueueDoesNotExist"; "" when it is not said
  std::string message;  // as the service words it; may be empty

  // Whether the same call may succeed later: throttled, or the service's own trouble.
  bool passes() const;
};

struct AwsJsonCall {
  std::string_view action;  // "GetTable"
  std::string_view about;   // what it is done to, for messages: a URL, a table's name
};

struct AwsJsonAnswer {
  Json body = Json::object();
  std::optional<AwsFault> fault;  // then `body` is empty
};

// Fails as HttpClient::send(), and with busy when a success brings no JSON.
Result<AwsJsonAnswer> call_aws(HttpClient& client, const AwsJsonService& service,
                               const AwsJsonCall& call, const Json& fields);

// What a fault means that has no meaning of its own to the caller: busy when it passes, else denied
// with the right that the call needs as hint.
Error error_of(const AwsRights& rights, const AwsJsonCall& call, const AwsFault& fault);

}  // namespace silversmith::wire
