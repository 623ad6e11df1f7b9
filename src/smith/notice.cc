// SPDX-License-Identifier: Apache-2.0
#include "smith/notice.h"

#include <algorithm>

#include "base/text.h"

namespace silversmith::smith {

namespace {

constexpr size_t reasons_shown_max = 20;
constexpr size_t faults_shown_max = 20;
constexpr size_t depth_max = 8;

// As SNS takes a subject: printable ASCII that begins with a letter, digit or mark.
std::string subject_of(std::string_view text) {
  std::string subject;
  for (char c : trim(text)) {
    bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80;  // of a character, told once
    if (!continues) subject += c >= 0x20 && c < 0x7f ? c : '?';
  }
  return subject.empty() ? "silversmith" : shortened(subject, notice_subject_bytes_max);
}

Notice make_notice(std::string_view subject, const std::vector<std::string>& lines, Json fields) {
  return {subject_of(subject), shortened(join(lines, "\n") + "\n", notice_text_bytes_max),
          std::move(fields)};
}

// A message's quoted texts are the file's own, values among them. Those stay that the contract
// says: behind "field" and "wanted".
std::string without_values(std::string_view message) {
  std::string out;
  size_t at = 0;
  while (at < message.size()) {
    char c = message[at];
    out += c;
    ++at;
    if (c != '"') continue;
    size_t end = at;
    while (end < message.size() && message[end] != '"') end += message[end] == '\\' ? 2 : 1;
    end = std::min(end, message.size());
    bool of_contract = out.ends_with("field \"") || out.ends_with("wanted \"");
    out += of_contract ? std::string(message.substr(at, end - at)) : "...";
    if (end < message.size()) out += '"';
    at = end + 1;
  }
  return out;
}

// A word of a command line, quoted where a shell would read more into it.
std::string shell_word(const std::string& text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=+@%,";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

using Reasons = std::vector<std::pair<std::string, uint64_t>>;

// The most frequent first, at most reasons_shown_max.
Reasons top_reasons(const silver::Account& account) {
  Reasons reasons(account.reasons.begin(), account.reasons.end());
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const auto& left, const auto& right) { return left.second > right.second; });
  reasons.resize(std::min(reasons.size(), reasons_shown_max));
  return reasons;
}

Json rejected_fields(const silver::Rejected& rejected, const ReportPlace& place) {
  const silver::Account& account = rejected.account;
  Json reasons = Json::object();
  for (const auto& [code, count] : top_reasons(account)) reasons.set(code, count);
  Json faults = Json::array();
  for (size_t i = 0; i < std::min(account.faults.size(), faults_shown_max); ++i) {
    faults.add(account.faults[i].code);
  }
  Json fields = Json::object();
  fields.set("kind", "rejected")
      .set("lake", place.lake)
      .set("key", account.key)
      .set("report", "s3://" + place.bucket + "/" + place.key)
      .set("contract", account.contract)
      .set("contract_version", account.contract_version)
      .set("source_version", account.source_version)
      .set("faults", std::move(faults))
      .set("rows_read", account.rows_read)
      .set("rows_quarantined", account.rows_quarantined)
      .set("reasons", std::move(reasons));
  return fields;
}

std::string counted(uint64_t count, std::string_view one) {
  return human_count(count) + " " + std::string(one) + (count == 1 ? "" : "s");
}

void add_reasons(const silver::Account& account, std::vector<std::string>& lines) {
  if (account.reasons.empty()) return;
  lines.insert(lines.end(), {"", "Records set aside, by reason:"});
  Reasons reasons = top_reasons(account);
  for (const auto& [code, count] : reasons) {
    lines.push_back("  " + code + ": " + human_count(count));
  }
  size_t more = account.reasons.size() - reasons.size();
  if (more > 0) lines.push_back("  and " + counted(more, "reason") + " more");
}

// What an alarm says, wherever it came from.
struct Alarm {
  std::string name, description, state, before, reason, time, region;
};

Notice alarm_notice(const Alarm& alarm) {
  std::vector<std::string> lines = {
      "The alarm " + alarm.name + " is in the state " + alarm.state +
      (alarm.before.empty() ? "." : ", before " + alarm.before + ".")};
  if (!alarm.description.empty()) lines.insert(lines.end(), {"", alarm.description});
  if (!alarm.reason.empty()) lines.insert(lines.end(), {"", "Why: " + alarm.reason});
  if (!alarm.time.empty()) lines.push_back("When: " + alarm.time);
  if (alarm.state == "ALARM") {
    lines.insert(lines.end(), {"",
                               "What to do: docs/operations/runbook.md has a part on each "
                               "alarm, by its name."});
  }
  Json fields = Json::object();
  fields.set("kind", "alarm").set("alarm", alarm.name).set("state", alarm.state);
  std::string subject = alarm.state + ": " + alarm.name;
  if (!alarm.region.empty()) subject += " (" + alarm.region + ")";
  return make_notice(subject, lines, std::move(fields));
}

const Json& at(const Json& json, std::string_view name) {
  static const Json nothing = Json::object();
  const Json* found = json.find(name);
  return found == nullptr ? nothing : *found;
}

// Of a topic's message, of an alarm action on a function, of EventBridge.
std::optional<Notice> read_alarm(const Json& json) {
  if (json.find("AlarmName") != nullptr && json.find("NewStateValue") != nullptr) {
    return alarm_notice({json.text_or("AlarmName", ""), json.text_or("AlarmDescription", ""),
                         json.text_or("NewStateValue", ""), json.text_or("OldStateValue", ""),
                         json.text_or("NewStateReason", ""), json.text_or("StateChangeTime", ""),
                         json.text_or("Region", "")});
  }
  bool of_bus = json.text_or("detail-type", "") == "CloudWatch Alarm State Change";
  const Json& data = of_bus ? at(json, "detail") : at(json, "alarmData");
  if (data.find("alarmName") == nullptr) return std::nullopt;
  const Json& state = at(data, "state");
  return alarm_notice(
      {data.text_or("alarmName", ""), at(data, "configuration").text_or("description", ""),
       state.text_or("value", ""), at(data, "previousState").text_or("value", ""),
       state.text_or("reason", ""), json.text_or("time", ""), json.text_or("region", "")});
}

// What the event that a function gave up was about.
std::vector<std::string> keys_in(const Json& payload) {
  std::vector<std::string> keys;
  for (const bronze::Delivery& delivery : bronze::read_event(payload.dump()).deliveries) {
    for (const bronze::Event& event : delivery.events) {
      if (keys.size() < faults_shown_max) keys.push_back("s3://" + event.bucket + "/" + event.key);
    }
  }
  return keys;
}

std::string name_in_arn(std::string_view arn) {
  // arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]
  auto parts = split(arn, ':');
  return std::string(parts.size() > 6 ? parts[6] : arn);
}

uint64_t tries_in(const Json& context) {
  return static_cast<uint64_t>(std::max<int64_t>(context.int_or("approximateInvokeCount", 1), 1));
}

Notice failure_notice(const Json& record) {
  const Json& context = at(record, "requestContext");
  const Json& answer = at(record, "responsePayload");
  std::string function = name_in_arn(context.text_or("functionArn", "a function"));
  std::string type = answer.text_or("errorType", "");
  std::vector<std::string> lines = {
      "The function " + function + " gave up an event that it was given " +
      counted(tries_in(context), "time") + " (" + context.text_or("condition", "unknown") + ")."};
  for (const std::string& key : keys_in(at(record, "requestPayload"))) {
    lines.push_back("It is about " + printable(key));
  }
  std::string message = answer.text_or("errorMessage", "");
  if (!type.empty()) lines.insert(lines.end(), {"", "Why: " + type + ": " + message});
  lines.insert(lines.end(),
               {"", "What to do: mend what it names, then send the event again:",
                "  silversmith dlq ls QUEUE_URL", "  silversmith dlq redrive QUEUE_URL"});
  Json fields = Json::object();
  fields.set("kind", "failure").set("function", function).set("error_type", type);
  return make_notice("Gave up an event: " + function + (type.empty() ? "" : ": " + type), lines,
                     std::move(fields));
}

// One message's way to what it asks to be told, from the outside in.
class Reader {
 public:
  explicit Reader(Tidings& tidings) : tidings_(tidings) {}

  // `subject` is of the topic that brought the text, if one did.
  void read_text(std::string_view text, std::string_view subject) {
    Result<Json> json = parse_json(text);
    if (json.ok() && json->is_object()) return read(*json);
    if (tidings_.of_topic) return tell_text(text, subject);
    fail("found " + show(text) + ", wanted JSON");
  }

  void read(const Json& json) {
    if (depth_ == depth_max) return fail("found too many envelopes around each other");
    ++depth_;
    read_inside(json);
    --depth_;
  }

  void read_record(const Json& record) {
    const Json* body = record.find("body");
    if (body != nullptr && body->is_string()) return read_body(record, body->as_string());
    const Json* sns = record.find("Sns");
    if (sns != nullptr) return read_topic(*sns);
    read_objects(Json::object().set("Records", Json(Json::Array{record})));
  }

 private:
  void read_inside(const Json& json) {
    const Json* records = json.find("Records");
    if (records != nullptr && records->is_array()) {
      for (const Json& record : records->as_array()) read_record(record);
      if (records->as_array().empty()) tidings_.idle_reason = "Records is empty";
      return;
    }
    if (json.text_or("Type", "") == "Notification" && json.find("Message") != nullptr) {
      return read_topic(json);
    }
    if (std::optional<Notice> alarm = read_alarm(json)) {
      // Alarms have this shape for topics alone, also where a raw delivery left the envelope out.
      if (json.find("AlarmName") != nullptr) tidings_.of_topic = true;
      tidings_.notices.push_back(std::move(*alarm));
      return;
    }
    const Json& record = json.find("responsePayload") == nullptr ? at(json, "detail") : json;
    if (record.find("requestContext") != nullptr && record.find("requestPayload") != nullptr) {
      return read_destination(record);
    }
    read_objects(json);
  }

  // A topic's raw delivery leaves its envelope out and makes its attributes the message's own.
  void read_body(const Json& record, const std::string& body) {
    const Json& told = at(at(record, "messageAttributes"), notice_attribute);
    const Json* where = told.find("stringValue");
    if (where == nullptr) return read_text(body, "");
    tidings_.of_topic = true;
    read_own(where->is_string() ? where->as_string() : "", body, "");
  }

  void fail(std::string message) {
    tidings_.errors.push_back({Code::invalid, std::move(message), "", "event-error"});
  }

  void read_topic(const Json& message) {
    tidings_.of_topic = true;
    const Json& told = at(at(message, "MessageAttributes"), notice_attribute);
    std::string text = message.text_or("Message", "");
    std::string subject = message.text_or("Subject", "");
    if (told.find("Value") == nullptr) return read_text(text, subject);
    read_own(told.text_or("Value", ""), text, subject);
  }

  // A notice of ours, told to the topic before: text, whatever it looks like.
  void read_own(std::string_view where, std::string_view text, std::string_view subject) {
    if (where != notice_told_webhook) return tell_text(text, subject);
    tidings_.idle_reason = "a notice of our own, told already";
  }

  void tell_text(std::string_view text, std::string_view subject) {
    Json fields = Json::object();
    fields.set("kind", "text");
    tidings_.notices.push_back(make_notice(subject, {std::string(trim(text))}, std::move(fields)));
  }

  void read_destination(const Json& record) {
    if (at(record, "requestContext").text_or("condition", "") == "Success") {
      tidings_.idle_reason = "the record of an invocation that succeeded";
      return;
    }
    tidings_.notices.push_back(failure_notice(record));
  }

  void read_objects(const Json& json) {
    for (bronze::Delivery& delivery : bronze::read_event(json.dump()).deliveries) {
      for (Error& error : delivery.errors) tidings_.errors.push_back(std::move(error));
      for (bronze::Event& event : delivery.events) tidings_.objects.push_back(std::move(event));
      if (!delivery.idle_reason.empty()) tidings_.idle_reason = delivery.idle_reason;
    }
  }

  Tidings& tidings_;
  size_t depth_ = 0;
};

bool is_message(const Json& record) {
  return record.find("body") != nullptr && record.find("messageId") != nullptr;
}

}  // namespace

Notice rejected_notice(const silver::Rejected& rejected, const ReportPlace& place) {
  const silver::Account& account = rejected.account;
  std::string key = printable(account.key);
  std::vector<std::string> lines = {
      key + " was refused as a whole. Nothing of it is in silver; what silver had before stays.",
      "", "Why:"};
  for (size_t i = 0; i < std::min(account.faults.size(), faults_shown_max); ++i) {
    const silver::FileFault& fault = account.faults[i];
    lines.push_back("  " + fault.code + ": " + without_values(fault.message));
    if (!fault.hint.empty()) lines.push_back("    " + without_values(fault.hint));
  }
  lines.insert(lines.end(), {"", human_count(account.rows_quarantined) + " of " +
                                     counted(account.rows_read, "record") + " set aside."});
  add_reasons(account, lines);
  std::string contract = account.contract.empty() ? "none"
                                                  : account.contract + " version " +
                                                        std::to_string(account.contract_version);
  std::string lake = shell_word(place.lake);
  std::string word = shell_word(account.key);
  std::string again =
      "- correct the file and upload it under the same key: it is converted by itself";
  lines.insert(
      lines.end(),
      {"", "Contract: " + contract, "Report: s3://" + place.bucket + "/" + printable(place.key), "",
       "What to do: see its records, then one of the two:",
       "  silversmith quarantine show " + lake + " " + word, again,
       "- or correct the contract, and then:", "  silversmith run " + lake + " --key " + word});
  std::string fault = account.faults.empty() ? "" : " (" + account.faults.front().code + ")";
  return make_notice("Refused: " + key.substr(key.rfind('/') + 1) + fault, lines,
                     rejected_fields(rejected, place));
}

TidingsList read_tidings(std::string_view payload) {
  TidingsList all;
  Result<Json> json = parse_json(payload);
  const Json* records = json.ok() ? json->find("Records") : nullptr;
  all.by_message = records != nullptr && records->is_array() && !records->as_array().empty() &&
                   std::all_of(records->as_array().begin(), records->as_array().end(), is_message);
  if (!all.by_message) {
    Reader(all.list.emplace_back()).read_text(payload, "");
    return all;
  }
  for (const Json& record : records->as_array()) {
    Tidings& one = all.list.emplace_back();
    one.id = record.text_or("messageId", "");
    Reader(one).read_record(record);
  }
  return all;
}

}  // namespace silversmith::smith
