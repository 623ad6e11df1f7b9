// SPDX-License-Identifier: Apache-2.0
#include "cloud.h"

#include <algorithm>
#include <deque>

#include "base/clock.h"
#include "catalog/glue.h"
#include "store/s3.h"
#include "store/s3_probe.h"
#include "store/s3_rights.h"
#include "store/spool.h"
#include "wire/http.h"
#include "wire/lambda_invoke.h"
#include "wire/profile.h"
#include "wire/sqs.h"
#include "wire/webhook.h"

namespace silversmith::app {

namespace {

// Somebody waits for the answer: what is not there is soon told.
constexpr uint32_t examine_connect_ms = 2'000;
constexpr uint32_t examine_first_byte_ms = 10'000;
constexpr uint32_t examine_attempts = 3;
// A window of ranges, the parts of an upload, and what is asked beside them.
constexpr uint32_t connections_per_reader = 8;
constexpr uint32_t queue_connections = 8;
// Ten messages of 1 MiB, with every byte escaped in a JSON string that is.
constexpr size_t messages_bytes_max = size_t{64} << 20;
// The TLS library tells of a certificate that is not trusted only after a while (its blinding: 8 s
// were seen, more than 10 too), and a shorter wait would take that for passing trouble.
constexpr uint32_t call_first_byte_ms = 30'000;
// A table of thousands of columns.
constexpr size_t table_bytes_max = size_t{16} << 20;

// With what the profile says where nothing else is given.
Cloud::Setup completed(Cloud::Setup setup) {
  AwsSettings& aws = setup.aws;
  const std::string& profile = aws.credentials.profile;
  if (aws.region.empty()) aws.region = wire::profile_setting(profile, "region");
  if (aws.region.empty()) aws.region = aws.queue_region;
  if (aws.profile_endpoints) {
    if (aws.s3_endpoint.empty()) aws.s3_endpoint = wire::profile_endpoint(profile, "s3");
    if (aws.sqs_endpoint.empty()) aws.sqs_endpoint = wire::profile_endpoint(profile, "sqs");
    if (aws.lambda_endpoint.empty()) {
      aws.lambda_endpoint = wire::profile_endpoint(profile, "lambda");
    }
    if (aws.glue_endpoint.empty()) aws.glue_endpoint = wire::profile_endpoint(profile, "glue");
    if (aws.sns_endpoint.empty()) aws.sns_endpoint = wire::profile_endpoint(profile, "sns");
    if (aws.sts_endpoint.empty()) aws.sts_endpoint = wire::profile_endpoint(profile, "sts");
  }
  aws.credentials.sts_url = sts_url(aws);
  return setup;
}

}  // namespace

struct Cloud::State {
  explicit State(Setup given)
      : setup(completed(std::move(given))),
        network({.authorities = setup.aws.authorities,
                 .credentials_in_environment = setup.aws.credentials_in_environment,
                 .credentials = setup.aws.credentials,
                 .proxies = setup.aws.proxies}),
        spools(setup.memory_bytes / 2, setup.tmp_path) {}

  Setup setup;
  wire::Network network;
  store::BudgetSpools spools;
  std::deque<wire::HttpClient> clients;
  std::function<void(const Error&)> warning;
  std::atomic<bool> warned = false;
};

Cloud::Cloud(Setup setup) : state_(std::make_unique<State>(std::move(setup))) {}
Cloud::~Cloud() = default;
void Cloud::set_trace(const std::string& trace_id) { state_->network.set_trace(trace_id); }

void Cloud::set_warning(std::function<void(const Error&)> warning) {
  state_->warning = std::move(warning);
}

// A client of the bucket's service, and how the store speaks to it.
struct Cloud::Reached {
  wire::HttpClient& client;
  store::S3Options options;
};

Result<Cloud::Reached> Cloud::reach(const std::string& uri, wire::HttpOptions http) {
  State& state = *state_;
  BucketRoot root = SMITH_TRY(bucket_root(uri));
  BucketHost host = SMITH_TRY(bucket_host(state.setup.aws, root.bucket).in(uri));
  wire::Endpoint endpoint;
  endpoint.host = host.host;
  endpoint.port = host.port;
  endpoint.tls = host.tls;
  endpoint.region = state.setup.aws.region.empty() ? "us-east-1" : state.setup.aws.region;
  endpoint.service = "s3";
  http.connections_max =
      std::max(http.connections_max, connections_per_reader * state.setup.readers);
  http.body_bytes_max = store::s3_answer_bytes_max;
  http.stop = state.setup.stop;
  state.clients.push_back(SMITH_TRY(wire::HttpClient::make(state.network, endpoint, http)));
  store::S3Options options;
  options.bucket = root.bucket;
  options.prefix = root.prefix;
  options.path_style = host.path_style;
  options.on_warning = [&state](const Error& error) {
    if (state.warning && !state.warned.exchange(true)) state.warning(error);
  };
  // A half for the readers' windows, each with a buffer to spare; the spools have the other.
  size_t range = state.setup.memory_bytes / 2 / state.setup.readers / (options.ranges_max + 1);
  options.range_bytes = std::clamp<size_t>(range, size_t{256} << 10, options.range_bytes);
  return Reached{state.clients.back(), options};
}

Result<std::unique_ptr<store::Store>> Cloud::store(const std::string& uri) {
  Reached reached = SMITH_TRY(reach(uri, {}));
  std::unique_ptr<store::Store> store = std::make_unique<store::S3Store>(
      reached.options, reached.client, state_->spools, system_clock());
  return store;
}

Result<Cloud::Examined> Cloud::examine(const Examine& examine) {
  wire::HttpOptions http;
  http.connect_ms_max = examine_connect_ms;
  http.first_byte_ms_max = examine_first_byte_ms;
  Reached reached = SMITH_TRY(reach(examine.uri, http));
  reached.options.attempts_max = examine_attempts;
  store::S3Service service(reached.options, reached.client, system_clock());
  const wire::Endpoint& endpoint = reached.client.endpoint();
  Examined examined{endpoint.text(), endpoint.region, {}, {}};
  examined.rights = store::probe_rights(service, examine.rights, system_clock());
  if (!examined.rights.error.has_value() && !examine.scratch.empty()) {
    examined.probe = store::probe_s3(service, examine.scratch);
  }
  return examined;
}

Result<wire::HttpClient*> Cloud::reach_queue(const std::string& url,
                                             const wire::HttpOptions& http) {
  State& state = *state_;
  ServiceHost host = SMITH_TRY(queue_host(state.setup.aws, url));
  state.clients.push_back(SMITH_TRY(wire::HttpClient::make(
      state.network, {host.host, host.port, host.tls, host.region, "sqs"}, http)));
  return &state.clients.back();
}

Result<Cloud::Sender> Cloud::sender(const std::string& queue_url) {
  wire::HttpClient* client = SMITH_TRY(reach_queue(queue_url, {}));
  Sender sender = [client, queue_url](std::string_view body) {
    return wire::SqsQueue(*client, queue_url).send(body);
  };
  return sender;
}

Result<wire::HttpClient*> Cloud::reach_service(const ServiceHost& host,
                                               const std::string& service) {
  State& state = *state_;
  wire::HttpOptions http;
  http.connect_ms_max = examine_connect_ms;
  http.first_byte_ms_max = call_first_byte_ms;
  http.body_bytes_max = table_bytes_max;
  http.stop = state.setup.stop;
  state.clients.push_back(SMITH_TRY(wire::HttpClient::make(
      state.network, {host.host, host.port, host.tls, host.region, service}, http)));
  return &state.clients.back();
}

Result<std::unique_ptr<catalog::Catalog>> Cloud::catalog(const std::string& database) {
  ServiceHost host = SMITH_TRY(glue_host(state_->setup.aws));
  wire::HttpClient* client = SMITH_TRY(reach_service(host, "glue"));
  std::unique_ptr<catalog::Catalog> glue =
      std::make_unique<catalog::GlueCatalog>(*client, database);
  return glue;
}

Result<Cloud::Publisher> Cloud::topic(const std::string& arn) {
  ServiceHost host = SMITH_TRY(topic_host(state_->setup.aws, arn));
  wire::HttpClient* client = SMITH_TRY(reach_service(host, "sns"));
  Publisher publisher = [client, arn](const wire::SnsMessage& message) {
    return wire::publish(*client, arn, message);
  };
  return publisher;
}

Result<Cloud::Poster> Cloud::webhook(const std::string& url) {
  WebhookHost host = SMITH_TRY(webhook_host(url));
  wire::HttpClient* client =
      SMITH_TRY(reach_service({true, host.host, host.port, ""}, wire::unsigned_service));
  Poster poster = [client, target = host.target](const Json& message) {
    return wire::post_webhook(*client, target, message);
  };
  return poster;
}

Result<std::unique_ptr<wire::ManagedQueue>> Cloud::queue(const QueueSetup& setup) {
  wire::HttpOptions http;
  http.connections_max = queue_connections;
  http.first_byte_ms_max = setup.first_byte_ms_max;
  http.body_bytes_max = messages_bytes_max;
  http.stop = setup.stop;
  wire::HttpClient* client = SMITH_TRY(reach_queue(setup.url, http));
  std::unique_ptr<wire::ManagedQueue> queue = std::make_unique<wire::SqsQueue>(*client, setup.url);
  return queue;
}

Result<Cloud::Invoker> Cloud::function(const std::string& name) {
  State& state = *state_;
  wire::FunctionName parsed = SMITH_TRY(wire::parse_function_name(name));
  ServiceHost host = SMITH_TRY(lambda_host(state.setup.aws, parsed.region));
  state.clients.push_back(SMITH_TRY(wire::HttpClient::make(
      state.network, {host.host, host.port, host.tls, host.region, "lambda"}, {})));
  Invoker invoker = [client = &state.clients.back(), parsed](std::string_view payload) {
    return wire::LambdaFunction(*client, parsed).invoke(payload);
  };
  return invoker;
}

}  // namespace silversmith::app
