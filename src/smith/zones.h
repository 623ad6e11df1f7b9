// SPDX-License-Identifier: Apache-2.0
// Declared datetimes without a format: the first value of the column in the file that looks like
// one tells whether the column's values carry offsets (then it is UTC); a later value that differs
// is a type-error. Reads the file only as far as it must, which for a column without a value is to
// its end.
#pragma once

#include "base/result.h"
#include "smith/pass.h"
#include "smith/plan.h"

namespace silversmith::smith {

// Settles the types of draft.zone_from_first_value. `pass` is at its first chunk of records; when
// that does not decide, the source is opened once more. Fails with what the source fails with.
Result<> settle_zones(PlanDraft& draft, const Pass& pass, const Converter::OpenSource& open,
                      const PassOptions& options);

}  // namespace silversmith::smith
