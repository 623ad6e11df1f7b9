// SPDX-License-Identifier: Apache-2.0
// What S3 says when it says no → our codes, and for a person: what, where, what to do. No answer
// ever blames the data: trouble that stays is the operator's (denied), whatever its status.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/s3_service.h"
#include "wire/http.h"

namespace silversmith::store {

// `doing` names request and object: "PUT s3://lake/silver/a.parquet".
Error s3_error(S3Action action, const std::string& doing, const wire::HttpAnswer& answer);
// The same for an answer of 200 whose body is an error document after all
// (CompleteMultipartUpload); nothing when it is none.
std::optional<Error> error_in_body(S3Action action, const std::string& doing,
                                   const wire::HttpAnswer& answer);

// What answers at `place` does not speak as S3 does: denied, with what it says of itself.
Error no_s3(const std::string& place, const wire::HttpAnswer& answer);
// The same for a good answer that should have been a listing whose root is `kind`. Busy, as it may
// pass, where it could be one that broke off, or an error of S3's after all.
Error no_listing(const std::string& place, const wire::HttpAnswer& answer, std::string_view kind);

}  // namespace silversmith::store
