// SPDX-License-Identifier: Apache-2.0
// How much wildcards of one field cost EventBridge, by the measure of event-ruler's
// MachineComplexityEvaluator: the most beginnings of patterns that one text can match at a time.
// "bronze/*.csv" costs 2: a text that ends in a point matches `bronze/*` and `bronze/*.`. AWS
// refuses rules that pass a bound of its own ("Rule is too complex"), which its documents don't
// state.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace silversmith::deploy {

// The bound that independent emulators of EventBridge use. Not from AWS.
inline constexpr size_t wildcard_cost_max = 10;

// Each wildcard as the texts between its stars (matcher.h), quotes included. Stops counting soon
// after `enough`.
size_t wildcard_cost(const std::vector<std::vector<std::string>>& wildcards, size_t enough);

}  // namespace silversmith::deploy
