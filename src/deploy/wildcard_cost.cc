// SPDX-License-Identifier: Apache-2.0
#include "deploy/wildcard_cost.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <tuple>

namespace silversmith::deploy {

namespace {

constexpr uint16_t star = 256;
constexpr size_t sets_max = 20'000;  // of live positions: what is looked at is bounded

// A position in one of the patterns: so many of its bytes and stars are behind it.
struct Live {
  uint32_t pattern = 0;
  uint32_t position = 0;
  bool operator<(const Live& other) const {
    return std::tie(pattern, position) < std::tie(other.pattern, other.position);
  }
};
using LiveSet = std::set<Live>;

class Walk {
 public:
  explicit Walk(const std::vector<std::vector<std::string>>& wildcards) {
    for (const std::vector<std::string>& pieces : wildcards) {
      std::vector<uint16_t>& tokens = patterns_.emplace_back();
      for (size_t i = 0; i < pieces.size(); ++i) {
        if (i > 0) tokens.push_back(star);
        for (char c : pieces[i]) {
          tokens.push_back(static_cast<unsigned char>(c));
          bytes_.insert(tokens.back());
        }
      }
    }
    bytes_.insert(star);  // stands for every byte that no pattern has
  }

  size_t cost(size_t enough) const {
    LiveSet begin;
    for (uint32_t i = 0; i < patterns_.size(); ++i) add(begin, {i, 0});
    std::set<LiveSet> seen = {begin};
    std::vector<LiveSet> pending = {begin};
    size_t most = 0;
    while (!pending.empty() && seen.size() < sets_max && most <= enough) {
      LiveSet now = std::move(pending.back());
      pending.pop_back();
      for (uint16_t byte : bytes_) {
        LiveSet next = after(now, byte);
        most = std::max(most, next.size());
        if (!next.empty() && seen.insert(next).second) pending.push_back(std::move(next));
      }
    }
    return most;
  }

 private:
  // A star is also passed without a byte.
  void add(LiveSet& to, Live live) const {
    const std::vector<uint16_t>& tokens = patterns_[live.pattern];
    to.insert(live);
    if (live.position < tokens.size() && tokens[live.position] == star) {
      to.insert({live.pattern, live.position + 1});
    }
  }

  LiveSet after(const LiveSet& now, uint16_t byte) const {
    LiveSet next;
    for (const Live& live : now) {
      const std::vector<uint16_t>& tokens = patterns_[live.pattern];
      if (live.position > 0 && tokens[live.position - 1] == star) next.insert(live);
      bool goes = byte != star && live.position < tokens.size() && tokens[live.position] == byte;
      if (goes) add(next, {live.pattern, live.position + 1});
    }
    return next;
  }

  std::vector<std::vector<uint16_t>> patterns_;
  std::set<uint16_t> bytes_;
};

}  // namespace

size_t wildcard_cost(const std::vector<std::vector<std::string>>& wildcards, size_t enough) {
  return wildcards.empty() ? 0 : Walk(wildcards).cost(enough);
}

}  // namespace silversmith::deploy
