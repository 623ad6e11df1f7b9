// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "contract/parse_parts.h"

namespace silversmith::contract {
namespace {

using std::string_view;

constexpr std::array<string_view, 4> types = {"date", "integer", "enum", "injected"};
constexpr string_view date_format_default = "yyyy-MM-dd";
constexpr size_t name_bytes_max = 255;  // of Glue
constexpr size_t partitions_max = 16;

// Glue folds the case of names, so that one in capitals would come back as another.
bool is_table_name(string_view text) {
  constexpr string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789_";
  return !text.empty() && text.size() <= name_bytes_max &&
         text.find_first_not_of(allowed) == string_view::npos;
}

// A name stands in keys as "name=" and in templates as "${name}".
bool is_partition_name(string_view text) { return is_table_name(text); }

bool is_location(string_view text) {
  constexpr string_view root = "silver/";
  bool plain = text.find_first_of("*?{}[]$") == string_view::npos;
  return text.starts_with(root) && text.ends_with('/') && plain &&
         text.find("//") == string_view::npos && text.find("/../") == string_view::npos;
}

// Years to seconds by the letters of java.time, which query engines read: whole and descending, so
// that a value has one spelling and sorts as its time does.
bool is_date_format(string_view format) {
  constexpr std::array<string_view, 6> parts = {"yyyy", "MM", "dd", "HH", "mm", "ss"};
  size_t part = 0;
  size_t at = 0;
  while (at < format.size()) {
    char c = format[at];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter) {
      if (string_view("-_.").find(c) == string_view::npos) return false;
      ++at;
      continue;
    }
    if (part == parts.size() || format.substr(at, parts[part].size()) != parts[part]) return false;
    at += parts[part++].size();
  }
  return part > 0;
}

std::optional<int64_t> whole(string_view text) {
  int64_t value = 0;
  auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool good = wrong == std::errc() && end == text.data() + text.size();
  return good ? std::optional(value) : std::nullopt;
}

// "NOW", "NOW-3YEARS", "NOW+1DAY".
bool is_relative(string_view bound) {
  if (!bound.starts_with("NOW")) return false;
  bound.remove_prefix(3);
  if (bound.empty()) return true;
  if (bound.front() != '-' && bound.front() != '+') return false;
  size_t digits = bound.find_first_not_of("0123456789", 1);
  if (digits == string_view::npos || digits == 1) return false;
  string_view unit = bound.substr(digits);
  if (unit.ends_with('S')) unit.remove_suffix(1);
  for (string_view known : {"YEAR", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"}) {
    if (unit == known) return true;
  }
  return false;
}

// Reads one partition; its mapping is open while the parts below take their keys.
class PartitionParser {
 public:
  PartitionParser(const YamlNode& node, const std::string& where, Problems& problems)
      : node_(node), map_(node, where, problems), problems_(problems) {}

  Partition parse() {
    parse_name();
    const YamlNode* type = map_.take("type");
    if (type == nullptr) {
      if (node_.kind == YamlKind::map) problems_.add(node_, map_.path("type") + " is missing");
    }
    auto read = read_enum<PartitionType>(type, map_.path("type"), {types}, problems_);
    const YamlNode* format = map_.take("format");
    const YamlNode* range = map_.take("range");
    const YamlNode* values = map_.take("values");
    map_.finish();
    if (!read) return std::move(partition_);
    partition_.type = *read;
    parse_format(format);
    parse_range(range);
    parse_values(values);
    return std::move(partition_);
  }

 private:
  bool is(PartitionType type) const { return partition_.type == type; }

  void parse_name() {
    const YamlNode* name = map_.take("name");
    if (name == nullptr) {
      if (node_.kind == YamlKind::map) problems_.add(node_, map_.path("name") + " is missing");
      return;
    }
    auto text = read_text(*name, map_.path("name"), problems_);
    if (!text) return;
    if (!is_partition_name(*text)) {
      return problems_.wanted(*name, map_.path("name"), "small letters, digits or _");
    }
    partition_.name = *std::move(text);
  }

  // A key that belongs to another type is a mistake, not something to pass over.
  bool stands_only_in(const YamlNode* node, string_view name, string_view where) {
    problems_.add(*node,
                  map_.path(name) + " stands only in a partition of type " + std::string(where));
    return false;
  }

  void parse_format(const YamlNode* node) {
    if (is(PartitionType::date)) partition_.format = date_format_default;
    if (node == nullptr) return;
    if (!is(PartitionType::date)) {
      stands_only_in(node, "format", "date");
      return;
    }
    auto text = read_text(*node, map_.path("format"), problems_);
    if (!text) return;
    if (!is_date_format(*text)) {
      return problems_.wanted(*node, map_.path("format"),
                              "yyyy, MM, dd, HH, mm, ss in this order, with - _ . between them");
    }
    partition_.format = *std::move(text);
  }

  // Without bounds a query engine would look for no value at all; with bounds that we invent, data
  // outside of them would be passed over in silence.
  void parse_range(const YamlNode* node) {
    bool ranged = is(PartitionType::date) || is(PartitionType::integer);
    if (!ranged) {
      if (node != nullptr) stands_only_in(node, "range", "date or integer");
      return;
    }
    string_view wanted = is(PartitionType::date)
                             ? "FIRST,LAST: dates as format writes them, NOW, or NOW-3YEARS"
                             : "FIRST,LAST: two whole numbers, the smaller one first";
    if (node == nullptr) {
      return problems_.add(node_,
                           map_.path("range") + " is missing, wanted " + std::string(wanted));
    }
    auto text = read_text(*node, map_.path("range"), problems_);
    if (!text) return;
    auto bounds = split(*text, ',');
    bool good =
        bounds.size() == 2 && (is(PartitionType::date) ? are_dates(bounds) : are_numbers(bounds));
    if (!good) return problems_.wanted(*node, map_.path("range"), wanted);
    partition_.range = *std::move(text);
  }

  bool are_dates(const std::vector<string_view>& bounds) const {
    return std::all_of(bounds.begin(), bounds.end(), [&](string_view bound) {
      return is_relative(bound) || is_written_as(bound, partition_.format);
    });
  }

  static bool are_numbers(const std::vector<string_view>& bounds) {
    auto first = whole(bounds[0]);
    auto last = whole(bounds[1]);
    return first && last && *first <= *last;
  }

  void parse_values(const YamlNode* node) {
    if (!is(PartitionType::enumeration)) {
      if (node != nullptr) stands_only_in(node, "values", "enum");
      return;
    }
    if (node == nullptr) return problems_.add(node_, map_.path("values") + " is missing");
    auto values = read_texts(*node, map_.path("values"), problems_);
    if (!values) return;
    // A query engine reads them from one text with commas in between.
    bool plain = !values->empty() &&
                 std::all_of(values->begin(), values->end(), [](const std::string& value) {
                   return !value.empty() && value.find_first_of(",/") == std::string::npos;
                 });
    if (!plain) {
      return problems_.wanted(*node, map_.path("values"),
                              "at least one text; none empty or with a comma or slash");
    }
    partition_.values = *std::move(values);
  }

  const YamlNode& node_;
  MapReader map_;
  Problems& problems_;
  Partition partition_;
};

void parse_partitions(const YamlNode& node, const std::string& where, CatalogSettings& catalog,
                      Problems& problems) {
  if (node.kind != YamlKind::list || node.items.size() > partitions_max) {
    problems.wanted(node, where, "a list of at most 16 partitions");
    return;
  }
  for (size_t i = 0; i < node.items.size(); ++i) {
    std::string place = where + "[" + std::to_string(i) + "]";
    Partition partition = PartitionParser(node.items[i], place, problems).parse();
    bool taken = std::any_of(catalog.partitions.begin(), catalog.partitions.end(),
                             [&](const Partition& other) { return other.name == partition.name; });
    if (taken && !partition.name.empty()) {
      problems.add(node.items[i], place + ": the name " + show(partition.name) + " is taken");
    }
    catalog.partitions.push_back(std::move(partition));
  }
}

}  // namespace

void parse_catalog(const YamlNode& node, CatalogSettings& catalog, Problems& problems) {
  MapReader map(node, "silver:catalog", problems);
  if (const YamlNode* table = map.take("table")) {
    auto text = read_text(*table, map.path("table"), problems);
    if (text && !is_table_name(*text)) {
      problems.wanted(*table, map.path("table"), "1 to 255 small letters, digits or _");
    }
    catalog.table = text.value_or("");
  }
  if (const YamlNode* location = map.take("location")) {
    auto text = read_text(*location, map.path("location"), problems);
    if (text && !is_location(*text)) {
      problems.wanted(*location, map.path("location"),
                      "a folder of silver, as in silver/orders/: no pattern, a slash at its end");
    }
    catalog.location = text.value_or("");
  }
  if (const YamlNode* partitions = map.take("partitions")) {
    parse_partitions(*partitions, map.path("partitions"), catalog, problems);
  }
  map.finish();
}

}  // namespace silversmith::contract
