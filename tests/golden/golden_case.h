// SPDX-License-Identifier: Apache-2.0
// A golden case: a folder tests/golden/<topic>/<case>/ with an input, perhaps a contract and
// arguments, and what must come of it. The same code writes the want.* files (tools/golden) and
// compares them (golden_test.cc), so that the two can't differ in form.
//   input.csv[.gz|.zst]   and, where there are any, contract.yaml and args (one a line)
//   want.schema, .jsonl   columns and rows, read back from Parquet; want.out: the text itself
//   want.rejects          one JSON object a reject, when there are any
//   want.json             the counts
//   want.fault            one JSON object a fault of a refused file
//   want.error            what the engine says to wrong contracts and arguments
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "silver/account.h"
#include "smith/converter.h"
#include "smith/options.h"

namespace silversmith::golden {

struct Case {
  std::string topic;
  std::string name;
  std::string folder;
  std::string input_name;
  std::string input;     // raw bytes
  std::string contract;  // text; "" without one
  std::vector<std::string> arguments;
};

// Every case below `root`, in order. Fails with missing when there is none or one has no input.
Result<std::vector<Case>> read_cases(const std::string& root);

// The ways to run one case; none but span_bytes_min may change a byte.
struct Way {
  uint32_t threads = 1;
  size_t chunk_bytes = limits::chunk_bytes;
  size_t piece_bytes = SIZE_MAX;  // the source hands out at most this at once
  uint64_t span_bytes_min = limits::span_bytes_min;
};

// Everything that a run wrote.
struct Made {
  silver::Account account;
  smith::Target target = smith::Target::parquet;
  std::string silver;
  std::string rejects_csv;
  std::string rejects_parquet;
};

// Fails with what the engine fails with: a wrong contract, a wrong argument.
Result<Made> make(const Case& golden, const Way& way);

// File name → text, as the want.* files hold them.
using Wants = std::map<std::string, std::string>;
Wants wants_of(const Result<Made>& made);
// The want.* files on disk.
Wants read_wants(const Case& golden);

// The decoded input as the engine sees it: decompressed, without a byte order mark.
std::string decoded_input(const Case& golden);
// rejects.csv as the account of the rejects says it must be: the header's bytes, then those of
// every quarantined record with its line end, cut out of `decoded`.
std::string expected_rejects_csv(const Made& made, const std::string& decoded);

}  // namespace silversmith::golden
