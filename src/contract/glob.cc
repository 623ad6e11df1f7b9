// SPDX-License-Identifier: Apache-2.0
#include "contract/glob.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "base/text.h"

namespace silversmith::contract {
namespace {

constexpr size_t glob_bytes_max = 1024;
constexpr size_t depth_max = 16;

// A glob is run as a set of positions (Thompson's construction on the glob text itself): each
// byte of the key moves every live position at once, so the time is at most
// size(glob) × size(key), whatever the stars. A position is an offset into the glob:
//
//   bronze/{a,b*}/**/x.csv
//          ^ fans out to every alternative; `,` and `}` of an entered group jump behind its `}`
//
// Closing over such free moves is done by add().
class Machine {
 public:
  explicit Machine(std::string_view glob)
      : glob_(glob), jump_(glob.size() + 1, 0), stamp_(glob.size() + 1, 0) {
    link_groups();
  }

  bool matches(std::string_view key) {
    Positions now;
    Positions next;
    ++generation_;
    add(now, 0);
    for (size_t i = 0; i < key.size(); ++i) {
      next.clear();
      ++generation_;
      for (uint32_t at : now) advance(next, at, key, i);
      std::swap(now, next);
      if (now.empty()) return false;
    }
    for (uint32_t at : now) {
      if (at == glob_.size()) return true;
    }
    return false;
  }

 private:
  using Positions = std::vector<uint32_t>;

  bool stands(size_t at, std::string_view text) const {
    return glob_.substr(at, text.size()) == text;
  }

  // For every `{` where its alternatives start, for every `,` and `}` of a group where it ends.
  void link_groups() {
    std::vector<std::vector<uint32_t>> open;
    alternatives_.resize(glob_.size());
    for (uint32_t at = 0; at < glob_.size(); ++at) {
      if (glob_[at] == '{') {
        open.push_back({at});
        alternatives_[at].push_back(at + 1);
      } else if (glob_[at] == ',' && !open.empty()) {
        alternatives_[open.back()[0]].push_back(at + 1);
        open.back().push_back(at);
      } else if (glob_[at] == '}' && !open.empty()) {
        for (size_t i = 1; i < open.back().size(); ++i) jump_[open.back()[i]] = at + 1;
        jump_[at] = at + 1;
        open.pop_back();
      }
    }
  }

  // Adds `at` and what is reached from there without a byte of the key.
  void add(Positions& to, size_t start) {
    std::vector<uint32_t> pending = {static_cast<uint32_t>(start)};
    while (!pending.empty()) {
      uint32_t at = pending.back();
      pending.pop_back();
      if (stamp_[at] == generation_) continue;
      stamp_[at] = generation_;
      to.push_back(at);
      if (at == glob_.size()) continue;
      if (glob_[at] == '{') {
        pending.insert(pending.end(), alternatives_[at].begin(), alternatives_[at].end());
      } else if (jump_[at] != 0) {
        pending.push_back(jump_[at]);
      } else if (stands(at, "**/") && at_segment_start(at)) {
        pending.push_back(at + 3);
      } else if (stands(at, "**")) {
        pending.push_back(at + 2);
      } else if (glob_[at] == '*') {
        pending.push_back(at + 1);
      }
    }
  }

  bool at_segment_start(size_t at) const { return at == 0 || glob_[at - 1] == '/'; }

  // Where position `at` goes by the byte key[i].
  void advance(Positions& to, uint32_t at, std::string_view key, size_t i) {
    if (at == glob_.size() || glob_[at] == '{' || jump_[at] != 0) return;
    char byte = key[i];
    if (stands(at, "**/") && at_segment_start(at)) {
      // Whole segments only: it may be left behind any slash.
      stay(to, at);
      if (byte == '/') add(to, at + 3);
    } else if (stands(at, "**")) {
      add(to, at);
    } else if (glob_[at] == '*') {
      if (byte != '/') add(to, at);
    } else if (glob_[at] == '?') {
      if (byte != '/') add(to, in_character(key, i) ? at : at + 1);
    } else if (glob_[at] == byte) {
      add(to, at + 1);
    }
  }

  // Keeps `at` without its free moves: inside a segment `**/` can't be left.
  void stay(Positions& to, uint32_t at) {
    if (stamp_[at] == generation_) return;
    stamp_[at] = generation_;
    to.push_back(at);
  }

  // Whether more bytes of the character that key[i] belongs to follow: `?` takes them all.
  static bool in_character(std::string_view key, size_t i) {
    return i + 1 < key.size() && (static_cast<unsigned char>(key[i + 1]) & 0xC0) == 0x80;
  }

  std::string_view glob_;
  std::vector<std::vector<uint32_t>> alternatives_;
  std::vector<uint32_t> jump_;
  std::vector<uint64_t> stamp_;
  uint64_t generation_ = 0;
};

}  // namespace

Result<> check_glob(std::string_view glob) {
  auto wrong = [&](std::string_view what) {
    return Error{Code::invalid, "glob " + show(glob) + " " + std::string(what), "", ""};
  };
  if (glob.empty()) return wrong("is empty");
  if (glob.size() > glob_bytes_max) return wrong("is longer than 1024 bytes");
  size_t depth = 0;
  for (char byte : glob) {
    if (byte == '{' && ++depth > depth_max) return wrong("nests braces deeper than 16 levels");
    if (byte != '}') continue;
    if (depth == 0) return wrong("has a } without its {");
    --depth;
  }
  if (depth > 0) return wrong("has a { without its }");
  return {};
}

bool glob_matches(std::string_view glob, std::string_view key) {
  return Machine(glob).matches(key);
}

}  // namespace silversmith::contract
