// SPDX-License-Identifier: Apache-2.0
// Any bytes as a Parquet file: opening, reading and verifying gives values or an error.
#include <cstdint>
#include <string>

#include "parquet/reader.h"
#include "support/parquet_values.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace silversmith;
  test::StringFile file(std::string(reinterpret_cast<const char*>(data), size));
  Result<parquet::Reader> reader = parquet::Reader::open(file);
  if (!reader.ok()) return 0;
  // Nulls take no bytes: what a small file may claim is bounded here to keep inputs quick.
  if (reader->rows() > 100'000 || reader->schema().size() > 200) return 0;
  (void)reader->metadata_json().dump();
  (void)reader->digest().ok();
  (void)reader->verify().ok();
  return 0;
}
