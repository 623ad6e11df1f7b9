// SPDX-License-Identifier: Apache-2.0
#include "diagnosis.h"

#include <algorithm>

#include "base/text.h"

namespace silversmith::app {

namespace {

using store::Need;
using store::Trust;

std::string trust_hint(Trust trust) {
  switch (trust) {
    case Trust::trusted: return "";
    case Trust::single_put_only:
      return "a silver object of more than 64 MiB goes out in parts, and there two writers may "
             "overwrite each other: use another store, or keep files below that";
    case Trust::not_trusted:
      return "use another store: with this one, writers may overwrite each other";
    case Trust::unknown: return "mend what ended the test, and ask again";
  }
  return "";
}

// The same name, whatever is asked of it: the order in which verdicts are worse.
Trust worse(Trust one, Trust other) {
  constexpr Trust order[] = {Trust::trusted, Trust::single_put_only, Trust::unknown,
                             Trust::not_trusted};
  auto rank = [&](Trust trust) { return std::find(std::begin(order), std::end(order), trust); };
  return rank(one) < rank(other) ? other : one;
}

// What to do about a probe that was not begun.
std::string hint_without(const std::string& right) {
  std::string hint = "run doctor once with credentials that have " + right +
                     " on quarantine/.silversmith-doctor/*";
  if (right.ends_with("s3:GetObject")) return hint + ": a DELETE on a condition asks for both";
  // What keeps versions from being removed, whoever asks.
  if (right == "s3:DeleteObjectVersion") hint += " (Object Lock and MFA delete refuse it as well)";
  return hint + "; a function or worker needs no such right";
}

// An upload is ended by a right of its own.
std::string right_to_remove(const std::string& left, const store::Probe& probe) {
  if (left.ends_with(store::upload_left)) return "s3:AbortMultipartUpload";
  if (!probe.missing_right.empty()) return probe.missing_right;
  return "s3:DeleteObject and, in a bucket that keeps versions, s3:DeleteObjectVersion";
}

std::string key_of(Trust trust) {
  switch (trust) {
    case Trust::trusted: return "trusted";
    case Trust::single_put_only: return "single_put_only";
    case Trust::not_trusted: return "not_trusted";
    case Trust::unknown: return "unknown";
  }
  return "";
}

std::string mark_of(Outcome outcome, const Console& console) {
  std::string text(name_of(outcome));
  text.resize(9, ' ');
  switch (outcome) {
    case Outcome::ok: return console.paint(text, "32");
    case Outcome::note: return console.paint(text, "36");
    case Outcome::warning: return console.paint(text, "33");
    case Outcome::failed: return console.paint(text, "31");
  }
  return text;
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok: return "ok";
    case Outcome::note: return "note";
    case Outcome::warning: return "warning";
    case Outcome::failed: return "failed";
  }
  return "";
}

void Diagnosis::add_error(const std::string& group, const std::string& name, const Error& error) {
  add({group, name, Outcome::failed, error.message, error.hint});
}

void Diagnosis::add_probe(const std::string& place, const store::Probe& probe) {
  for (const store::ProbeRow& row : probe.rows) {
    Outcome outcome = Outcome::ok;
    if (!row.holds) outcome = row.need == Need::never ? Outcome::note : Outcome::failed;
    std::string found = row.holds ? row.found : "wanted " + row.wanted + ", found " + row.found;
    add({"conditions", row.name, outcome, std::move(found)});
  }
  if (probe.error.has_value()) add_error("conditions", "to the end", *probe.error);
  for (const std::string& left : probe.left) {
    add({"conditions", "scratch objects", Outcome::warning, left + " could not be removed",
         "remove it; to remove it itself, doctor needs " + right_to_remove(left, probe) +
             " below quarantine/.silversmith-doctor/"});
  }
  if (!probe.not_tried.empty()) {
    add({"verdict", place, Outcome::warning, "not tried out: " + probe.not_tried,
         hint_without(probe.missing_right)});
    trust_ = worse(trust_.value_or(Trust::unknown), Trust::unknown);
    return;
  }
  Trust trust = probe.trust();
  std::vector<std::string> failed = probe.failed();
  std::string found(name_of(trust));
  if (!failed.empty()) found += ": " + join(failed, "; ");
  bool good = trust == Trust::trusted;
  add({"verdict", place, good ? Outcome::ok : Outcome::failed, found, trust_hint(trust)});
  trust_ = worse(trust_.value_or(trust), trust);
  failed_rows_.insert(failed_rows_.end(), failed.begin(), failed.end());
}

bool Diagnosis::healthy() const {
  return std::none_of(checks_.begin(), checks_.end(),
                      [](const Check& check) { return check.outcome == Outcome::failed; });
}

Json Diagnosis::json(const std::string& lake) const {
  Json checks = Json::array();
  for (const Check& check : checks_) {
    Json one = Json::object();
    one.set("group", check.group)
        .set("name", check.name)
        .set("outcome", name_of(check.outcome))
        .set("found", check.found)
        .set("hint", check.hint);
    checks.add(std::move(one));
  }
  Json failed = Json::array();
  for (const std::string& name : failed_rows_) failed.add(name);
  Json json = Json::object();
  json.set("schema", "silversmith.doctor/1").set("lake", lake).set("healthy", healthy());
  json.set("verdict", trust_.has_value() ? Json(key_of(*trust_)) : Json());
  json.set("failed_conditions", std::move(failed)).set("checks", std::move(checks));
  return json;
}

std::string Diagnosis::text(const Console& console) const {
  std::string text;
  size_t to_mend = 0;
  for (const Check& check : checks_) {
    if (check.outcome == Outcome::failed) to_mend++;
    bool told = check.outcome != Outcome::ok && check.outcome != Outcome::note;
    if (console.quiet() && !told) continue;
    text += mark_of(check.outcome, console) + check.group + "  " + printable(check.name);
    if (!check.found.empty()) text += ": " + printable(check.found);
    text += "\n";
    if (told && !check.hint.empty()) text += "         -> " + printable(check.hint) + "\n";
  }
  if (to_mend == 0) return text + "all is well";
  return text + std::to_string(to_mend) + (to_mend == 1 ? " thing" : " things") + " to mend";
}

}  // namespace silversmith::app
