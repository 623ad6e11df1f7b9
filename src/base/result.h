// SPDX-License-Identifier: Apache-2.0
// The outcome of an operation that can fail: a value, or an Error that says what, where, found,
// wanted. Used by every stage; see STYLE.md for which kind of wrong takes which mechanism.
// The one thing to know: a Result that nobody looks at does not compile.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/check.h"

namespace silversmith {

// What happens to the work, not which part failed. smith/policy.cc maps each code to an action.
enum class Code : uint8_t {
  invalid,   // the input, contract or option is wrong: the same call fails again
  missing,   // no such object
  denied,    // rights or configuration: an operator must act
  conflict,  // somebody else changed the object: look again
  busy,      // passing trouble: the same call may succeed later
  corrupt,   // bytes that contradict themselves or their checksum
  limit,     // a stated bound would be passed
  stopped,   // we were asked to stop
};

// The name of a code as it stands in messages and logs, for example "busy".
std::string_view name_of(Code code);
// What users read: the public type where an error has one, else the code's name.
inline std::string_view public_code(Code code, const std::string& type) {
  return type.empty() ? name_of(code) : std::string_view(type);
}

struct [[nodiscard]] Error {
  Code code = Code::invalid;
  std::string message;
  std::string hint;  // what to do about it; may be empty
  std::string type;  // the public error code, for example "encoding-error"; may be empty

  // The same error with `context` in front of its message: "context: message".
  Error in(std::string_view context) && {
    message.insert(0, ": ").insert(0, context);
    return std::move(*this);
  }
};

// Message and hint on one line: "message (hint)".
inline std::string one_line(const Error& error) {
  return error.message + (error.hint.empty() ? "" : " (" + error.hint + ")");
}

template <class T = void>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  explicit operator bool() const { return state_.index() == 0; }
  bool ok() const { return state_.index() == 0; }

  // Requires ok().
  T& value() & {
    SMITH_CHECK(ok(), error_text());
    return std::get<0>(state_);
  }
  const T& value() const& {
    SMITH_CHECK(ok(), error_text());
    return std::get<0>(state_);
  }
  T&& value() && {
    SMITH_CHECK(ok(), error_text());
    return std::get<0>(std::move(state_));
  }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }

  // Requires !ok().
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

  // The same value, or the error with `context` in front.
  Result in(std::string_view context) && {
    if (ok()) return std::move(*this);
    return std::move(*this).error().in(context);
  }

 private:
  std::string error_text() const { return ok() ? std::string() : std::get<1>(state_).message; }

  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit

  explicit operator bool() const { return !error_.has_value(); }
  bool ok() const { return !error_.has_value(); }
  void value() const { SMITH_CHECK(ok(), error_->message); }
  // Requires !ok().
  const Error& error() const& { return *error_; }
  Error&& error() && { return *std::move(error_); }
  Result in(std::string_view context) && {
    if (ok()) return {};
    return std::move(*error_).in(context);
  }

 private:
  std::optional<Error> error_;
};

namespace detail {
template <class T>
T take(Result<T>& result) {
  return std::move(result).value();
}
inline void take(Result<void>&) {}
}  // namespace detail

}  // namespace silversmith

// The value of `expr`, or return its Error from this function. A GNU statement expression: both
// compilers we build with have it, and nothing else lets an expression leave its function.
#define SMITH_TRY(expr)                                        \
  __extension__({                                              \
    auto smith_result = (expr);                                \
    if (!smith_result) return std::move(smith_result).error(); \
    ::silversmith::detail::take(smith_result);                 \
  })
