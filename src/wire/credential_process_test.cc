// SPDX-License-Identifier: Apache-2.0
#include "wire/credential_process.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "support/temp_folder.h"

namespace silversmith::wire {
namespace {

Result<FoundCredentials> run(const std::string& command) {
  return from_process({"the profile p", command, 20'000'000, nullptr});
}

void expect_denied(const std::string& command, const std::string& word) {
  Result<FoundCredentials> found = run(command);
  ASSERT_FALSE(found.ok()) << command;
  EXPECT_EQ(found.error().code, Code::denied) << command;
  EXPECT_NE(found.error().message.find("the profile p"), std::string::npos);
  EXPECT_NE(found.error().message.find(word), std::string::npos) << found.error().message;
  EXPECT_EQ(found.error().message.find("SECRET"), std::string::npos) << found.error().message;
}

std::string saying(const std::string& members) { return "echo '{" + members + "}'"; }

constexpr const char* keys = R"("AccessKeyId":"AK","SecretAccessKey":"SECRET")";

TEST(CredentialProcess, gives_what_the_program_says) {
  FoundCredentials found = run(saying(std::string(R"("Version":1,"SessionToken":"T",)") +
                                      R"("Expiration":"2099-01-01T00:00:00Z",)" + keys))
                               .value();
  EXPECT_EQ(found.access_key_id, "AK");
  EXPECT_EQ(found.secret_access_key, "SECRET");
  EXPECT_EQ(found.session_token, "T");
  EXPECT_EQ(found.expires_micros, 4'070'908'800'000'000);
  EXPECT_EQ(run(saying(std::string(R"("Version":1,)") + keys))->expires_micros, 0);
}

TEST(CredentialProcess, is_denied_with_what_went_wrong_and_no_secret) {
  expect_denied("echo SECRET; echo 'vault is sealed' >&2; echo more >&2; exit 7",
                "status 7: \"vault is sealed\"");
  expect_denied("/no/such/program", "127");
  expect_denied("kill -9 $$", "signal 9");
  expect_denied("echo hello SECRET", "JSON");
  expect_denied(saying(std::string(R"("Version":2,)") + keys), "Version 1");
  expect_denied(saying(R"("Version":1,"SecretAccessKey":"SECRET")"), "AccessKeyId");
  expect_denied(saying(std::string(R"("Version":1,"Expiration":"soon",)") + keys), "no date");
  expect_denied(saying(std::string(R"("Version":1,"Expiration":"2019-01-01T00:00:00Z",)") + keys),
                "expired at 2019-01-01");
  expect_denied("head -c 70000 /dev/zero", "64 KiB");
}

TEST(CredentialProcess, is_ended_with_all_it_started_when_time_is_up_or_a_stop_comes) {
  TempFolder folder;
  std::string late = "(sleep 2; echo x > " + folder.at("late") + ") & sleep 300";
  Error error = from_process({"the profile p", late, 300'000, nullptr}).error();
  EXPECT_EQ(error.code, Code::busy);
  EXPECT_NE(error.message.find("did not end"), std::string::npos) << error.message;
  std::atomic<bool> stop = true;
  EXPECT_EQ(from_process({"the profile p", "sleep 300", 60'000'000, &stop}).error().code,
            Code::stopped);
  system_clock().sleep_micros(2'500'000);
  EXPECT_EQ(folder.get("late"), "");
}

}  // namespace
}  // namespace silversmith::wire
