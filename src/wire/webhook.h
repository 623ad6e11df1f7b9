// SPDX-License-Identifier: Apache-2.0
// A message to somebody who is not AWS: one unsigned HTTPS POST of JSON, as chat programs take it.
// The one thing to know: the address is a secret (who has it may post), so that no error says it.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "wire/http.h"

namespace silversmith::wire {

// `client` is of an unsigned_service; `target` is the address's path and query.
// Fails with busy (5xx, 408, 429, no connection), denied (any other refusal, a certificate that is
// not trusted), stopped.
Result<> post_webhook(HttpClient& client, const std::string& target, const Json& message);

}  // namespace silversmith::wire
