// SPDX-License-Identifier: Apache-2.0
#include "smith/plan.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "frame/infer.h"

namespace silversmith::smith {

namespace {

using contract::Contract;
using contract::Field;
using contract::FieldsMatch;

void add_fault(PlanDraft& draft, std::string_view code, std::string message, std::string hint) {
  draft.faults.push_back({std::string(code), std::move(message), std::move(hint)});
}

frame::Type declared_type(const Field& field) {
  using frame::Kind;
  frame::Type type;
  switch (field.type) {
    case contract::FieldType::any:
    case contract::FieldType::string: type.kind = Kind::text; break;
    case contract::FieldType::integer: type.kind = Kind::int64; break;
    case contract::FieldType::number: type.kind = Kind::float64; break;
    case contract::FieldType::boolean: type.kind = Kind::boolean; break;
    case contract::FieldType::date: type.kind = Kind::date; break;
    case contract::FieldType::time: type.kind = Kind::time; break;
    case contract::FieldType::datetime:
      type.kind = Kind::timestamp;
      type.utc = field.pattern.has_value() && field.pattern->zone;
      break;
  }
  if (field.decimal.has_value()) {
    type.kind = Kind::decimal;
    type.precision = field.decimal->precision;
    type.scale = field.decimal->scale;
  }
  return type;
}

// The dialect's null sequence, which unlike a missing value counts only without quotes.
void add_null_sequence(frame::ColumnPlan& column, const std::string& sequence) {
  std::vector<std::string>& tokens = column.null_tokens;
  bool missing_value = std::find(tokens.begin(), tokens.end(), sequence) != tokens.end();
  if (sequence.empty() || missing_value) return;
  tokens.push_back(sequence);
  column.quoted_null_is_value = true;
}

void add_declared(PlanDraft& draft, const Contract& contract, const Field& field, int32_t source) {
  frame::ColumnPlan column;
  column.name = field.name;
  column.type = declared_type(field);
  column.source = source;
  column.null_tokens = field.missing_values.value_or(contract.missing_values);
  add_null_sequence(column, draft.plan.dialect.null_sequence);
  column.required = field.required;
  column.on_type_error = field.on_type_error.value_or(contract.policy.type);
  column.pattern = field.pattern;
  column.true_values = field.true_values;
  column.false_values = field.false_values;
  bool iso = !field.pattern.has_value() || field.pattern->iso;
  if (field.type == contract::FieldType::datetime && iso && source >= 0) {
    draft.zone_from_first_value.push_back(draft.plan.columns.size());
  }
  draft.plan.columns.push_back(std::move(column));
}

// Every cell keeps its text, whatever the contract makes of it; names, nulls and rules stay.
void drop_types(PlanDraft& draft) {
  for (frame::ColumnPlan& column : draft.plan.columns) {
    column.type = frame::Type();
    column.pattern.reset();
  }
  draft.zone_from_first_value.clear();
}

void add_untyped(PlanDraft& draft, const EngineOptions& options, const std::string& name,
                 size_t source) {
  frame::ColumnPlan column;
  column.name = name;
  column.source = static_cast<int32_t>(source);
  column.true_values = {"true", "True", "TRUE"};
  column.false_values = {"false", "False", "FALSE"};
  add_null_sequence(column, draft.plan.dialect.null_sequence);
  column.null_tokens.emplace_back();
  column.quoted_empty_is_text = true;  // types other than text drop it again
  if (options.types == Types::stable) draft.inferred.push_back(draft.plan.columns.size());
  draft.plan.columns.push_back(std::move(column));
}

void check_labels(PlanDraft& draft, const std::vector<std::string>& labels) {
  std::map<std::string, size_t> first;
  for (size_t i = 0; i < labels.size(); ++i) {
    std::string place = "column " + std::to_string(i + 1);
    if (labels[i].empty()) {
      add_fault(draft, "blank-label", "the header has no label for " + place,
                "name the column in the header");
      continue;
    }
    auto [before, added] = first.emplace(labels[i], i + 1);
    if (added) continue;
    add_fault(draft, "duplicate-label",
              "the header has " + show(labels[i]) + " for column " +
                  std::to_string(before->second) + " and for " + place,
              "give each column a name of its own");
  }
}

void extra_label(PlanDraft& draft, const std::vector<std::string>& labels, size_t index) {
  add_fault(draft, "extra-label",
            "column " + std::to_string(index + 1) + ", " + show(labels[index]) +
                ", is not in the contract",
            "add the field to the contract, or set fieldsMatch: subset with "
            "silver:policy.extraFields: keep or drop");
}

void missing_label(PlanDraft& draft, const Field& field, const std::vector<std::string>& labels) {
  std::string found = labels.size() == 1 ? "1 column" : std::to_string(labels.size()) + " columns";
  add_fault(draft, "missing-label",
            "the field " + show(field.name) + " of the contract is not in the header (" + found +
                ": " + show(join(labels, ","), 200) + ")",
            "correct the file's header, or the contract");
}

void plan_by_position(PlanDraft& draft, const Contract& contract,
                      const std::vector<std::string>& labels) {
  for (size_t i = 0; i < contract.fields.size(); ++i) {
    const Field& field = contract.fields[i];
    if (i >= labels.size()) {
      missing_label(draft, field, labels);
    } else if (labels[i] != field.name) {
      add_fault(draft, "incorrect-label",
                "column " + std::to_string(i + 1) + " is labelled " + show(labels[i]) +
                    ", wanted " + show(field.name),
                "correct the header's order and names, or set fieldsMatch: equal");
    }
    add_declared(draft, contract, field, static_cast<int32_t>(i));
  }
  for (size_t i = contract.fields.size(); i < labels.size(); ++i) extra_label(draft, labels, i);
}

bool missing_allowed(const Contract& contract) {
  return contract.fields_match == FieldsMatch::superset ||
         contract.fields_match == FieldsMatch::partial ||
         contract.policy.missing_fields == contract::MissingFields::null;
}

bool extra_allowed(const Contract& contract) {
  bool match =
      contract.fields_match == FieldsMatch::subset || contract.fields_match == FieldsMatch::partial;
  return match && contract.policy.extra_fields != contract::ExtraFields::fail;
}

void plan_by_name(PlanDraft& draft, const Contract& contract, const EngineOptions& options,
                  const std::vector<std::string>& labels) {
  std::map<std::string_view, size_t> place;
  for (size_t i = 0; i < labels.size(); ++i) place.emplace(labels[i], i);
  size_t matched = 0;
  for (const Field& field : contract.fields) {
    auto found = place.find(field.name);
    bool absent = found == place.end();
    if (absent && (field.required || !missing_allowed(contract))) {
      missing_label(draft, field, labels);
    }
    matched += absent ? 0 : 1;
    add_declared(draft, contract, field, absent ? -1 : static_cast<int32_t>(found->second));
    if (!absent) place.erase(found);
  }
  if (matched == 0 && contract.fields_match == FieldsMatch::partial) {
    add_fault(draft, "unmatched-header", "no label of the header is a field of the contract",
              "check that the file belongs to this feed");
  }
  for (size_t i = 0; i < labels.size(); ++i) {
    if (!place.contains(labels[i])) continue;
    if (!extra_allowed(contract)) {
      extra_label(draft, labels, i);
    } else if (contract.policy.extra_fields == contract::ExtraFields::keep) {
      add_untyped(draft, options, labels[i], i);
    }
  }
}

}  // namespace

std::vector<std::string> join_header(const std::vector<std::vector<std::string>>& rows,
                                     const csv::Dialect& dialect) {
  size_t width = 0;
  for (uint32_t row : dialect.header_rows) width = std::max(width, rows[row - 1].size());
  std::vector<std::string> labels(width);
  for (size_t i = 0; i < width; ++i) {
    std::vector<std::string> parts;
    for (uint32_t row : dialect.header_rows) {
      if (i < rows[row - 1].size() && !rows[row - 1][i].empty()) parts.push_back(rows[row - 1][i]);
    }
    labels[i] = join(parts, dialect.header_join);
  }
  return labels;
}

PlanDraft make_plan(const contract::Contract* contract, const EngineOptions& options,
                    const csv::Dialect& dialect, const std::vector<std::string>& labels) {
  PlanDraft draft;
  draft.plan.dialect = dialect;
  draft.plan.labels = labels;
  bool blank = std::all_of(labels.begin(), labels.end(), [](const auto& l) { return l.empty(); });
  if (dialect.header && blank) {
    add_fault(draft, "blank-header", "the header row is blank",
              "put the column names in the first row, or declare header: false");
    return draft;
  }
  if (labels.size() > limits::columns_max) {
    add_fault(draft, "limit-exceeded",
              "the header has " + human_count(labels.size()) + " columns, at most " +
                  human_count(limits::columns_max) + " are taken",
              "check the delimiter; split the table if it is really that wide");
    return draft;
  }
  if (contract == nullptr) {
    draft.plan.labels = frame::mend_labels(labels);
    for (size_t i = 0; i < labels.size(); ++i) {
      add_untyped(draft, options, draft.plan.labels[i], i);
    }
    return draft;
  }
  draft.plan.structural = contract->policy.structural;
  draft.plan.required = contract->policy.required;
  if (dialect.header) check_labels(draft, labels);
  if (!draft.faults.empty()) return draft;
  if (contract->fields_match == FieldsMatch::exact || !dialect.header) {
    plan_by_position(draft, *contract, labels);
  } else {
    plan_by_name(draft, *contract, options, labels);
  }
  if (options.types == Types::text) drop_types(draft);
  return draft;
}

}  // namespace silversmith::smith
