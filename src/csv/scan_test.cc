// SPDX-License-Identifier: Apache-2.0
#include "csv/scan.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/buffer.h"

namespace silversmith::csv {
namespace {

struct Index {
  std::vector<uint32_t> places;
  IndexFound found;
};

Index index_of(const Kernel& kernel, std::string_view text) {
  Buffer<char> bytes;
  bytes.append(text.data(), text.size());
  Buffer<uint32_t> out;
  out.resize(text.size() + index_slack);
  Index index;
  index.found = kernel.index({bytes.data(), bytes.size()}, {}, out.data());
  index.places.assign(out.begin(), out.begin() + index.found.separators);
  return index;
}

TEST(Kernel, finds_separators_outside_quotes_at_every_offset) {
  for (const Kernel* kernel : kernels()) {
    for (uint32_t shift = 0; shift < 130; ++shift) {
      Index index = index_of(*kernel, std::string(shift, 'x') + "\",\n\",\n");
      EXPECT_EQ(index.places, (std::vector<uint32_t>{shift + 4, shift + 5})) << kernel->name;
      EXPECT_EQ(index.found.records, 1U);
      EXPECT_TRUE(index.found.quote);
      EXPECT_FALSE(index.found.high || index.found.null_byte || index.found.carriage_return);
    }
  }
}

TEST(Kernel, writes_blocks_full_of_separators) {
  for (const Kernel* kernel : kernels()) {
    Index index = index_of(*kernel, std::string(200, ','));
    ASSERT_EQ(index.places.size(), 200U);
    for (uint32_t i = 0; i < 200; ++i) EXPECT_EQ(index.places[i], i);
  }
}

TEST(Kernel, sees_single_bytes_anywhere) {
  for (const Kernel* kernel : kernels()) {
    for (size_t at = 0; at < 130; ++at) {
      std::string text(130, 'x');
      text[at] = '\0';
      EXPECT_TRUE(index_of(*kernel, text).found.null_byte);
      text[at] = '\x80';
      EXPECT_TRUE(index_of(*kernel, text).found.high);
      text[at] = '\r';
      EXPECT_TRUE(index_of(*kernel, text).found.carriage_return);
    }
  }
}

TEST(Kernel, stops_at_the_byte_that_violates_the_guard) {
  for (const Kernel* kernel : kernels()) {
    for (size_t shift = 0; shift < 130; ++shift) {
      std::string text = std::string(shift, 'x') + "\n12\" wide\n" + std::string(64, ' ');
      SplitScan scan;
      kernel->split(text.data(), shift + 10, {}, scan);
      EXPECT_TRUE(scan.violated);
      EXPECT_EQ(scan.at, shift + 3);
    }
  }
}

TEST(Kernel, allows_initial_spaces_over_block_borders_when_they_are_skipped) {
  for (const Kernel* kernel : kernels()) {
    for (size_t spaces = 0; spaces < 140; ++spaces) {
      std::string text = "a," + std::string(spaces, ' ') + "\"b\"\n" + std::string(64, ' ');
      Marks marks;
      marks.skip_initial_space = true;
      SplitScan scan;
      kernel->split(text.data(), spaces + 6, marks, scan);
      EXPECT_FALSE(scan.violated) << spaces;
      EXPECT_EQ(scan.last_end, spaces + 6);
    }
  }
}

}  // namespace
}  // namespace silversmith::csv
