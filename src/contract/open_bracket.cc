// SPDX-License-Identifier: Apache-2.0
#include "contract/open_bracket.h"

#include <vector>

#include "base/text.h"

namespace silversmith::contract {

namespace {

class Scan {
 public:
  std::optional<OpenBracket> run(std::string_view text) {
    size_t end = text.find_last_not_of(" \t\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    for (char byte : text.substr(0, end + 1)) {
      look(byte);
      advance(byte);
    }
    if (open_.empty()) return std::nullopt;
    return OpenBracket{open_.back().opener, open_.back().place, here_};
  }

 private:
  struct Open {
    char opener;
    TextPlace place;
  };

  void look(char byte) {
    if (in_comment_) return;
    char opener = open_.empty() ? '\0' : open_.back().opener;
    if (opener == '"' || opener == '\'') return look_in_quotes(byte, opener);
    bool blank_before = before_ == ' ' || before_ == '\t' || before_ == '\n';
    if (byte == '#' && blank_before) {
      in_comment_ = true;
    } else if (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n') {
      if (byte == '\n') value_begins_ = true;
    } else if ((byte == '}' && opener == '{') || (byte == ']' && opener == '[')) {
      open_.pop_back();
      value_begins_ = false;
    } else if (value_begins_ && (byte == '{' || byte == '[' || byte == '"' || byte == '\'')) {
      open_.push_back({byte, here_});
    } else {
      // A word goes on to the next of these; "-" begins an item of a list.
      value_begins_ = byte == ':' || byte == ',' || byte == '-';
    }
  }

  // A backslash takes the next byte in double quotes; in single ones, two are one, which closing
  // and opening again comes to.
  void look_in_quotes(char byte, char opener) {
    bool escaped = escaped_;
    escaped_ = opener == '"' && byte == '\\' && !escaped;
    if (byte != opener || escaped) return;
    open_.pop_back();
    value_begins_ = opener == '\'';
  }

  void advance(char byte) {
    before_ = byte;
    ++here_.column;
    if (byte != '\n') return;
    here_ = {here_.line + 1, 1};
    in_comment_ = false;
  }

  std::vector<Open> open_;
  TextPlace here_;
  char before_ = '\n';
  bool value_begins_ = true;  // here a bracket or quote opens; inside a word it is a letter
  bool in_comment_ = false;
  bool escaped_ = false;
};

}  // namespace

std::optional<OpenBracket> find_open_bracket(std::string_view text) { return Scan().run(text); }

}  // namespace silversmith::contract
