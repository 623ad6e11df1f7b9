// SPDX-License-Identifier: Apache-2.0
#include "csv/scan.h"

#include <vector>

#include "base/text.h"

namespace silversmith::csv {

namespace {

// In order of preference.
constexpr const Kernel* table[] = {
#if defined(__x86_64__)
    &kernel_avx2,
#endif
    &kernel_scalar,
};

}  // namespace

Marks Marks::of(const Dialect& dialect) {
  Marks marks;
  marks.delimiter = dialect.delimiter;
  marks.quote = dialect.quote;
  marks.quoting = dialect.quote == 0 ? 0 : ~uint64_t{0};
  marks.doubling = dialect.double_quote ? ~uint64_t{0} : 0;
  marks.skip_initial_space = dialect.skip_initial_space;
  return marks;
}

std::span<const Kernel* const> kernels() {
  // A machine that has one kernel has all those that stand behind it.
  std::span<const Kernel* const> all = table;
  while (!all.front()->supported()) all = all.subspan(1);
  return all;
}

Result<const Kernel*> find_kernel(std::string_view name) {
  std::vector<std::string> names;
  for (const Kernel* kernel : kernels()) {
    if (name.empty() || kernel->name == name) return kernel;
    names.emplace_back(kernel->name);
  }
  return Error{
      Code::invalid,
      "found kernel " + show(name) + ", wanted one of this machine's: " + join(names, ", "),
      "leave --kernel away: the best one is chosen", ""};
}

}  // namespace silversmith::csv
