// SPDX-License-Identifier: Apache-2.0
#include "cloud.h"

#include <algorithm>
#include <deque>

#include "base/clock.h"
#include "store/s3.h"
#include "store/spool.h"
#include "wire/http.h"
#include "wire/profile.h"

namespace silversmith::app {

struct Cloud::State {
  explicit State(Setup given)
      : setup(std::move(given)),
        network({.authorities = setup.aws.authorities,
                 .credentials_in_environment = setup.aws.credentials_in_environment,
                 .profile = setup.aws.profile,
                 .stop = setup.stop}),
        spools(setup.memory_bytes / 2, setup.tmp_path) {
    if (setup.aws.region.empty()) {
      setup.aws.region = wire::profile_setting(setup.aws.profile, "region");
    }
  }

  Setup setup;
  wire::Network network;
  store::BudgetSpools spools;
  std::deque<wire::HttpClient> clients;
};

Cloud::Cloud(Setup setup) : state_(std::make_unique<State>(std::move(setup))) {}
Cloud::~Cloud() = default;
void Cloud::set_trace(std::string trace_id) { state_->network.set_trace(std::move(trace_id)); }

Result<std::unique_ptr<store::Store>> Cloud::store(const std::string& uri) {
  State& state = *state_;
  BucketRoot root = SMITH_TRY(bucket_root(uri));
  BucketHost host = SMITH_TRY(bucket_host(state.setup.aws, root.bucket).in(uri));
  wire::Endpoint endpoint;
  endpoint.host = host.host;
  endpoint.port = host.port;
  endpoint.tls = host.tls;
  endpoint.region = state.setup.aws.region.empty() ? "us-east-1" : state.setup.aws.region;
  endpoint.service = "s3";
  state.clients.push_back(SMITH_TRY(wire::HttpClient::make(state.network, endpoint, {})));
  store::S3Options options;
  options.bucket = root.bucket;
  options.prefix = root.prefix;
  options.path_style = host.path_style;
  // A quarter for one reader's window; the spools have a half.
  size_t range = state.setup.memory_bytes / 4 / options.ranges_max;
  options.range_bytes = std::clamp<size_t>(range, size_t{256} << 10, options.range_bytes);
  std::unique_ptr<store::Store> store =
      std::make_unique<store::S3Store>(options, state.clients.back(), state.spools, system_clock());
  return store;
}

}  // namespace silversmith::app
