// SPDX-License-Identifier: Apache-2.0
// How a lake is reconciled, as the commands backfill and sweep and the function `sweep` have it in
// common.
#pragma once

#include <cstdint>

#include "config.h"
#include "lake.h"
#include "smith/reconcile.h"

namespace silversmith::app {

enum class Thorough : uint8_t {
  no,   // a sweep: only what has rested, receipts passed over
  yes,  // a backfill
};

// From --min-age, --max-age, --rate and the kind of lake. Fails with invalid: a number that is
// none.
Result<smith::ReconcileOptions> reconcile_options(const Settings& settings, const Lake& lake,
                                                  Thorough thorough);

}  // namespace silversmith::app
