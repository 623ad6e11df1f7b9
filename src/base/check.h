// SPDX-License-Identifier: Apache-2.0
// Assertions about ourselves. SMITH_CHECK stays on in release: a program that is wrong must stop
// before it writes; the queue or the next sweep delivers the work again. SMITH_DCHECK is for
// inner loops and vanishes under NDEBUG.
#pragma once

#include <string>
#include <string_view>

namespace silversmith {

// Prints "file:line: check failed: condition: message" to standard error and aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* condition,
                               std::string_view message);

// Says so on standard error and ends the process with 75, EX_TEMPFAIL: nothing of ours is visible
// before its commit, and the work comes again. Also for std::set_new_handler.
[[noreturn]] void out_of_memory();

}  // namespace silversmith

// SMITH_CHECK(condition) or SMITH_CHECK(condition, message); the message is only built on failure.
#define SMITH_CHECK(condition, ...)                                  \
  (static_cast<bool>(condition)                                      \
       ? static_cast<void>(0)                                        \
       : ::silversmith::check_failed(__FILE__, __LINE__, #condition, \
                                     std::string_view(std::string{__VA_ARGS__})))

#ifdef NDEBUG
#define SMITH_DCHECK(condition) static_cast<void>(sizeof(!(condition)))
#else
#define SMITH_DCHECK(condition) SMITH_CHECK(condition)
#endif
