// SPDX-License-Identifier: Apache-2.0
#include "cataloguing.h"

#include <memory>

#include "base/backoff.h"
#include "base/clock.h"
#include "process.h"
#include "silver/commit.h"

namespace silversmith::app {

namespace {

constexpr uint64_t receipt_bytes_max = uint64_t{64} << 20;
constexpr Backoff backoff = {.pause_micros_min = 100'000, .pause_micros_max = 3'000'000};

Json texts(const std::vector<std::string>& list) {
  Json json = Json::array();
  for (const std::string& text : list) json.add(text);
  return json;
}

}  // namespace

Result<catalog::Place> place_of(Lake& lake) {
  store::Store& silver = lake.target();
  if (silver.where("").starts_with("s3://")) {
    return catalog::Place{silver.name(), lake.prefixes().silver};
  }
  return Error{
      Code::invalid,
      "silver is in the folder " + silver.name() + ", and a table's location is in a bucket",
      "name a lake in S3", ""};
}

Result<silver::Receipt> read_receipt(Lake& lake, const std::string& key) {
  std::string text = SMITH_TRY(silver::read_small(lake.target(), key, receipt_bytes_max));
  return silver::parse_receipt(text).in(lake.target().where(key));
}

std::function<bool(uint32_t)> sync_pause(int64_t deadline_micros) {
  return [deadline_micros](uint32_t attempts) {
    Jitter spread(seed_of_process() + attempts);
    int64_t pause = backoff.pause_micros(attempts, spread);
    Clock& clock = system_clock();
    if (deadline_micros != 0 && clock.steady_micros() + pause > deadline_micros) return false;
    return clock.sleep_micros(pause) == Slept::whole;
  };
}

Json synced_json(const catalog::Synced& synced, const catalog::Table& table,
                 const std::string& database) {
  Json json = Json::object();
  json.set("schema", "silversmith.catalog/1")
      .set("status", "success")
      .set("database", database)
      .set("table", table.name)
      .set("location", table.location)
      .set("change", name_of(synced.change))
      .set("columns_added", texts(synced.columns_added))
      .set("partitions", synced.partitions)
      .set("partitions_added", synced.partitions_added)
      .set("findings", texts(synced.findings))
      .set("attempts", uint64_t{synced.attempts});
  return json;
}

}  // namespace silversmith::app
