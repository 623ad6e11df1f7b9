// SPDX-License-Identifier: Apache-2.0
// Of a build without the AWS Common Runtime.
#include "cloud.h"

namespace silversmith::app {

struct Cloud::State {};

Cloud::Cloud(Setup) {}
Cloud::~Cloud() = default;
void Cloud::set_trace(std::string) {}

Result<std::unique_ptr<store::Store>> Cloud::store(const std::string& uri) {
  return Error{Code::invalid, uri + ": this program was built without S3",
               "build it where tools/crt has run (make build does that), or use a folder", ""};
}

}  // namespace silversmith::app
