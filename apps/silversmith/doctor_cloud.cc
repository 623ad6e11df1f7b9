// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdlib>

#include "base/hash.h"
#include "base/text.h"
#include "doctor.h"

namespace silversmith::app {

namespace {

constexpr int64_t micros_a_second = 1'000'000;
constexpr int64_t skew_micros_good = 60 * micros_a_second;
constexpr int64_t skew_micros_max = 900 * micros_a_second;  // S3 refuses what is signed further off
constexpr const char* scratch_folder = ".silversmith-doctor/";

void check_clock(int64_t ahead_micros, Diagnosis& diagnosis) {
  int64_t off = std::abs(ahead_micros);
  std::string found = "within a second of the service's";
  if (off >= 2 * micros_a_second) {
    found = std::to_string(off / micros_a_second) + " s " +
            (ahead_micros > 0 ? "ahead of" : "behind") + " the service's";
  }
  Outcome outcome = off > skew_micros_max    ? Outcome::failed
                    : off > skew_micros_good ? Outcome::warning
                                             : Outcome::ok;
  diagnosis.add(
      {"cloud", "clock", outcome, found, outcome == Outcome::ok ? "" : "set this machine's clock"});
}

void check_region(const Cloud::Examined& examined, Diagnosis& diagnosis) {
  const std::string& theirs = examined.rights.region;
  bool same = theirs.empty() || theirs == examined.region;
  std::string found = examined.endpoint + ", region " + examined.region;
  if (!same) found += "; the bucket is in " + theirs;
  diagnosis.add({"cloud", "endpoint", same ? Outcome::ok : Outcome::warning, found,
                 same ? "" : "give --region " + theirs + " or AWS_REGION"});
}

// Of the bucket that bronze is in. What a write tells is surer than what lies there.
void check_versions(const Cloud::Examined& examined, Diagnosis& diagnosis) {
  store::Versions versions = examined.rights.versions;
  bool written = examined.probe.has_value() && examined.probe->versions != store::Versions::unknown;
  if (written) versions = examined.probe->versions;
  if (versions == store::Versions::unknown) return;
  if (versions == store::Versions::kept) {
    return diagnosis.add({"cloud", "versions", Outcome::ok, "the bucket keeps them"});
  }
  diagnosis.add({"cloud", "versions", Outcome::note,
                 "the bucket keeps none: when an object of bronze is replaced and put back within "
                 "one second, silver may show the one in between for a moment; to rule that out, "
                 "switch on versioning",
                 "switch on versioning of the bucket"});
}

void check_right(const store::RightRow& row, Diagnosis& diagnosis) {
  Outcome outcome = Outcome::ok;
  if (row.state == store::RightState::missing) {
    bool needed = row.need == store::RightNeed::to_convert;
    outcome = needed ? Outcome::failed : Outcome::warning;
  }
  if (row.state == store::RightState::unknown) outcome = Outcome::warning;
  std::string hint = row.hint;
  if (outcome == Outcome::failed || outcome == Outcome::warning) {
    hint = "allow " + row.right + " on " + row.on + (hint.empty() ? "" : "; " + hint);
  }
  diagnosis.add({"rights", row.right + " on " + row.on, outcome, row.found, std::move(hint)});
}

std::string run_id() {
  return content_hash(std::to_string(system_clock().wall_micros()) + "-" + std::to_string(getpid()))
      .hex()
      .substr(0, 12);
}

store::RightsQuery query_for(const Lake& lake, Role role) {
  const silver::Prefixes& prefixes = lake.prefixes();
  store::RightsQuery query;
  query.scratch = scratch_folder;
  if (role != Role::write) {
    query.read = {prefixes.bronze, prefixes.contracts};
    query.sweeps = true;
  }
  if (role != Role::read) {
    query.write = {prefixes.silver, prefixes.quarantine, prefixes.receipts};
    query.upload = {prefixes.silver, prefixes.quarantine};
  }
  return query;
}

}  // namespace

bool check_bucket(Lake& lake, Role role, const Settings& settings, Diagnosis& diagnosis) {
  store::Store& store = role == Role::write ? lake.target() : lake.source();
  Cloud::Examine examine;
  examine.uri = "s3://" + store.name();
  examine.rights = query_for(lake, role);
  if (role != Role::read)
    examine.scratch = lake.prefixes().quarantine + scratch_folder + run_id() + "/";
  Result<Cloud::Examined> examined = lake.cloud(settings).examine(examine);
  if (!examined.ok()) {
    diagnosis.add_error("cloud", "endpoint", examined.error());
    return false;
  }
  check_region(*examined, diagnosis);
  if (examined->rights.error.has_value()) {
    Error error = *examined->rights.error;
    if (error.hint.empty()) error.hint = "see the endpoint, its port and the name of the bucket";
    diagnosis.add_error("cloud", "bucket", error);
    return false;
  }
  check_clock(examined->rights.clock_ahead_micros, diagnosis);
  if (role != Role::write) check_versions(*examined, diagnosis);
  for (const store::RightRow& row : examined->rights.rows) check_right(row, diagnosis);
  for (const std::string& left : examined->rights.left) {
    diagnosis.add({"rights", "scratch objects", Outcome::warning, left + " could not be removed",
                   "remove it; a lifecycle rule that aborts uploads removes those"});
  }
  if (examined->probe.has_value()) diagnosis.add_probe(examine.uri, *examined->probe);
  return true;
}

}  // namespace silversmith::app
