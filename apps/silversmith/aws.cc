// SPDX-License-Identifier: Apache-2.0
#include "aws.h"

#include <algorithm>

#include "base/text.h"
#include "wire/url.h"

namespace silversmith::app {

namespace {

std::string first_of(std::initializer_list<std::string> texts) {
  for (const std::string& text : texts) {
    if (!text.empty()) return text;
  }
  return {};
}

// Certificates of AWS cover one label in front of its domain.
bool fits_in_host(std::string_view bucket) { return bucket.find('.') == std::string_view::npos; }

Error no_region() {
  return {Code::invalid, "no AWS region is given",
          "give one: --region, AWS_REGION, or `region` in your AWS profile", ""};
}

Result<BucketHost> host_of_url(std::string_view text) {
  wire::Url url = SMITH_TRY(wire::parse_url(text).in("the endpoint"));
  bool bare = (url.target.empty() || url.target == "/") && url.user.empty();
  if (bare) return BucketHost{url.tls, url.host, url.port, true};
  return Error{Code::invalid, "the endpoint " + url.origin() + " has a user or a path",
               "wanted http://HOST[:PORT] or https://HOST[:PORT]", ""};
}

using Given = std::string (*)(const char*);

bool is_true(const std::string& text) { return equal_ignoring_case(text, "true"); }

// As curl and botocore have it: the lower case counts first.
wire::ProxyOptions proxy_options(Given given) {
  return {first_of({given("http_proxy"), given("HTTP_PROXY")}),
          first_of({given("https_proxy"), given("HTTPS_PROXY")}),
          first_of({given("no_proxy"), given("NO_PROXY")})};
}

wire::CredentialOptions credential_options(Given given) {
  wire::CredentialOptions credentials;
  credentials.profile = first_of({given("AWS_PROFILE"), given("AWS_DEFAULT_PROFILE")});
  credentials.web_identity_token_file = given("AWS_WEB_IDENTITY_TOKEN_FILE");
  credentials.role_arn = given("AWS_ROLE_ARN");
  credentials.role_session_name = given("AWS_ROLE_SESSION_NAME");
  std::string path = given("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  credentials.container_url =
      path.empty() ? given("AWS_CONTAINER_CREDENTIALS_FULL_URI") : "http://169.254.170.2" + path;
  credentials.container_token_file = given("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  credentials.container_token = given("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  credentials.instance = !is_true(given("AWS_EC2_METADATA_DISABLED"));
  credentials.instance_v1 = !is_true(given("AWS_EC2_METADATA_V1_DISABLED"));
  std::string instance = given("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  credentials.instance_named = !instance.empty();
  while (instance.ends_with('/')) instance.pop_back();
  if (!instance.empty()) credentials.instance_url = instance;
  return credentials;
}

}  // namespace

AwsSettings aws_settings(const Settings& settings, std::string (*given)(const char*)) {
  AwsSettings aws;
  aws.region =
      first_of({settings.text("region"), given("AWS_REGION"), given("AWS_DEFAULT_REGION")});
  aws.queue_region = region_of_queue(settings.text("queue"));
  std::string endpoint = settings.text("endpoint-url");
  aws.s3_endpoint = aws.sqs_endpoint = aws.lambda_endpoint = endpoint;
  aws.glue_endpoint = aws.sns_endpoint = endpoint;
  aws.profile_endpoints = !is_true(given("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"));
  if (aws.profile_endpoints) {
    std::string all = given("AWS_ENDPOINT_URL");
    aws.s3_endpoint = first_of({endpoint, given("AWS_ENDPOINT_URL_S3"), all});
    aws.sqs_endpoint = first_of({endpoint, given("AWS_ENDPOINT_URL_SQS"), all});
    aws.lambda_endpoint = first_of({endpoint, given("AWS_ENDPOINT_URL_LAMBDA"), all});
    aws.glue_endpoint = first_of({endpoint, given("AWS_ENDPOINT_URL_GLUE"), all});
    aws.sns_endpoint = first_of({endpoint, given("AWS_ENDPOINT_URL_SNS"), all});
    aws.sts_endpoint = first_of({given("AWS_ENDPOINT_URL_STS"), all});
  }
  aws.authorities = given("AWS_CA_BUNDLE");
  aws.credentials = credential_options(given);
  aws.proxies = proxy_options(given);
  aws.fips = is_true(given("AWS_USE_FIPS_ENDPOINT"));
  aws.dual_stack = is_true(given("AWS_USE_DUALSTACK_ENDPOINT"));
  // One without the other is a mistake to be told, not a reason to be somebody else.
  aws.credentials_in_environment =
      !given("AWS_ACCESS_KEY_ID").empty() || !given("AWS_SECRET_ACCESS_KEY").empty();
  return aws;
}

Result<BucketHost> bucket_host(const AwsSettings& settings, std::string_view bucket) {
  if (!settings.s3_endpoint.empty()) return host_of_url(settings.s3_endpoint);
  if (settings.region.empty()) return no_region();
  BucketHost host;
  host.path_style = !fits_in_host(bucket);
  if (!host.path_style) host.host = std::string(bucket) + ".";
  host.host += settings.fips ? "s3-fips." : "s3.";
  if (settings.dual_stack) host.host += "dualstack.";
  host.host += settings.region + ".amazonaws.com";
  if (settings.region.starts_with("cn-")) host.host += ".cn";
  return host;
}

std::string sts_url(const AwsSettings& settings) {
  if (!settings.sts_endpoint.empty()) return settings.sts_endpoint;
  if (settings.region.empty()) return "https://sts.amazonaws.com";
  bool china = settings.region.starts_with("cn-");
  return (settings.fips ? "https://sts-fips." : "https://sts.") + settings.region +
         (china ? ".amazonaws.com.cn" : ".amazonaws.com");
}

// sqs.REGION.amazonaws.com, sqs-fips.REGION..., sqs.REGION.api.aws, REGION.queue.amazonaws.com,
// ID.sqs.REGION.vpce.amazonaws.com: of the names between dots, the one that is built as regions are
// ("eu-west-1", "us-gov-east-1"). The oldest kind, queue.amazonaws.com, is of the oldest region.
std::string region_of_queue(std::string_view url) {
  Result<wire::Url> parsed = wire::parse_url(url);
  if (!parsed.ok()) return {};
  auto labels = split(parsed->host, '.');
  bool of_aws = std::any_of(labels.begin(), labels.end(), [](std::string_view label) {
    return label == "sqs" || label == "sqs-fips" || label == "queue";
  });
  if (!of_aws) return {};
  for (std::string_view label : labels) {
    size_t last = label.rfind('-');
    if (last == std::string_view::npos || label.find('-') == last) continue;
    bool lettered = std::all_of(label.begin(), label.begin() + static_cast<ptrdiff_t>(last),
                                [](char c) { return c == '-' || (c >= 'a' && c <= 'z'); });
    bool numbered = parse_number(label.substr(last + 1)).has_value();
    if (lettered && numbered && label.find('-') == 2) return std::string(label);
  }
  return parsed->host == "queue.amazonaws.com" ? "us-east-1" : "";
}

namespace {

// The sort of host that the settings ask for, where the URL has the usual one.
std::string host_of_queue(const AwsSettings& settings, const std::string& host,
                          const std::string& region) {
  bool china = region.starts_with("cn-");
  std::string domain = china ? ".amazonaws.com.cn" : ".amazonaws.com";
  if (host != "sqs." + region + domain) return host;
  if (settings.dual_stack) domain = china ? ".api.amazonwebservices.com.cn" : ".api.aws";
  return (settings.fips ? "sqs-fips." : "sqs.") + region + domain;
}

}  // namespace

Result<ServiceHost> queue_host(const AwsSettings& settings, std::string_view url) {
  Result<wire::Url> own = wire::parse_url(url);
  if (!own.ok() || !own->user.empty() || own->target.size() < 2) {
    return Error{Code::invalid, show(url) + " is no URL of a queue",
                 "wanted https://sqs.REGION.amazonaws.com/ACCOUNT/NAME", ""};
  }
  BucketHost found{own->tls, own->host, own->port};
  if (!settings.sqs_endpoint.empty()) found = SMITH_TRY(host_of_url(settings.sqs_endpoint));
  std::string region = first_of({region_of_queue(url), settings.region});
  return ServiceHost{found.tls, host_of_queue(settings, found.host, region), found.port,
                     region.empty() ? "us-east-1" : region};
}

namespace {

struct ServiceQuery {
  std::string_view service;
  std::string endpoint;
  std::string region;
};

Result<ServiceHost> service_host(const AwsSettings& settings, const ServiceQuery& query) {
  ServiceHost found;
  found.region = query.region.empty() ? "us-east-1" : query.region;
  if (!query.endpoint.empty()) {
    BucketHost given = SMITH_TRY(host_of_url(query.endpoint));
    return ServiceHost{given.tls, given.host, given.port, found.region};
  }
  if (query.region.empty()) return no_region();
  bool china = query.region.starts_with("cn-");
  std::string domain = china ? ".amazonaws.com.cn" : ".amazonaws.com";
  if (settings.dual_stack) domain = china ? ".api.amazonwebservices.com.cn" : ".api.aws";
  found.host =
      std::string(query.service) + (settings.fips ? "-fips." : ".") + query.region + domain;
  return found;
}

}  // namespace

Result<ServiceHost> lambda_host(const AwsSettings& settings, std::string_view named) {
  std::string region = named.empty() ? settings.region : std::string(named);
  return service_host(settings, {"lambda", settings.lambda_endpoint, region});
}

Result<ServiceHost> glue_host(const AwsSettings& settings) {
  return service_host(settings, {"glue", settings.glue_endpoint, settings.region});
}

Result<ServiceHost> topic_host(const AwsSettings& settings, std::string_view arn) {
  auto parts = split(arn, ':');
  bool good = parts.size() == 6 && parts[0] == "arn" && parts[2] == "sns" && !parts[3].empty() &&
              !parts[5].empty();
  if (!good) {
    return Error{Code::invalid, "--topic " + show(arn) + " is no ARN of an SNS topic",
                 "wanted arn:aws:sns:REGION:ACCOUNT:NAME", ""};
  }
  return service_host(settings, {"sns", settings.sns_endpoint, std::string(parts[3])});
}

Result<WebhookHost> webhook_host(std::string_view url) {
  Error no_webhook = {Code::invalid, "SILVERSMITH_WEBHOOK is no URL that can be used",
                      "wanted https://HOST[:PORT]/PATH", ""};
  Result<wire::Url> parsed = wire::parse_url(url);
  bool plain = std::all_of(url.begin(), url.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!parsed.ok() || !parsed->tls || !parsed->user.empty() || !plain) return no_webhook;
  return WebhookHost{parsed->host, parsed->port, parsed->target.empty() ? "/" : parsed->target};
}

Result<BucketRoot> bucket_root(std::string_view uri) {
  std::string_view rest = uri.substr(std::string_view("s3://").size());
  size_t slash = rest.find('/');
  BucketRoot root{std::string(rest.substr(0, slash)), ""};
  bool named =
      !root.bucket.empty() && std::all_of(root.bucket.begin(), root.bucket.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == '_' || (c >= 'A' && c <= 'Z');
      });
  if (!named) {
    return Error{Code::invalid, show(uri) + " names no bucket", "wanted s3://BUCKET[/PREFIX]", ""};
  }
  if (slash != std::string_view::npos) root.prefix = rest.substr(slash + 1);
  while (root.prefix.ends_with('/')) root.prefix.pop_back();
  if (!root.prefix.empty()) root.prefix += '/';
  return root;
}

}  // namespace silversmith::app
