// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace silversmith {

void check_failed(const char* file, int line, const char* condition, std::string_view message) {
  std::fprintf(stderr, "%s:%d: check failed: %s%s%.*s\n", file, line, condition,
               message.empty() ? "" : ": ", static_cast<int>(message.size()), message.data());
  std::abort();
}

void out_of_memory() {
  std::fputs("error: out of memory\n  help: give this process more, or a smaller --memory\n",
             stderr);
  std::_Exit(75);
}

}  // namespace silversmith
