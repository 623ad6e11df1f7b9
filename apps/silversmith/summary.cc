// SPDX-License-Identifier: Apache-2.0
#include "summary.h"

#include <cstdlib>
#include <fstream>

#include "base/text.h"

namespace silversmith::app {

namespace {

std::string seconds_text(int64_t micros) {
  std::string text = std::to_string(static_cast<double>(micros) / 1e6);
  return text.substr(0, text.find('.') + 3) + " s";
}

std::string reject_line(const Json& reject) {
  return "    line " + std::to_string(reject.int_or("line", 0)) + "  " +
         reject.text_or("reason", "") + "  " + reject.text_or("field", "") + "  " +
         reject.text_or("message", "");
}

std::string mark(smith::Status status, const Console& console) {
  using smith::Status;
  std::string name(smith::name_of(status));
  if (status == Status::success) return console.paint(name, "32");
  if (status == Status::error || status == Status::rejected) return console.paint(name, "31");
  if (status == Status::success_with_rejects) return console.paint(name, "33");
  return console.paint(name, "36");
}

std::string fault_lines(const smith::RunResult& result) {
  std::string text;
  for (const silver::FileFault& fault : result.account.faults) {
    text += "\n  " + fault.code + ": " + fault.message;
    if (!fault.hint.empty()) text += "\n    -> " + fault.hint;
  }
  if (result.account.faults.empty() && result.error.has_value()) {
    text.append("\n  ").append(public_code(result.error->code, result.error->type));
    text += ": " + result.error->message;
    if (!result.error->hint.empty()) text += "\n    -> " + result.error->hint;
  }
  size_t shown = 0;
  for (const Json& reject : result.account.first_rejects) {
    if (++shown > 5 || !result.account.refused()) break;
    text += "\n" + reject_line(reject);
  }
  if (!result.quarantine.empty()) text += "\n  report: " + printable(result.quarantine);
  return text;
}

std::string count_lines(const smith::RunResult& result) {
  const silver::Account& account = result.account;
  std::string text = "  " + human_count(account.rows) + " rows";
  if (account.rows_skipped > 0) text += ", " + human_count(account.rows_skipped) + " skipped";
  if (account.rows_quarantined > 0) {
    text += ", rejected " + human_count(account.rows_quarantined) + " of " +
            human_count(account.rows_read);
  }
  text += ", " + seconds_text(static_cast<int64_t>(result.duration_ms) * 1000);
  if (result.bad_ratio_passed) text += "\n  warning: limits.warnBadRatio of the records is reached";
  for (const auto& [code, count] : account.reasons) {
    text += "\n  " + code + "  " + human_count(count);
  }
  text += "\n  -> " + printable(result.output) + "  " + human_bytes(result.bytes_out);
  if (!result.quarantine.empty()) text += "   rejects: " + printable(result.quarantine);
  return text;
}

}  // namespace

Json error_json(const Error& error) {
  Json what = Json::object();
  what.set("code", public_code(error.code, error.type))
      .set("message", error.message)
      .set("hint", error.hint);
  Json json = Json::object();
  json.set("schema", "silversmith.error/1").set("error", std::move(what));
  return json;
}

uint64_t memory_peak_bytes() {
  // Not getrusage(): its peak is also that of the program that became this one.
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("VmHWM:")) return std::strtoull(line.c_str() + 6, nullptr, 10) * 1024;
  }
  return 0;
}

std::string result_text(const smith::RunResult& result, const Console& console) {
  using smith::Status;
  std::string text = mark(result.status, console) + "  " + printable(result.account.key);
  switch (result.status) {
    case Status::success:
    case Status::success_with_rejects: return text + count_lines(result);
    case Status::rejected:
    case Status::error: return text + fault_lines(result);
    case Status::duplicate:
    case Status::superseded:
    case Status::ignored: break;
  }
  return text;
}

}  // namespace silversmith::app
