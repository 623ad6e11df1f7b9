// SPDX-License-Identifier: Apache-2.0
// Cells → booleans, and the check of JSON cells. Text needs no conversion: its values are the cells
// themselves, whose UTF-8 csv has checked. Each cell of a boolean needs 8 readable bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "frame/columns.h"
#include "frame/mark.h"

namespace silversmith::frame {

// The exact cell texts that mean true and false. Borrowed from the plan.
struct BooleanWords {
  std::span<const std::string> true_values;
  std::span<const std::string> false_values;
};

// Each returns the number of cells it marked as bad; cells whose mark is not `good` become zero.
uint32_t convert_boolean(std::span<const Text> cells, Mark* marks, const BooleanWords& words,
                         uint8_t* out);
uint32_t check_json(std::span<const Text> cells, Mark* marks);

}  // namespace silversmith::frame
