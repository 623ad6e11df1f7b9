// SPDX-License-Identifier: Apache-2.0
// Types from the values themselves, exactly over the whole file (`--types stable`,
// docs/decisions/0031-types-as-a-set-of-what-was-seen.md):
// integer → number → boolean → date → timestamp → text. A TypeScan sees every accepted record once;
// scans of different spans merge in any order to the same answer.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "csv/dialect.h"
#include "csv/records.h"
#include "frame/columns.h"

namespace silversmith::frame {

class TypeScan {
 public:
  TypeScan(const csv::Dialect& dialect, uint32_t width);
  TypeScan(TypeScan&&) noexcept;
  TypeScan& operator=(TypeScan&&) noexcept;
  ~TypeScan();

  void observe(const csv::Records& records);
  void merge(const TypeScan& other);  // requires the same width
  // One type a field; a field with no value at all is text.
  std::vector<Type> types() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Labels without a contract: duplicates become a, a.1 (skipping names already taken), blank ones
// column_3 (1-based).
std::vector<std::string> mend_labels(const std::vector<std::string>& labels);

}  // namespace silversmith::frame
