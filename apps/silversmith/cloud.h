// SPDX-License-Identifier: Apache-2.0
// The outside as this program reaches it: stores behind s3:// roots, over connections that they
// share. A build without the AWS Common Runtime has a Cloud that can only say so
// (cloud_absent.cc).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "aws.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "store/probe.h"
#include "store/store.h"
#include "wire/queue.h"
#include "wire/sns.h"

namespace silversmith::wire {
class HttpClient;
struct HttpOptions;
}  // namespace silversmith::wire

namespace silversmith::app {

class Cloud {
 public:
  struct Setup {
    AwsSettings aws;
    uint64_t memory_bytes = 0;                // for what is on its way, both directions together
    uint32_t readers = 1;                     // objects read at once, which share it
    std::string tmp_path = {};                // where an upload waits that passes its share of that
    const std::atomic<bool>* stop = nullptr;  // of the stores' waits
  };
  // Nothing is asked of the network yet.
  explicit Cloud(Setup setup);
  ~Cloud();

  // As wire::Network.
  void set_trace(const std::string& trace_id);
  // Who is told, once, that parts of unfinished uploads stay for want of a right. Before any
  // store is used. Called by any thread.
  void set_warning(std::function<void(const Error&)> warning);

  // Fails with invalid (the root, the endpoint, no region), denied (authorities can't be read).
  Result<std::unique_ptr<store::Store>> store(const std::string& uri);
  // What sends a body to the queue of that URL, which fails as SqsQueue::send() does. Fails with
  // invalid: no URL. Valid until this goes.
  using Sender = std::function<Result<>(std::string_view body)>;
  Result<Sender> sender(const std::string& queue_url);

  // A database of AWS Glue. Fails as store(). Valid until this goes.
  Result<std::unique_ptr<catalog::Catalog>> catalog(const std::string& database);
  // What publishes to the topic of that ARN, as wire::publish() does. Fails with invalid: no ARN.
  // Valid until this goes.
  using Publisher = std::function<Result<>(const wire::SnsMessage& message)>;
  Result<Publisher> topic(const std::string& arn);
  // What posts to that URL, as wire::post_webhook() does. Fails with invalid: no https URL.
  // Valid until this goes.
  using Poster = std::function<Result<>(const Json& message)>;
  Result<Poster> webhook(const std::string& url);

  // A bucket, tried out for `doctor`: rights, clock, and conditions where scratch objects may be.
  struct Examine {
    std::string uri;
    store::RightsQuery rights;
    std::string scratch = {};  // what keys of scratch objects begin with; "": none
  };
  struct Examined {
    std::string endpoint;
    std::string region;
    store::Rights rights;
    std::optional<store::Probe> probe;
  };
  // Fails as store() does.
  Result<Examined> examine(const Examine& examine);
  struct QueueSetup {
    std::string url;
    uint32_t first_byte_ms_max = 5'000;  // as HttpOptions has it; a long poll takes 20 s
    const std::atomic<bool>* stop = nullptr;
  };
  // A queue over connections of its own, so that no long poll keeps another call waiting.
  // Fails as store() does.
  Result<std::unique_ptr<wire::ManagedQueue>> queue(const QueueSetup& setup);
  // What hands an event to that function's own queue, which fails as LambdaFunction::invoke() does.
  // Fails with invalid: no name of a function, no region. Valid until this goes.
  using Invoker = std::function<Result<>(std::string_view payload)>;
  Result<Invoker> function(const std::string& name);

 private:
  struct Reached;
  Result<Reached> reach(const std::string& uri, wire::HttpOptions http);
  // A client of the queue's service. Fails with invalid: no URL.
  Result<wire::HttpClient*> reach_queue(const std::string& url, const wire::HttpOptions& http);

  // A client of short calls, which ends its waits with the stores'.
  Result<wire::HttpClient*> reach_service(const ServiceHost& host, const std::string& service);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace silversmith::app
