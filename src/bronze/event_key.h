// SPDX-License-Identifier: Apache-2.0
// Keys as events spell them. Between the JSON of an event and bronze/event. The one thing to know:
// S3's own notifications form-encode a key ("+" is a blank, "%2B" is "+"), EventBridge gives it as
// it is, and nothing in an event says which it was; the shape of the event does.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace silversmith::bronze {

// What form_decoded() makes `key` of again. Letters, digits and - . / _ stay as they are.
std::string encode_form(std::string_view key);

// Whether S3 can have an object of that key. Fails with invalid: it is empty, longer than 1,024
// bytes, or no UTF-8.
Result<> check_key(std::string_view key);

}  // namespace silversmith::bronze
