// SPDX-License-Identifier: Apache-2.0
// The outside as this program reaches it: stores behind s3:// roots, over connections that they
// share. A build without the AWS Common Runtime has a Cloud that can only say so
// (cloud_absent.cc).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "aws.h"
#include "base/result.h"
#include "store/store.h"

namespace silversmith::app {

class Cloud {
 public:
  struct Setup {
    AwsSettings aws;
    uint64_t memory_bytes = 0;  // for what is on its way, both directions together
    std::string tmp_path;       // where an upload waits that passes its share of that
    const std::atomic<bool>* stop = nullptr;
  };
  // Nothing is asked of the network yet.
  explicit Cloud(Setup setup);
  ~Cloud();

  // As wire::Network.
  void set_trace(std::string trace_id);

  // Fails with invalid (the root, the endpoint, no region), denied (authorities can't be read).
  Result<std::unique_ptr<store::Store>> store(const std::string& uri);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace silversmith::app
