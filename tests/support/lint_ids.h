// SPDX-License-Identifier: Apache-2.0
// What deploy::lint finds, as the short texts that tests compare.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "deploy/lint.h"

namespace silversmith::deploy {

// "Resource:id" of each finding, each once; of no resource ":id".
inline std::set<std::string> found_in(std::string_view text) {
  auto findings = lint(text, "f");
  if (!findings) return {findings.error().message};
  std::set<std::string> out;
  for (const Finding& finding : *findings) out.insert(finding.resource + ":" + finding.id);
  return out;
}

inline bool finds(std::string_view text, const std::string& finding) {
  return found_in(text).count(finding) == 1;
}

}  // namespace silversmith::deploy
