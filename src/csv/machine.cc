// SPDX-License-Identifier: Apache-2.0
#include "csv/machine.h"

namespace silversmith::csv {

namespace {

constexpr size_t not_known = SIZE_MAX;

int mark(char byte) { return byte == 0 ? -1 : static_cast<unsigned char>(byte); }
int value(char byte) { return static_cast<unsigned char>(byte); }

}  // namespace

struct Machine::Input {
  std::string_view text;
  More more;
  Buffer<uint32_t>* field_ends;
};

Machine::Machine(const Dialect& dialect, LineEnd line_end)
    : dialect_(dialect),
      line_end_(line_end),
      quote_(mark(dialect.quote)),
      escape_(mark(dialect.escape)),
      doubled_(dialect.double_quote && dialect.escape == 0) {
  for (char byte : {'\n', '\r', dialect.delimiter})
    special_[static_cast<size_t>(value(byte))] = true;
  if (quote_ >= 0) special_[static_cast<size_t>(quote_)] = true;
  if (escape_ >= 0) special_[static_cast<size_t>(escape_)] = true;
}

void Machine::start() {
  state_ = State::record_start;
  after_cr_ = false;
  after_line_ = false;
  record_ = {};
}

// False when the bytes at hand may or may not be a comment's mark.
bool Machine::begins(const Input& input, size_t at) {
  std::string_view seen = input.text.substr(at, dialect_.comment.size());
  if (dialect_.comment.empty()) {
    state_ = State::field_start;
  } else if (seen == dialect_.comment) {
    state_ = State::comment;
    record_.comment = true;
  } else if (input.more == More::follows && dialect_.comment.starts_with(seen)) {
    return false;
  } else {
    state_ = State::field_start;
  }
  return true;
}

// How many bytes of a line end stand at the CR or LF `at`: 0 when it is data, not_known when the
// next byte decides.
size_t Machine::line_end_at(const Input& input, size_t at) const {
  if (input.text[at] == '\n') return 1;
  bool last = at + 1 == input.text.size();
  if (last && input.more == More::follows) return not_known;
  if (!last && input.text[at + 1] == '\n') return 2;
  return line_end_ == LineEnd::newline ? 0 : 1;
}

size_t Machine::skip_plain(std::string_view text, size_t at) const {
  while (at < text.size() && !special_[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

size_t Machine::run(std::string_view text, size_t at, More more, Buffer<uint32_t>* field_ends) {
  Input input{text, more, field_ends};
  if (state_ == State::record_start && !begins(input, at)) return at;
  while (at < text.size()) {
    char byte = text[at];
    if (in_quotes()) {
      step_in_quotes(byte);
      ++at;
      continue;
    }
    if (byte == '\n' || byte == '\r') {
      size_t length = line_end_at(input, at);
      if (length == not_known) return at;
      if (length > 0) {
        record_.ended_by_cr = byte == '\r' && length == 1;
        ++record_.lines;
        end_record(input, at);
        return at + length;
      }
    }
    step(at, byte, field_ends);
    ++at;
    bool plain = state_ == State::unquoted || state_ == State::tail || state_ == State::comment;
    if (plain) at = skip_plain(text, at);
  }
  if (more == More::never) end_record(input, at);
  return at;
}

void Machine::step_in_quotes(char byte) {
  bool ends_line = byte == '\n' || (byte == '\r' && line_end_ != LineEnd::newline);
  if (ends_line && !(byte == '\n' && after_cr_)) ++record_.lines;
  after_cr_ = byte == '\r' && line_end_ != LineEnd::newline;
  after_line_ = ends_line;
  if (state_ == State::escaped) {
    state_ = State::quoted;
  } else if (value(byte) == escape_) {
    state_ = State::escaped;
  } else if (value(byte) == quote_) {
    state_ = State::quote_seen;
  }
}

void Machine::step(size_t at, char byte, Buffer<uint32_t>* field_ends) {
  if (state_ == State::comment) return;
  bool quote = value(byte) == quote_;
  if (state_ == State::quote_seen && quote && doubled_) {
    state_ = State::quoted;
  } else if (byte == dialect_.delimiter) {
    end_field(at, field_ends);
    state_ = State::field_start;
  } else if (state_ == State::quote_seen) {
    if (!record_.text_after_quote) {
      record_.text_after_quote = true;
      record_.fault_at = at;
      record_.fault_field = record_.fields + 1;
    }
    record_.odd_quote = true;
    state_ = State::tail;
  } else if (state_ == State::field_start) {
    if (dialect_.skip_initial_space && byte == ' ') return;
    state_ = quote ? State::quoted : State::unquoted;
  } else if (quote) {
    record_.odd_quote = true;
  }
}

void Machine::end_field(size_t at, Buffer<uint32_t>* field_ends) {
  ++record_.fields;
  if (field_ends != nullptr) field_ends->push_back(static_cast<uint32_t>(at));
}

// A record whose quote is open on its one line ends before that line's end, as any record does.
void Machine::end_record(const Input& input, size_t at) {
  if (in_quotes()) {
    record_.open_quote = true;
    record_.open_over_lines = record_.lines > (after_line_ ? 1U : 0U);
    if (after_line_ && !record_.open_over_lines && at > 0) {
      bool pair = input.text[at - 1] == '\n' && at > 1 && input.text[at - 2] == '\r';
      at -= pair ? 2 : 1;
    }
  }
  end_field(at, input.field_ends);
  record_.content_end = at;
  record_.ended = true;
}

}  // namespace silversmith::csv
