// SPDX-License-Identifier: Apache-2.0
// Values from text by the most obvious means: regular expressions, strtod, counting days one year
// at a time. The judge of frame's converters in differential tests; slow, and never linked into the
// product.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace silversmith::oracle {

std::optional<int64_t> integer(std::string_view text);
// NaN, INF and -INF in any case are numbers; digits that overflow are none.
std::optional<double> number(std::string_view text);
// The value times 10^scale, as decimal digits with a minus in front.
std::optional<std::string> decimal(std::string_view text, int precision, int scale);
std::optional<int64_t> date(std::string_view text);
enum class Offset { none, wanted };
std::optional<int64_t> timestamp(std::string_view text, Offset offset);

// The name of the type (frame::describe) of a column of cells, nothing for a null one.
std::string infer(const std::vector<std::string>& cells);

}  // namespace silversmith::oracle
