// SPDX-License-Identifier: Apache-2.0
// Who may use how much of the memory budget. The budget changes threads and spilling, never bytes
// (docs/decisions/0007-row-group-spans.md); below the floor that the columns need, a run is refused
// with the number.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "smith/options.h"

namespace silversmith::smith {

struct MemoryPlan {
  uint32_t threads = 1;
  size_t ring_bytes = 0;  // chunks between reader and workers
  // What is held before it spills: compressed pages of one worker's row group, of its rejects, and
  // footer entries (each of an output's three kinds).
  uint64_t silver_pages_bytes = 0;
  uint64_t reject_pages_bytes = 0;
  uint64_t footer_bytes = 0;
};

// `inflate_bytes` is what the decoder of a compressed source may hold (bronze::Reader).
// Fails with denied (a configuration error) when even one thread needs more than the budget.
Result<MemoryPlan> plan_memory(const EngineOptions& options, size_t columns,
                               uint64_t inflate_bytes);

// The largest history window that a zstd frame may ask for under this budget: a power of two.
uint64_t inflate_window_bytes_max(const EngineOptions& options);

// What spools may hold in memory before they go to a file.
uint64_t spool_bytes_max(const EngineOptions& options);

// Code and tables of TLS, HTTP and the resolver, which count as the process's too.
inline constexpr uint64_t network_libraries_bytes = uint64_t{8} << 20;
// Of the memory of a process that speaks to S3, what the network holds: its libraries, and what is
// on its way.
uint64_t network_bytes_of(uint64_t memory_bytes);
// The other way: the --memory that leaves `engine_bytes` beside the network.
uint64_t memory_beside_network(uint64_t engine_bytes);

// What is left to an engine beside a network of so many bytes, or nothing; it remembers both.
EngineOptions beside_network(EngineOptions engine, uint64_t network_bytes);

// A size as --memory takes it, and as it is mostly given: "128MiB", "1GiB", "100MB"; what is no
// whole one of these as "7.3MiB".
std::string memory_text(uint64_t bytes);
// The next whole MiB: what a person is told to give.
uint64_t whole_mib(uint64_t bytes);

// The processors this process may run on, at least 1.
uint32_t usable_cores();

}  // namespace silversmith::smith
