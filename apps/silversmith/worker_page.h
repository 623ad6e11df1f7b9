// SPDX-License-Identifier: Apache-2.0
// What a worker serves over HTTP: its metrics as Prometheus reads them, and whether it is healthy.
// docs/operations/worker.md lists both; a test compares.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "smith/telemetry.h"
#include "wire/http_server.h"
#include "worker.h"

namespace silversmith::app {

struct WorkerFacts {
  WorkerState state;
  smith::Metrics metrics;
  uint32_t concurrency = 0;
  uint64_t memory_peak_bytes = 0;
  int64_t wall_micros = 0;  // now
};

std::string metrics_text(const WorkerFacts& facts);
// /metrics, /healthz; what else is asked for is not there.
wire::Page worker_page(std::string_view path, const WorkerFacts& facts);

}  // namespace silversmith::app
