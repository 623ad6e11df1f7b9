// SPDX-License-Identifier: Apache-2.0
// The settings that users of AWS tools expect: region, endpoints, authorities, credentials' place,
// from our options and the usual AWS_* variables; and which host they lead to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config.h"
#include "wire/credential_sources.h"
#include "wire/proxy.h"

namespace silversmith::app {

struct AwsSettings {
  std::string region;
  std::string queue_region;       // what --queue's host says: for both where no region is given
  std::string s3_endpoint;        // URL; "" is AWS itself
  std::string sqs_endpoint;       // the same for queues
  std::string lambda_endpoint;    // the same for Lambda
  std::string glue_endpoint;      // the same for Glue
  std::string sns_endpoint;       // the same for SNS
  std::string sts_endpoint;       // the same for STS
  std::string authorities;        // PEM file; "" is the system's
  bool profile_endpoints = true;  // those that a profile names count where none is given
  wire::CredentialOptions credentials;
  wire::ProxyOptions proxies;
  bool fips = false;
  bool dual_stack = false;
  bool credentials_in_environment = false;
};

// `given` tells a variable's value, "" when it is unset.
AwsSettings aws_settings(const Settings& settings, std::string (*given)(const char*));

// Where a bucket is reached.
struct BucketHost {
  bool tls = true;
  std::string host;
  uint16_t port = 443;
  bool path_style = false;  // the bucket is part of the path, not of the host
};
// Fails with invalid: no region, or an endpoint that is no URL.
Result<BucketHost> bucket_host(const AwsSettings& settings, std::string_view bucket);

// Where STS is reached.
std::string sts_url(const AwsSettings& settings);

// Where a service of a region is reached, and for which region requests are signed.
struct ServiceHost {
  bool tls = true;
  std::string host;
  uint16_t port = 443;
  std::string region;
};
// An endpoint that is set is used, else the host of the queue's own URL, whose region is the
// queue's wherever it names one. Fails with invalid: no URL.
Result<ServiceHost> queue_host(const AwsSettings& settings, std::string_view url);
// Where Lambda is reached in a region; "": the settings' own.
// Fails with invalid: no region, or an endpoint that is no URL.
Result<ServiceHost> lambda_host(const AwsSettings& settings, std::string_view region);
// The region that a queue's URL names in its host; "" where it names none.
std::string region_of_queue(std::string_view url);

// Fails with invalid: no region, or an endpoint that is no URL.
Result<ServiceHost> glue_host(const AwsSettings& settings);
// The region is the one that the ARN names. Fails with invalid: no ARN of a topic.
Result<ServiceHost> topic_host(const AwsSettings& settings, std::string_view arn);

// Where messages to somebody who is not AWS go. No error says the URL: who has it may post.
struct WebhookHost {
  std::string host;
  uint16_t port = 443;
  std::string target;  // path and query
};
// Fails with invalid: no https URL.
Result<WebhookHost> webhook_host(std::string_view url);

// "s3://bucket/prefix" in its parts; the prefix ends with "/" or is empty.
struct BucketRoot {
  std::string bucket;
  std::string prefix;
};
// Fails with invalid: no bucket's name.
Result<BucketRoot> bucket_root(std::string_view uri);
inline bool is_in_s3(std::string_view root) { return root.starts_with("s3://"); }

}  // namespace silversmith::app
