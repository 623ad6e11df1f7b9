// SPDX-License-Identifier: Apache-2.0
// What is wrong in a CloudFormation or SAM template, an event pattern or an IAM policy that stands
// around a pipeline like ours: what AWS refuses, what loses events or data without a word, what
// allows more than is needed. Text → findings, each with its place and what to do. The rules are
// docs/formats/lint.md's; nothing here talks to AWS, and a template without findings may still fail
// for reasons that only the account knows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace silversmith::deploy {

// error: AWS refuses it, or it never works. warning: it works until it fails, or allows too much.
// advice: it works, and something is missing that a careful operator has.
enum class Severity : uint8_t { error, warning, advice };
std::string_view name_of(Severity severity);

struct Finding {
  std::string id;  // "target-no-dlq"
  Severity severity = Severity::warning;
  std::string resource;  // its logical id; "" outside of a template's resources
  uint32_t line = 1;
  uint32_t column = 1;
  std::string found;
  std::string advice;
};

// Findings by place. Fails with invalid: text that can't be read, or is none of the three.
Result<std::vector<Finding>> lint(std::string_view text, std::string_view origin);

Json finding_json(const Finding& finding);

}  // namespace silversmith::deploy
