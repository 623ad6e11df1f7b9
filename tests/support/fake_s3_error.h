// SPDX-License-Identifier: Apache-2.0
// The refusals of the fake S3, as S3 words them. Inside they are the product's Result and Error:
// `type` holds S3's code, `message` its message, `hint` further elements of the answer.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace silversmith::test {

// "<Name>text</Name>", escaped.
std::string element(std::string_view name, std::string_view text);
std::string escape_xml(std::string_view text);

// Requires a code of S3 that this fake knows; `more` holds elements, as element() makes them.
Error refuse(std::string_view code, std::string message, std::string more = "");

// The HTTP status of a code, 500 of one it doesn't know.
int status_of(std::string_view s3_code);

// The refusals that are said from more than one place.
Error no_such_key(std::string_view key);
Error no_such_bucket(std::string_view bucket);
Error no_such_upload(std::string_view upload_id);
Error precondition_failed(std::string_view condition);
Error conflicting_operation(std::string_view condition, std::string_view key);
Error not_implemented(std::string_view header, std::string_view why);
Error access_denied(std::string_view access_key, std::string_view action);

// The <Error> document.
std::string error_document(const Error& error, std::string_view resource,
                           std::string_view request_id);

}  // namespace silversmith::test
