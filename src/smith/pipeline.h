// SPDX-License-Identifier: Apache-2.0
// The engine: bytes → records → columns → pages → file, for one object.
//   open_pass  raw → inflate → split, the header
//   plan       header + contract (+ a typing scan of the whole file where types are inferred)
//   convert    one reader, N workers by span, one assembler in span order
// With one thread the conversion runs inline on the caller's. Neither the bytes nor the account nor
// a refusal depend on the number of threads, the memory or the chunk size.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "contract/contract.h"
#include "smith/converter.h"
#include "smith/options.h"

namespace silversmith::smith {

// What a run has done so far, for a progress line. Written by the engine, read by anyone.
struct Progress {
  std::atomic<uint64_t> raw_bytes{0};
  std::atomic<uint64_t> rows{0};
  std::atomic<uint64_t> rejects{0};
  std::atomic<bool> stop{false};  // set it to end the run with Code::stopped
};

struct PipelineSetup {
  EngineOptions options;
  std::optional<contract::Contract> contract;
  SpoolMaker* spools = nullptr;  // must outlive the pipeline
  Progress* progress = nullptr;  // may be null
};

// Fails with invalid when the contract's dialect is not supported.
Result<std::unique_ptr<Converter>> make_pipeline(PipelineSetup setup);

// The version that stands in created_by, receipts and `silversmith version`.
std::string_view engine_version();

}  // namespace silversmith::smith
