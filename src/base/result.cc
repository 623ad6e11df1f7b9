// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

namespace silversmith {

std::string_view name_of(Code code) {
  switch (code) {
    case Code::invalid: return "invalid";
    case Code::missing: return "missing";
    case Code::denied: return "denied";
    case Code::conflict: return "conflict";
    case Code::busy: return "busy";
    case Code::corrupt: return "corrupt";
    case Code::limit: return "limit";
    case Code::stopped: return "stopped";
  }
  return "unknown";
}

}  // namespace silversmith
