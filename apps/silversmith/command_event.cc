// SPDX-License-Identifier: Apache-2.0
// silversmith event eventbridge|s3|sqs|sns LAKE KEY: the event that AWS would send about an object,
// to try out `invoke`, a queue or a deployed function. KEY is the whole key, as in S3: an event may
// be about anything, also about what is not bronze's.
#include <filesystem>

#include "base/hash.h"
#include "base/text.h"
#include "bronze/event_key.h"
#include "bronze/sample_event.h"
#include "commands.h"
#include "lake.h"

namespace silversmith::app {

namespace {

constexpr std::string_view s3_scheme = "s3://";

bronze::SampleKind kind_of(std::string_view command) {
  if (command == "event eventbridge") return bronze::SampleKind::eventbridge;
  if (command == "event s3") return bronze::SampleKind::s3;
  if (command == "event sqs") return bronze::SampleKind::sqs;
  SMITH_CHECK(command == "event sns", std::string(command));
  return bronze::SampleKind::sns;
}

// A folder has no bucket: its own name stands for one.
std::string bucket_of(const std::string& lake) {
  if (lake.starts_with(s3_scheme)) {
    std::string rest = lake.substr(s3_scheme.size());
    return rest.substr(0, rest.find('/'));
  }
  std::error_code failed;
  std::filesystem::path whole = std::filesystem::weakly_canonical(lake, failed);
  std::string name = whole.filename().string();
  return name.empty() ? "lake" : name;
}

Result<store::Head> head_of(const Invocation& invocation, const std::string& key) {
  auto lake = SMITH_TRY(Lake::open(invocation.operands.at(0), invocation.settings, nullptr));
  return lake->source().head(key);
}

// Size and time of the object, where it can be looked at: of a bucket an event may be made from
// afar, without the right to look.
Result<> look(const Invocation& invocation, Console& console, bronze::SampleObject& object) {
  Result<store::Head> head = head_of(invocation, object.key);
  if (head.ok()) {
    object.size = head->size;
    object.modified_micros = head->modified_micros;
    return {};
  }
  bool missing = head.error().code == Code::missing;
  if (!missing && !is_in_s3(invocation.operands.at(0))) return std::move(head).error();
  console.note((missing ? "there is no such object" : head.error().message) +
               ": its size is said to be 0");
  return {};
}

}  // namespace

Result<Exit> event_command(const Invocation& invocation, Console& console) {
  bronze::SampleObject object;
  object.bucket = bucket_of(invocation.operands.at(0));
  if (object.bucket.empty()) {
    return Error{Code::invalid, show(invocation.operands.at(0)) + " names no bucket",
                 "wanted a folder, or s3://BUCKET", ""};
  }
  object.key = invocation.operands.at(1);
  SMITH_TRY(bronze::check_key(object.key));
  SMITH_TRY(look(invocation, console, object));
  // S3's own would be an MD5; what matters is that another state of the object has another.
  object.etag = content_hash(object.key + "\n" + std::to_string(object.size) + "\n" +
                             std::to_string(object.modified_micros))
                    .hex();
  Json event = bronze::sample_event(kind_of(invocation.command), object);
  if (console.json()) {
    console.result_json(event);
    return Exit::ok;
  }
  std::string text = event.pretty();
  text.pop_back();  // the line's end comes with the line
  console.result(text);
  return Exit::ok;
}

}  // namespace silversmith::app
