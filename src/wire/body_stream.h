// SPDX-License-Identifier: Apache-2.0
// A request's body as the AWS Common Runtime reads it. Not for other folders.
#pragma once

#include <aws/common/common.h>
#include <aws/io/stream.h>

#include <atomic>
#include <cstdint>

#include "base/stream.h"

namespace silversmith::wire {

// Counted by the runtime, which may let go of it later than of anything else of an exchange; it
// reads no more then. `moved` tells when bytes were last taken: microseconds of the steady clock.
aws_input_stream* make_body_stream(aws_allocator* allocator, RandomAccess& body,
                                   std::atomic<int64_t>& moved);

}  // namespace silversmith::wire
