// SPDX-License-Identifier: Apache-2.0
// Of a build without the AWS Common Runtime.
#include "cloud.h"

namespace silversmith::app {

namespace {

Error absent(const std::string& what) {
  return {Code::invalid, what + ": this program was built without S3",
          "build it where tools/crt has run (make build does that), or use a folder", ""};
}

}  // namespace

struct Cloud::State {};

// NOLINTNEXTLINE(performance-unnecessary-value-param): the other Cloud keeps it
Cloud::Cloud(Setup) {}
Cloud::~Cloud() = default;
void Cloud::set_trace(const std::string&) {}
// NOLINTNEXTLINE(performance-unnecessary-value-param): the other Cloud keeps it
void Cloud::set_warning(std::function<void(const Error&)>) {}

Result<std::unique_ptr<store::Store>> Cloud::store(const std::string& uri) { return absent(uri); }
Result<Cloud::Sender> Cloud::sender(const std::string& queue_url) { return absent(queue_url); }
Result<Cloud::Examined> Cloud::examine(const Examine& examine) { return absent(examine.uri); }

Result<std::unique_ptr<catalog::Catalog>> Cloud::catalog(const std::string& database) {
  return absent("Glue database " + database);
}
Result<Cloud::Publisher> Cloud::topic(const std::string& arn) { return absent(arn); }
Result<Cloud::Poster> Cloud::webhook(const std::string&) { return absent("the webhook"); }

Result<Cloud::Invoker> Cloud::function(const std::string& name) { return absent(name); }

Result<std::unique_ptr<wire::ManagedQueue>> Cloud::queue(const QueueSetup& setup) {
  return Error{Code::invalid, setup.url + ": this program was built without SQS",
               "build it where tools/crt has run (make build does that)", ""};
}

}  // namespace silversmith::app
