// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "base/text.h"

namespace silversmith {
namespace {

using Library = nlohmann::json;

constexpr size_t depth_max = 128;

// Walks the text and leaves in `*reached` how far the library has read, so that our own refusals
// can say where they are; its events carry no place.
class Progress {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Progress(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  Progress& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  Progress operator++(int) {
    Progress before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Progress& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  const char** reached_;
};

// Builds our value from the library's events, so that depth, repeated names and big integers are
// decided here and nothing of the library's own value is ever made.
class Builder final : public Library::json_sax_t {
 public:
  explicit Builder(std::string_view text) : text_(text), reached_(text.data()) {}

  // Returns whether the text was read to its end.
  bool build() {
    return Library::sax_parse(Progress(text_.data(), &reached_),
                              Progress(text_.data() + text_.size(), &reached_), this);
  }

  bool null() override { return put(Json()); }
  bool boolean(bool value) override { return put(Json(value)); }
  bool number_integer(number_integer_t value) override { return put(Json(int64_t{value})); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value <= uint64_t{std::numeric_limits<int64_t>::max()}) return put(Json(uint64_t{value}));
    return put(Json(static_cast<double>(value)));
  }
  bool number_float(number_float_t value, const string_t&) override { return put(Json(value)); }
  bool string(string_t& value) override { return put(Json(std::move(value))); }
  bool binary(binary_t&) override { return refuse("binary value"); }

  bool start_object(size_t) override { return open(Json::object()); }
  bool start_array(size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (!open_.back().names.insert(name).second) {
      return refuse("member " + show(name) + " is repeated");
    }
    open_.back().name = std::move(name);
    return true;
  }

  bool parse_error(size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    // The library's text is "[json.exception.parse_error.101] parse error at line 1, column 2:
    // syntax error while parsing value - ...": the place is said by us, the reason kept.
    std::string_view what = error.what();
    size_t reason = what.find(": ");
    reason = reason == std::string_view::npos ? 0 : reason + 2;
    message_ = place(position) + std::string(what.substr(reason));
    return false;
  }

  bool refuse(std::string_view what) {
    message_ = place(static_cast<size_t>(reached_ - text_.data())) + std::string(what);
    return false;
  }

  Json take() { return std::move(root_); }
  const std::string& message() const { return message_; }

 private:
  struct Open {
    Json value;
    std::string name;  // of the member whose value comes next
    std::unordered_set<std::string> names;
  };

  // `position` counts the bytes that were read, the offending one included.
  std::string place(size_t position) const {
    size_t offset = std::min(position > 0 ? position - 1 : 0, text_.size());
    std::string_view before = text_.substr(0, offset);
    auto line = std::count(before.begin(), before.end(), '\n') + 1;
    size_t start = before.rfind('\n');
    size_t column = offset - (start == std::string_view::npos ? 0 : start + 1) + 1;
    return "line " + std::to_string(line) + ", column " + std::to_string(column) + ": ";
  }

  bool put(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return true;
    }
    Open& top = open_.back();
    if (top.value.is_array()) {
      top.value.as_array().push_back(std::move(value));
    } else {
      top.value.as_object().emplace_back(std::move(top.name), std::move(value));
    }
    return true;
  }

  bool open(Json value) {
    if (open_.size() == depth_max) return refuse("nested deeper than 128 levels");
    open_.push_back({std::move(value), {}, {}});
    return true;
  }

  bool close() {
    Json value = std::move(open_.back().value);
    open_.pop_back();
    return put(std::move(value));
  }

  std::string_view text_;
  const char* reached_;
  std::vector<Open> open_;
  Json root_;
  std::string message_;
};

void append_escaped(std::string& out, char byte) {
  constexpr char digits[] = "0123456789abcdef";
  switch (byte) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    default: break;
  }
  if (static_cast<unsigned char>(byte) >= 0x20) {
    out.push_back(byte);
    return;
  }
  out += "\\u00";
  out.push_back(digits[byte >> 4]);
  out.push_back(digits[byte & 15]);
}

void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  size_t at = 0;
  while (at < text.size()) {
    std::optional<size_t> invalid = find_invalid_utf8(text.substr(at));
    std::string_view valid = text.substr(at, invalid.value_or(text.size() - at));
    for (char byte : valid) append_escaped(out, byte);
    at += valid.size();
    if (invalid) {
      out += "\xEF\xBF\xBD";  // U+FFFD
      ++at;
    }
  }
  out.push_back('"');
}

void append_double(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  char text[32];
  auto end = std::to_chars(text, text + sizeof text, value).ptr;
  std::string_view digits(text, static_cast<size_t>(end - text));
  out.append(digits);
  // A double stays one when it is read back.
  if (digits.find_first_of(".e") == std::string_view::npos) out += ".0";
}

// Which of the three layouts is written.
struct Layout {
  bool indented = false;
  bool sorted = false;
};

class Printer {
 public:
  explicit Printer(Layout layout) : layout_(layout) {}

  void print(const Json& value) {
    if (value.is_null()) {
      out_ += "null";
    } else if (value.is_bool()) {
      out_ += value.as_bool() ? "true" : "false";
    } else if (value.is_int()) {
      out_ += std::to_string(value.as_int());
    } else if (value.is_double()) {
      append_double(out_, value.as_double());
    } else if (value.is_string()) {
      append_quoted(out_, value.as_string());
    } else if (value.is_array()) {
      print_array(value.as_array());
    } else {
      print_object(value.as_object());
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void print_array(const Json::Array& items) {
    out_.push_back('[');
    ++depth_;
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_.push_back(',');
      next_line();
      print(items[i]);
    }
    --depth_;
    if (!items.empty()) next_line();
    out_.push_back(']');
  }

  void print_object(const Json::Object& members) {
    std::vector<const Json::Member*> order;
    order.reserve(members.size());
    for (const Json::Member& member : members) order.push_back(&member);
    if (layout_.sorted) {
      std::stable_sort(order.begin(), order.end(),
                       [](auto* left, auto* right) { return left->first < right->first; });
    }
    out_.push_back('{');
    ++depth_;
    for (size_t i = 0; i < order.size(); ++i) {
      if (i > 0) out_.push_back(',');
      next_line();
      append_quoted(out_, order[i]->first);
      out_ += layout_.indented ? ": " : ":";
      print(order[i]->second);
    }
    --depth_;
    if (!order.empty()) next_line();
    out_.push_back('}');
  }

  void next_line() {
    if (!layout_.indented) return;
    out_.push_back('\n');
    out_.append(2 * depth_, ' ');
  }

  Layout layout_;
  size_t depth_ = 0;
  std::string out_;
};

std::string print(const Json& value, Layout layout) {
  Printer printer(layout);
  printer.print(value);
  return printer.take();
}

}  // namespace

double Json::as_double() const {
  if (is_int()) return static_cast<double>(as_int());
  return std::get<double>(value_);
}

const Json* Json::find(std::string_view name) const {
  if (!is_object()) return nullptr;
  for (const Member& member : as_object()) {
    if (member.first == name) return &member.second;
  }
  return nullptr;
}

std::string Json::text_or(std::string_view name, std::string_view otherwise) const {
  const Json* found = find(name);
  return found != nullptr && found->is_string() ? found->as_string() : std::string(otherwise);
}

int64_t Json::int_or(std::string_view name, int64_t otherwise) const {
  const Json* found = find(name);
  return found != nullptr && found->is_int() ? found->as_int() : otherwise;
}

bool Json::bool_or(std::string_view name, bool otherwise) const {
  const Json* found = find(name);
  return found != nullptr && found->is_bool() ? found->as_bool() : otherwise;
}

Json& Json::set(std::string_view name, Json value) {
  for (Member& member : as_object()) {
    if (member.first != name) continue;
    member.second = std::move(value);
    return *this;
  }
  as_object().emplace_back(std::string(name), std::move(value));
  return *this;
}

Json& Json::add(Json value) {
  as_array().push_back(std::move(value));
  return *this;
}

std::string Json::dump() const { return print(*this, {}); }

std::string Json::pretty() const {
  return print(*this, {.indented = true, .sorted = false}) + "\n";
}

std::string Json::canonical() const { return print(*this, {.indented = false, .sorted = true}); }

Result<Json> parse_json(std::string_view text) {
  Builder builder(text);
  if (!builder.build()) {
    return Error{Code::invalid, "not JSON: " + builder.message(), "", ""};
  }
  return builder.take();
}

std::string quote_json(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

}  // namespace silversmith
