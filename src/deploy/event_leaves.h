// SPDX-License-Identifier: Apache-2.0
// An event as event-ruler looks at it: every value under its path ("detail.object.key"), arrays
// taken apart, with the array elements that it stands in.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "deploy/matcher.h"

namespace silversmith::deploy {

using ArrayElements = std::map<uint32_t, uint32_t>;  // array → which element of it
// Adds `more` to `elements`; false where the two name different elements of one array.
bool agree(ArrayElements& elements, const ArrayElements& more);

struct EventLeaf {
  Value value;
  ArrayElements elements;
};
using EventLeaves = std::map<std::string, std::vector<EventLeaf>>;

// Objects and arrays that are empty have no leaf. Requires depth as parse_json bounds it.
EventLeaves leaves_of(const Json& event);

}  // namespace silversmith::deploy
