// SPDX-License-Identifier: Apache-2.0
#include "smith/memory.h"

#include <sched.h>

#include <algorithm>
#include <bit>

#include "base/text.h"
#include "parquet/schema.h"

namespace silversmith::smith {

namespace {

constexpr uint64_t mib = uint64_t{1} << 20;
// The program itself, its stacks, the allocator's slack and the reader's blocks.
constexpr uint64_t base_bytes = 14 * mib;
constexpr uint64_t pages_bytes_min = 2 * mib;
// A worker's chunk, index, typed columns and codec, with what the allocator keeps of a thread's
// freed blocks: tests/memory measures the sum against --memory.
constexpr uint64_t worker_base_bytes = 8 * mib;

// What one worker holds whatever the data: besides its base an open page a column with its
// dictionary, and the page being encoded. Fitted to ru_maxrss of 10, 200 and 1,000 columns.
uint64_t worker_bytes(size_t columns) {
  uint64_t page = parquet::WriterOptions::for_columns(columns).page_bytes_max;
  return worker_base_bytes + columns * (2 * page + 36 * 1024);
}

uint64_t ring_bytes(uint64_t budget, uint32_t threads) {
  if (threads == 1) return mib;
  return std::clamp<uint64_t>(budget / 8, 2 * mib, 32 * mib);
}

uint64_t needed(uint64_t budget, uint32_t threads, size_t columns) {
  return base_bytes + ring_bytes(budget, threads) +
         threads * (worker_bytes(columns) + pages_bytes_min);
}

// All in terms of --memory: what was given, and the least that would do.
Error too_little(const EngineOptions& options, size_t columns, uint64_t least) {
  uint64_t engines = options.engines;
  uint64_t wanted = least * engines;
  if (options.network_bytes > 0) wanted = memory_beside_network(wanted);
  wanted = whole_mib(wanted);
  uint64_t given = options.memory_given_bytes;
  std::string found = memory_text(given == 0 ? options.memory_bytes_max : given);
  std::string what = std::to_string(columns) + " columns need at least " + memory_text(wanted);
  if (options.network_bytes > 0) {
    what += ", " + memory_text(whole_mib(network_bytes_of(wanted))) + " of it for the network";
  }
  if (engines > 1) what += ", for " + std::to_string(engines) + " objects at once";
  return Error{Code::denied, "--memory is " + found + ", and " + what,
               "give --memory " + memory_text(wanted) + " or more" +
                   (engines == 1 ? "" : ", or a lower --concurrency"),
               "configuration-error"};
}

}  // namespace

uint32_t usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return std::max(1U, static_cast<uint32_t>(CPU_COUNT(&set)));
}

std::string memory_text(uint64_t bytes) {
  struct Unit {
    uint64_t bytes;
    const char* name;
  };
  constexpr Unit units[] = {{mib << 10, "GiB"}, {mib, "MiB"}, {1'000'000, "MB"}};
  for (const Unit& unit : units) {
    if (bytes >= unit.bytes && bytes % unit.bytes == 0) {
      return std::to_string(bytes / unit.bytes) + unit.name;
    }
  }
  if (bytes < mib) return std::to_string(bytes) + "B";
  uint64_t tenths = bytes * 10 / mib;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "MiB";
}

uint64_t whole_mib(uint64_t bytes) { return (bytes + mib - 1) / mib * mib; }

uint64_t network_bytes_of(uint64_t memory_bytes) {
  uint64_t rest = memory_bytes - std::min(memory_bytes, network_libraries_bytes);
  return network_libraries_bytes + rest / 12;
}

uint64_t memory_beside_network(uint64_t engine_bytes) {
  return network_libraries_bytes + engine_bytes * 12 / 11 + 1;
}

EngineOptions beside_network(EngineOptions engine, uint64_t network_bytes) {
  engine.memory_given_bytes = engine.memory_bytes_max;
  engine.network_bytes = std::min(engine.memory_bytes_max, network_bytes);
  engine.memory_bytes_max -= engine.network_bytes;
  return engine;
}

uint64_t spool_bytes_max(const EngineOptions& options) {
  return std::clamp<uint64_t>(options.memory_bytes_max / 32, mib, 64 * mib);
}

// An eighth: 8 MiB, which zstd -19 wants, under the 64 MiB that must do for 200 columns.
uint64_t inflate_window_bytes_max(const EngineOptions& options) {
  return std::bit_floor(std::max<uint64_t>(options.memory_bytes_max / 8, mib));
}

Result<MemoryPlan> plan_memory(const EngineOptions& options, size_t columns,
                               uint64_t inflate_bytes) {
  uint64_t whole = options.memory_bytes_max;
  uint64_t budget = whole - std::min(whole, inflate_bytes);
  uint32_t threads = options.threads == 0 ? usable_cores() : options.threads;
  threads = std::min<uint32_t>(threads, limits::threads_max);
  while (threads > 1 && needed(budget, threads, columns) > budget) --threads;
  uint64_t least = needed(budget, 1, columns) + inflate_bytes;
  if (least > whole) {
    return too_little(options, columns, least);
  }
  MemoryPlan plan;
  plan.threads = threads;
  plan.ring_bytes = ring_bytes(budget, threads);
  uint64_t fixed = base_bytes + plan.ring_bytes + threads * worker_bytes(columns);
  uint64_t left = budget - fixed;
  // Silver and rejects each hold footer entries of three kinds.
  plan.footer_bytes = left / 8 / 6;
  // While one row group is written out another one of the same size may be complete and waiting.
  uint64_t pages = (left - left / 8) / (2 * threads);
  plan.reject_pages_bytes = pages / 4;
  plan.silver_pages_bytes = pages - plan.reject_pages_bytes;
  return plan;
}

}  // namespace silversmith::smith
