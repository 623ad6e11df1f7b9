// SPDX-License-Identifier: Apache-2.0
// The configuration files that AWS tools share (~/.aws/config and ~/.aws/credentials, or where
// AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE say).
#pragma once

#include <string>

#include "base/result.h"

namespace silversmith::wire {

// What a profile says of `setting`; "" when it says nothing or there is no such file. `profile` ""
// is AWS_PROFILE or "default".
std::string profile_setting(const std::string& profile, const std::string& setting);

// Whether a file has that profile.
bool profile_known(const std::string& profile);

// Fails with denied, and names the file, where one is there and can't be read as such.
Result<> check_profile_files();

// What the configuration file says of a service's endpoint ("s3", "sts"): its own, in the services
// section that the profile names, else the profile's for all; "" when it says neither, or the
// profile has its endpoints ignored.
std::string profile_endpoint(const std::string& profile, const std::string& service);

}  // namespace silversmith::wire
