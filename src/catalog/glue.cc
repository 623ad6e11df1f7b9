// SPDX-License-Identifier: Apache-2.0
#include "catalog/glue.h"

#include <algorithm>

#include "base/text.h"
#include "wire/aws_json.h"

namespace silversmith::catalog {

namespace {

constexpr wire::AwsJsonService glue = {
    .target = "AWSGlue",
    .version = "1.1",
    .rights = {"glue", "the catalog, the database and its tables"}};

// What passes, besides throttling: each is documented as worth another call.
bool passes(std::string_view name) {
  return name == "OperationTimeoutException" || name == "ResourceNotReadyException" ||
         name == "InternalServiceException" || name == "ThrottlingException";
}

Error meaning_of(const wire::AwsJsonCall& call, const wire::AwsFault& fault) {
  Error error = wire::error_of(glue.rights, call, fault);
  if (passes(fault.name)) {
    error.code = Code::busy;
    error.hint.clear();
  } else if (fault.name == "EntityNotFoundException") {
    error.hint = "make the database, or name another";
  } else if (fault.message.find("Lake Formation") != std::string::npos) {
    error.hint = "grant the role its rights in Lake Formation";
  } else if (fault.name != "AccessDeniedException" && fault.name.ends_with("Exception")) {
    error.hint.clear();  // a right would not help
  }
  return error;
}

std::string named(const Json& input) { return input.text_or("Name", ""); }

bool is_fault(const wire::AwsJsonAnswer& answer, std::string_view name) {
  return answer.fault.has_value() && answer.fault->name == name;
}

// Of one partition that was not made; nothing when it was there.
Result<> check_partition(const std::string& about, const Json& failed) {
  const Json* detail = failed.find("ErrorDetail");
  std::string code = detail == nullptr ? "" : detail->text_or("ErrorCode", "");
  if (code == "AlreadyExistsException") return {};
  std::vector<std::string> values;
  const Json* list = failed.find("PartitionValues");
  if (list != nullptr && list->is_array()) {
    for (const Json& value : list->as_array()) {
      if (value.is_string()) values.push_back(value.as_string());
    }
  }
  std::string message = detail == nullptr ? "" : detail->text_or("ErrorMessage", "");
  return Error{passes(code) ? Code::busy : Code::denied,
               "BatchCreatePartition " + about + ": the partition " + join(values, "/") + ": " +
                   code + ": " + message,
               "", ""};
}

}  // namespace

Json GlueCatalog::in_database() const { return Json::object().set("DatabaseName", database_); }

Result<std::optional<Held>> GlueCatalog::table(const std::string& name) {
  std::string about = database_ + "." + name;
  wire::AwsJsonCall call{"GetTable", about};
  auto answer = SMITH_TRY(wire::call_aws(client_, glue, call, in_database().set("Name", name)));
  // The database may be missing instead: creating the table tells.
  if (is_fault(answer, "EntityNotFoundException")) return std::optional<Held>();
  if (answer.fault.has_value()) return meaning_of(call, *answer.fault);
  const Json* table = answer.body.find("Table");
  if (table == nullptr || !table->is_object()) {
    return Error{Code::busy, "GetTable " + about + ": the answer has no table", "", ""};
  }
  return std::optional(Held{*table, table->text_or("VersionId", "")});
}

Result<Written> GlueCatalog::create(const Json& input) {
  std::string about = database_ + "." + named(input);
  wire::AwsJsonCall call{"CreateTable", about};
  auto answer =
      SMITH_TRY(wire::call_aws(client_, glue, call, in_database().set("TableInput", input)));
  if (is_fault(answer, "AlreadyExistsException")) return Written::lost_race;
  if (is_fault(answer, "ConcurrentModificationException")) return Written::lost_race;
  if (answer.fault.has_value()) return meaning_of(call, *answer.fault);
  return Written::done;
}

Result<Written> GlueCatalog::update(const Json& input, const std::string& version) {
  std::string about = database_ + "." + named(input);
  wire::AwsJsonCall call{"UpdateTable", about};
  Json fields = in_database();
  fields.set("TableInput", input).set("SkipArchive", true);
  // Without it the last writer wins, and what the others added is lost.
  if (!version.empty()) fields.set("VersionId", version);
  auto answer = SMITH_TRY(wire::call_aws(client_, glue, call, fields));
  if (is_fault(answer, "ConcurrentModificationException")) return Written::lost_race;
  if (is_fault(answer, "EntityNotFoundException")) return Written::lost_race;
  if (answer.fault.has_value()) return meaning_of(call, *answer.fault);
  return Written::done;
}

Result<uint64_t> GlueCatalog::add_partitions(const std::string& table,
                                             const std::vector<Json>& inputs) {
  std::string about = database_ + "." + table;
  wire::AwsJsonCall call{"BatchCreatePartition", about};
  Json fields = in_database();
  fields.set("TableName", table).set("PartitionInputList", Json(Json::Array(inputs)));
  auto answer = SMITH_TRY(wire::call_aws(client_, glue, call, fields));
  if (answer.fault.has_value()) return meaning_of(call, *answer.fault);
  uint64_t there = 0;
  const Json* errors = answer.body.find("Errors");
  if (errors != nullptr && errors->is_array()) {
    for (const Json& failed : errors->as_array()) {
      SMITH_TRY(check_partition(about, failed));
      ++there;
    }
  }
  return inputs.size() - std::min<uint64_t>(there, inputs.size());
}

}  // namespace silversmith::catalog
