// SPDX-License-Identifier: Apache-2.0
#include "sweeping.h"

namespace silversmith::app {

namespace {

constexpr uint64_t folder_rest_seconds = 2;  // as watch has it
// An event takes seconds, sometimes a minute, and its conversion some more.
constexpr uint64_t bucket_rest_seconds = 300;
// A bucket is far away; a folder is here. As many as there are connections.
constexpr uint32_t bucket_looks_max = 16;

}  // namespace

Result<smith::ReconcileOptions> reconcile_options(const Settings& settings, const Lake& lake,
                                                  Thorough thorough) {
  smith::ReconcileOptions options;
  uint64_t seconds = 0;
  if (thorough == Thorough::no) {
    seconds = lake.is_folder() ? folder_rest_seconds : bucket_rest_seconds;
  }
  if (settings.given("min-age").has_value()) {
    seconds = SMITH_TRY(whole_number(settings, "min-age"));
  }
  options.min_age_micros = static_cast<int64_t>(seconds) * 1'000'000;
  if (thorough == Thorough::no) {
    uint64_t oldest = SMITH_TRY(whole_number(settings, "max-age"));
    options.max_age_micros = static_cast<int64_t>(oldest) * 1'000'000;
  }
  options.rate_max = static_cast<uint32_t>(SMITH_TRY(whole_number(settings, "rate")));
  if (thorough == Thorough::yes) options.receipts = smith::Receipts::wanted;
  if (!lake.is_folder()) options.looks_max = bucket_looks_max;
  return options;
}

}  // namespace silversmith::app
