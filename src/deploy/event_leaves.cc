// SPDX-License-Identifier: Apache-2.0
#include "deploy/event_leaves.h"

#include <utility>

namespace silversmith::deploy {

namespace {

class LeafWalk {
 public:
  void value(const Json& json, const std::string& path) {
    if (json.is_object()) return object(json, path);
    if (json.is_array()) return array(json, path);
    leaves_[path].push_back({value_of(json), elements_});
  }
  EventLeaves take() { return std::move(leaves_); }

 private:
  void object(const Json& json, const std::string& path) {
    for (const auto& [name, member] : json.as_object()) {
      std::string below = path;
      if (!below.empty()) below += '.';
      value(member, below += name);
    }
  }

  // Only objects in an array have members that could go apart: other values don't count as
  // elements, so that two fields may each take their own.
  void array(const Json& json, const std::string& path) {
    uint32_t number = arrays_++;
    uint32_t index = 0;
    for (const Json& item : json.as_array()) {
      if (item.is_object()) elements_[number] = index;
      value(item, path);
      elements_.erase(number);
      ++index;
    }
  }

  EventLeaves leaves_;
  ArrayElements elements_;
  uint32_t arrays_ = 0;
};

}  // namespace

bool agree(ArrayElements& elements, const ArrayElements& more) {
  for (const auto& [array, element] : more) {
    if (elements.emplace(array, element).first->second != element) return false;
  }
  return true;
}

EventLeaves leaves_of(const Json& event) {
  LeafWalk walk;
  walk.value(event, "");
  return walk.take();
}

}  // namespace silversmith::deploy
