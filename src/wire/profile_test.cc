// SPDX-License-Identifier: Apache-2.0
#include "wire/profile.h"

#include <gtest/gtest.h>

#include "support/s3_world.h"
#include "support/temp_folder.h"

namespace silversmith::wire {
namespace {

TEST(Profile, tells_what_the_shared_files_say) {
  test::test_network();
  TempFolder folder;
  folder.put("config", "[default]\nregion = eu-west-1\n[profile other]\nregion=us-west-2\n");
  folder.put("credentials", "[third]\nregion = ap-south-1\n");
  setenv("AWS_CONFIG_FILE", folder.at("config").c_str(), 1);
  setenv("AWS_SHARED_CREDENTIALS_FILE", folder.at("credentials").c_str(), 1);
  unsetenv("AWS_PROFILE");
  EXPECT_EQ(profile_setting("", "region"), "eu-west-1");
  EXPECT_EQ(profile_setting("other", "region"), "us-west-2");
  EXPECT_EQ(profile_setting("third", "region"), "ap-south-1");
  EXPECT_EQ(profile_setting("absent", "region"), "");
  EXPECT_EQ(profile_setting("", "absent"), "");
  setenv("AWS_CONFIG_FILE", folder.at("nothing").c_str(), 1);
  EXPECT_EQ(profile_setting("", "region"), "");
}

TEST(Profile, tells_absent_ones_and_names_a_file_that_is_none) {
  test::test_network();
  TempFolder folder;
  folder.put("config", "[profile here]\nregion = x\n");
  setenv("AWS_CONFIG_FILE", folder.at("config").c_str(), 1);
  setenv("AWS_SHARED_CREDENTIALS_FILE", folder.at("nothing").c_str(), 1);
  EXPECT_TRUE(profile_known("here"));
  EXPECT_FALSE(profile_known("absent"));
  EXPECT_TRUE(check_profile_files().ok());
  folder.put("config", "");
  EXPECT_TRUE(check_profile_files().ok());
  folder.put("config", "this is not ini [[\naws_access_key_id\n");
  Error error = check_profile_files().error();
  EXPECT_EQ(error.code, Code::denied);
  EXPECT_NE(error.message.find(folder.at("config")), std::string::npos) << error.message;
}

TEST(Profile, tells_the_endpoint_of_a_service_before_the_one_for_all) {
  test::test_network();
  TempFolder folder;
  folder.put("config",
             "[default]\nendpoint_url = http://all\nservices = local\n"
             "[services local]\ns3 =\n  endpoint_url = http://s3\n  other = x\n"
             "[profile ignored]\nendpoint_url = http://all\n"
             "ignore_configured_endpoint_urls = true\n"
             "[profile bare]\nregion = x\n");
  setenv("AWS_CONFIG_FILE", folder.at("config").c_str(), 1);
  setenv("AWS_SHARED_CREDENTIALS_FILE", folder.at("credentials").c_str(), 1);
  EXPECT_EQ(profile_endpoint("", "s3"), "http://s3");
  EXPECT_EQ(profile_endpoint("", "sqs"), "http://all");
  EXPECT_EQ(profile_endpoint("ignored", "s3"), "");
  EXPECT_EQ(profile_endpoint("bare", "s3"), "");
  setenv("AWS_CONFIG_FILE", folder.at("nothing").c_str(), 1);
  EXPECT_EQ(profile_endpoint("", "s3"), "");
}

}  // namespace
}  // namespace silversmith::wire
