// SPDX-License-Identifier: Apache-2.0
#include "contract/pattern.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace silversmith::contract {
namespace {

using Kind = PatternItemKind;

std::optional<Kind> kind_of(char directive) {
  switch (directive) {
    case 'Y': return Kind::year;
    case 'y': return Kind::year_short;
    case 'm': return Kind::month;
    case 'b':
    case 'B': return Kind::month_name;
    case 'd': return Kind::day;
    case 'e': return Kind::day_blank;
    case 'j': return Kind::day_of_year;
    case 'H': return Kind::hour;
    case 'I': return Kind::hour_half;
    case 'p': return Kind::half;
    case 'M': return Kind::minute;
    case 'S': return Kind::second;
    case 'f': return Kind::fraction;
    case 'z': return Kind::zone;
    default: return std::nullopt;
  }
}

// Kinds that say the same thing share a part, and a part stands at most once.
enum class Part : uint8_t {
  year,
  month,
  day,
  day_of_year,
  hour,
  half,
  minute,
  second,
  fraction,
  zone,
  none
};

Part part_of(Kind kind) {
  switch (kind) {
    case Kind::literal: return Part::none;
    case Kind::year:
    case Kind::year_short: return Part::year;
    case Kind::month:
    case Kind::month_name: return Part::month;
    case Kind::day:
    case Kind::day_blank: return Part::day;
    case Kind::day_of_year: return Part::day_of_year;
    case Kind::hour:
    case Kind::hour_half: return Part::hour;
    case Kind::half: return Part::half;
    case Kind::minute: return Part::minute;
    case Kind::second: return Part::second;
    case Kind::fraction: return Part::fraction;
    case Kind::zone: return Part::zone;
  }
  return Part::none;
}

Error wrong(std::string_view format, std::string_view what) {
  return {Code::invalid, "format " + show(format) + " " + std::string(what), "", ""};
}

Result<std::vector<PatternItem>> items_of(std::string_view format) {
  std::vector<PatternItem> items;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      items.push_back({Kind::literal, format[i]});
      continue;
    }
    if (++i == format.size()) return wrong(format, "ends with a lone %");
    if (format[i] == '%') {
      items.push_back({Kind::literal, '%'});
      continue;
    }
    std::optional<Kind> kind = kind_of(format[i]);
    if (!kind) {
      return wrong(format, "has the unknown directive " + show(format.substr(i - 1, 2)) +
                               ", wanted one of %Y %y %m %b %B %d %e %j %H %I %p %M %S %f %z %%");
    }
    auto repeats = [&](const PatternItem& item) {
      return *kind != Kind::literal && part_of(item.kind) == part_of(*kind);
    };
    if (std::any_of(items.begin(), items.end(), repeats)) {
      return wrong(format, "says the same part twice: " + show(format.substr(i - 1, 2)));
    }
    items.push_back({*kind, 0});
  }
  return items;
}

class Parts {
 public:
  explicit Parts(const std::vector<PatternItem>& items) : items_(items) {}

  bool has(Part part) const {
    return std::any_of(items_.begin(), items_.end(),
                       [&](const PatternItem& item) { return part_of(item.kind) == part; });
  }
  bool has(Kind kind) const {
    return std::any_of(items_.begin(), items_.end(),
                       [&](const PatternItem& item) { return item.kind == kind; });
  }
  bool any_of_date() const {
    return has(Part::year) || has(Part::month) || has(Part::day) || has(Part::day_of_year);
  }
  bool any_of_time() const {
    return has(Part::hour) || has(Part::half) || has(Part::minute) || has(Part::second) ||
           has(Part::fraction) || has(Part::zone);
  }

 private:
  const std::vector<PatternItem>& items_;
};

// What a format lacks or has too much for its use, or nothing.
std::string_view complaint(const Parts& parts, PatternUse use) {
  if (use != PatternUse::time) {
    bool by_month = parts.has(Part::month) && parts.has(Part::day);
    if (!parts.has(Part::year)) return "has no year (%Y or %y)";
    if (!by_month && !parts.has(Part::day_of_year)) return "has no month and day (%m %d, or %j)";
    if (parts.has(Part::day_of_year) && (parts.has(Part::month) || parts.has(Part::day))) {
      return "has a day of the year (%j) beside a month or day";
    }
  }
  if (use == PatternUse::date) {
    return parts.any_of_time() ? "has a part of a time, which a date cannot keep" : "";
  }
  if (use == PatternUse::time && parts.any_of_date()) {
    return "has a part of a date, which a time cannot keep";
  }
  if (use == PatternUse::time && parts.has(Part::zone)) {
    return "has a zone (%z), which a time without a date cannot keep";
  }
  if (!parts.has(Part::hour)) return "has no hour (%H, or %I with %p)";
  if (!parts.has(Part::minute)) return "has no minute (%M)";
  if (parts.has(Kind::hour_half) != parts.has(Part::half)) {
    return "needs %I and %p together: one alone does not say the hour";
  }
  if (parts.has(Part::fraction) && !parts.has(Part::second)) {
    return "has a fraction (%f) without seconds (%S)";
  }
  return "";
}

}  // namespace

Result<Pattern> compile_pattern(std::string_view format, PatternUse use) {
  constexpr std::string_view old_prefix = "fmt:";
  std::string_view written = format;
  if (format.substr(0, old_prefix.size()) == old_prefix) format.remove_prefix(old_prefix.size());
  if (format == "default") return Pattern{};
  if (format == "any") return wrong(written, "is not supported: name the one format that is meant");
  if (format.find('%') == std::string_view::npos) {
    return wrong(written, "has no directive, wanted default or one like %Y-%m-%d");
  }
  Pattern pattern;
  pattern.iso = false;
  pattern.items = SMITH_TRY(items_of(format));
  Parts parts(pattern.items);
  std::string_view what = complaint(parts, use);
  if (!what.empty()) return wrong(written, what);
  pattern.zone = parts.has(Part::zone);
  return pattern;
}

}  // namespace silversmith::contract
