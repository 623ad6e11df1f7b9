// SPDX-License-Identifier: Apache-2.0
// The whole engine on any bytes, under any dialect and contract, in tiny chunks: it never crashes,
// every record is accounted for, what it writes verifies, and one thread with large chunks does
// the very same.
//
//   byte 0  dialect, one bit a choice    byte 2  chunk size
//   byte 1  contract, target, threads    the rest is the file
#include "base/check.h"
#include "parquet/reader.h"
#include "support/bytes.h"
#include "support/engine.h"

namespace silversmith::smith {
namespace {

constexpr size_t head_bytes = 3;

bool bit(uint8_t byte, int index) { return ((byte >> index) & 1) != 0; }

csv::Dialect dialect_of(uint8_t choice) {
  csv::Dialect dialect;
  if (bit(choice, 0)) dialect.delimiter = ';';
  if (bit(choice, 1)) dialect.quote = 0;
  if (bit(choice, 2)) {
    dialect.escape = '\\';
    dialect.double_quote = false;
  }
  if (bit(choice, 3)) dialect.skip_initial_space = true;
  if (bit(choice, 4)) dialect.comment = "#";
  if (bit(choice, 5)) dialect.header = false;
  if (bit(choice, 6)) dialect.line_end = csv::LineEnd::any;
  if (bit(choice, 7)) dialect.record_bytes_max = 40;
  return dialect;
}

std::optional<contract::Contract> contract_of(uint8_t choice) {
  if (!bit(choice, 0)) return std::nullopt;
  std::string match = bit(choice, 1) ? "partial" : "exact";
  std::string policy = bit(choice, 2) ? "{blankLines: quarantine, type: nullify}" : "{}";
  return test::contract_of(
      "name: any\nschema:\n  fieldsMatch: " + match +
      "\n  missingValues: [\"\", \"NA\"]\n  fields:\n"
      "    - {name: a, type: integer, constraints: {required: true}}\n"
      "    - {name: b, type: number, \"silver:physical\": \"decimal(12,2)\"}\n"
      "    - {name: c, type: datetime}\n"
      "    - {name: d, type: boolean}\n"
      "    - {name: e, type: string}\n"
      "\"silver:contract\": {version: 1, match: \"bronze/**\"}\n\"silver:policy\": " +
      policy + "\n");
}

Target target_of(uint8_t choice) {
  if (!bit(choice, 3)) return Target::parquet;
  return bit(choice, 4) ? Target::csv : Target::jsonl;
}

void check_parquet(const std::string& text) {
  if (text == "(none)" || text.empty()) return;
  test::Bytes file(text);
  auto reader = parquet::Reader::open(file);
  SMITH_CHECK(reader.ok(), reader.ok() ? "" : reader.error().message);
  Result<> verified = reader->verify();
  SMITH_CHECK(verified.ok(), verified.ok() ? "" : verified.error().message);
}

void convert_any(std::string_view input) {
  auto first = static_cast<uint8_t>(input[0]);
  auto second = static_cast<uint8_t>(input[1]);
  EngineOptions options;
  options.dialect = dialect_of(first);
  options.target = target_of(second);
  options.types = bit(second, 5) ? Types::text : Types::stable;
  options.span_bytes_min = 64;
  options.chunk_bytes = static_cast<uint8_t>(input[2]) + size_t{1};
  options.threads = bit(second, 6) ? 2 : 1;
  std::optional<contract::Contract> contract = contract_of(second);
  std::string text(input.substr(head_bytes));
  auto convert = [&] {
    PipelineSetup setup;
    setup.options = options;
    setup.contract = contract;
    return test::try_convert(setup, test::source_of(text));
  };
  auto made = convert();
  options.threads = 1;
  options.chunk_bytes = limits::chunk_bytes;
  auto again = convert();
  SMITH_CHECK(made.ok() == again.ok());
  if (!made.ok()) return;
  SMITH_CHECK(made->account.balances());
  SMITH_CHECK(*made == *again, "chunks or threads change the outcome");
  if (made->account.refused()) return;
  if (options.target == Target::parquet) check_parquet(made->silver);
  check_parquet(made->rejects_parquet);
}

}  // namespace
}  // namespace silversmith::smith

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < silversmith::smith::head_bytes) return 0;
  silversmith::smith::convert_any({reinterpret_cast<const char*>(data), size});
  return 0;
}
