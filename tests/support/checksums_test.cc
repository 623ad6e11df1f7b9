// SPDX-License-Identifier: Apache-2.0
#include "support/checksums.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace silversmith::test {
namespace {

TEST(Checksums, md5_is_that_of_the_rfc) {
  EXPECT_EQ(md5_hex(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(md5_hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(
      md5_hex("1234567890123456789012345678901234567890123456789012345678901234567890123456789"
              "0"),
      "57edf4a22be3c955ac49da2e2107b67a");
}

TEST(Checksums, md5_does_not_depend_on_pieces) {
  std::string text;
  for (int i = 0; i < 200; ++i) text.push_back(static_cast<char>(i * 7));
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    Md5 hash;
    hash.update(std::string_view(text).substr(0, cut));
    hash.update(std::string_view(text).substr(cut));
    ASSERT_EQ(hash.digest(), md5(text)) << "cut at " << cut;
  }
}

TEST(Checksums, crcs_have_their_check_values) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc64nvme("123456789"), 0xae8b14860a799888u);
}

TEST(Checksums, crcs_go_on_from_what_came_before) {
  std::string text(100, 'x');
  text[37] = 'y';
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    std::string_view all = text;
    ASSERT_EQ(crc32c(all.substr(cut), crc32c(all.substr(0, cut))), crc32c(all));
    ASSERT_EQ(crc64nvme(all.substr(cut), crc64nvme(all.substr(0, cut))), crc64nvme(all));
  }
}

TEST(Checksums, hmac_is_that_of_the_rfc) {
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256(std::string(131, '\xaa'),
                               "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Checksums, base64_goes_there_and_back) {
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  for (size_t size = 0; size < 20; ++size) {
    std::string bytes;
    for (size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(251 * i + size));
    EXPECT_EQ(parse_base64(base64(bytes)), bytes);
  }
  EXPECT_EQ(parse_base64("Zm9vYg="), std::nullopt);
  EXPECT_EQ(parse_base64("Zm9v!mFy"), std::nullopt);
}

TEST(Checksums, stand_in_base64_as_in_the_header) {
  EXPECT_EQ(checksum_of(Checksum::crc32, "123456789"), base64("\xcb\xf4\x39\x26"));
  EXPECT_EQ(checksum_of(Checksum::crc64nvme, "123456789"),
            base64("\xae\x8b\x14\x86\x0a\x79\x98\x88"));
  for (Checksum checksum : all_checksums) {
    EXPECT_EQ(checksum_named(xml_name_of(checksum)), checksum);
  }
  EXPECT_EQ(checksum_named("MD4"), std::nullopt);
}

}  // namespace
}  // namespace silversmith::test
