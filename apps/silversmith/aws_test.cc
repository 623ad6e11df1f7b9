// SPDX-License-Identifier: Apache-2.0
#include "aws.h"

#include <gtest/gtest.h>

namespace silversmith::app {
namespace {

std::string unset(const char*) { return {}; }

AwsSettings in_region(const std::string& region) {
  AwsSettings settings;
  settings.region = region;
  return settings;
}

TEST(Aws, takes_our_options_before_the_variables) {
  auto given = [](const char* name) -> std::string {
    std::string text = name;
    if (text == "AWS_REGION") return "eu-west-1";
    if (text == "AWS_ENDPOINT_URL") return "http://all";
    if (text == "AWS_ENDPOINT_URL_S3") return "http://s3";
    return {};
  };
  Settings settings;
  AwsSettings aws = aws_settings(settings, given);
  EXPECT_EQ(aws.region, "eu-west-1");
  EXPECT_EQ(aws.s3_endpoint, "http://s3");
  EXPECT_EQ(aws.sqs_endpoint, "http://all");
  EXPECT_FALSE(aws.credentials_in_environment);
  settings.set("region", {"us-west-2"}, Origin::flag);
  settings.set("endpoint-url", {"http://ours"}, Origin::flag);
  aws = aws_settings(settings, given);
  EXPECT_EQ(aws.region, "us-west-2");
  EXPECT_EQ(aws.s3_endpoint, "http://ours");
  EXPECT_EQ(aws_settings(Settings(), unset).region, "");
}

TEST(Aws, takes_one_variable_of_the_two_for_a_source) {
  auto id = [](const char* name) -> std::string {
    return std::string(name) == "AWS_ACCESS_KEY_ID" ? "x" : "";
  };
  auto secret = [](const char* name) -> std::string {
    return std::string(name) == "AWS_SECRET_ACCESS_KEY" ? "x" : "";
  };
  Settings settings;
  EXPECT_TRUE(aws_settings(settings, id).credentials_in_environment);
  EXPECT_TRUE(aws_settings(settings, secret).credentials_in_environment);
}

TEST(Aws, names_the_hosts_of_buckets) {
  EXPECT_EQ(bucket_host(in_region("eu-west-1"), "lake")->host, "lake.s3.eu-west-1.amazonaws.com");
  EXPECT_EQ(bucket_host(in_region("cn-north-1"), "lake")->host,
            "lake.s3.cn-north-1.amazonaws.com.cn");
  auto dotted = bucket_host(in_region("eu-west-1"), "my.lake");
  EXPECT_EQ(dotted->host, "s3.eu-west-1.amazonaws.com");
  EXPECT_TRUE(dotted->path_style);
  AwsSettings special = in_region("us-gov-west-1");
  special.fips = true;
  special.dual_stack = true;
  EXPECT_EQ(bucket_host(special, "lake")->host,
            "lake.s3-fips.dualstack.us-gov-west-1.amazonaws.com");
}

TEST(Aws, wants_a_region_only_where_the_host_has_one) {
  auto nowhere = bucket_host(AwsSettings(), "lake");
  ASSERT_FALSE(nowhere.ok());
  EXPECT_EQ(nowhere.error().code, Code::invalid);
  AwsSettings local;
  local.s3_endpoint = "http://127.0.0.1:9000/";
  auto host = bucket_host(local, "lake");
  ASSERT_TRUE(host.ok());
  EXPECT_EQ(host->host, "127.0.0.1");
  EXPECT_EQ(host->port, 9000);
  EXPECT_FALSE(host->tls);
  EXPECT_TRUE(host->path_style);
}

TEST(Aws, refuses_endpoints_that_are_no_urls) {
  for (const char* url : {"localhost:9000", "ftp://h", "http://", "http://h:0", "http://h:99999",
                          "http://h:x", "https://h/path", "http://u@h"}) {
    AwsSettings settings;
    settings.s3_endpoint = url;
    EXPECT_FALSE(bucket_host(settings, "lake").ok()) << url;
  }
  AwsSettings settings;
  for (const char* url : {"http://me:secret@h", "http://me:secret@h:x"}) {
    settings.s3_endpoint = url;
    Error error = bucket_host(settings, "lake").error();
    EXPECT_EQ(error.message.find("secret"), std::string::npos) << error.message;
  }
}

TEST(Aws, takes_addresses_out_of_their_brackets) {
  AwsSettings settings;
  settings.s3_endpoint = "http://[::1]:9000";
  EXPECT_EQ(bucket_host(settings, "lake")->host, "::1");
  EXPECT_EQ(bucket_host(settings, "lake")->port, 9000);
  EXPECT_EQ(queue_host(settings, "http://[::1]:9324/1/in")->host, "::1");
}

TEST(Aws, reaches_a_queue_where_its_url_says) {
  struct Case {
    const char* url;
    const char* host;
    const char* region;
  };
  for (const Case& one : {
           Case{"https://sqs.eu-west-1.amazonaws.com/123456789012/in",
                "sqs.eu-west-1.amazonaws.com", "eu-west-1"},
           Case{"https://sqs.us-gov-east-1.amazonaws.com/1/in", "sqs.us-gov-east-1.amazonaws.com",
                "us-gov-east-1"},
           Case{"https://vpce-1-2.sqs.us-west-2.vpce.amazonaws.com/1/in",
                "vpce-1-2.sqs.us-west-2.vpce.amazonaws.com", "us-west-2"},
           Case{"https://eu-west-3.queue.amazonaws.com/1/in", "eu-west-3.queue.amazonaws.com",
                "eu-west-3"},
           Case{"https://queue.amazonaws.com/1/in", "queue.amazonaws.com", "us-east-1"},
           Case{"https://my-lab-1.example/1/in", "my-lab-1.example", "ap-south-1"},
           Case{"http://localhost:4566/000000000000/in", "localhost", "ap-south-1"},
       }) {
    auto host = queue_host(in_region("ap-south-1"), one.url);
    ASSERT_TRUE(host.ok()) << one.url;
    EXPECT_EQ(host->host, one.host);
    EXPECT_EQ(host->region, one.region) << one.url;
  }
  EXPECT_EQ(queue_host(in_region(""), "http://localhost:4566/0/in")->port, 4566);
  EXPECT_EQ(queue_host(in_region(""), "http://localhost:4566/0/in")->region, "us-east-1");
  for (const char* wrong : {"", "in", "https://sqs.eu-west-1.amazonaws.com", "sqs://h/1/in"}) {
    EXPECT_EQ(queue_host(in_region("eu-west-1"), wrong).error().code, Code::invalid) << wrong;
  }
}

TEST(Aws, an_endpoint_that_is_set_wins_over_the_queues_own_host) {
  AwsSettings settings = in_region("ap-south-1");
  settings.sqs_endpoint = "http://127.0.0.1:9324";
  auto host = queue_host(settings, "https://sqs.eu-west-1.amazonaws.com/1/in");
  EXPECT_EQ(host->host, "127.0.0.1");
  EXPECT_EQ(host->port, 9324);
  EXPECT_FALSE(host->tls);
  EXPECT_EQ(host->region, "eu-west-1");
}

TEST(Aws, queues_have_fips_and_dual_stack_hosts_too) {
  AwsSettings settings = in_region("");
  settings.fips = settings.dual_stack = true;
  EXPECT_EQ(queue_host(settings, "https://sqs.us-west-2.amazonaws.com/1/in")->host,
            "sqs-fips.us-west-2.api.aws");
  EXPECT_EQ(queue_host(settings, "https://elsewhere.example/1/in")->host, "elsewhere.example");
}

TEST(Aws, a_queue_tells_the_region_where_nothing_else_does) {
  Settings settings;
  settings.set("queue", {"https://sqs.eu-west-1.amazonaws.com/1/in"}, Origin::flag);
  EXPECT_EQ(aws_settings(settings, unset).queue_region, "eu-west-1");
}

TEST(Aws, takes_roots_apart) {
  EXPECT_EQ(bucket_root("s3://lake")->prefix, "");
  EXPECT_EQ(bucket_root("s3://lake/")->prefix, "");
  EXPECT_EQ(bucket_root("s3://lake/a/b//")->prefix, "a/b/");
  EXPECT_EQ(bucket_root("s3://lake/a")->bucket, "lake");
  EXPECT_FALSE(bucket_root("s3://").ok());
  EXPECT_FALSE(bucket_root("s3:///a").ok());
  EXPECT_FALSE(bucket_root("s3://a b/").ok());
}

TEST(Aws, names_the_hosts_of_lambda) {
  EXPECT_EQ(lambda_host(in_region("eu-west-1"), "")->host, "lambda.eu-west-1.amazonaws.com");
  EXPECT_EQ(lambda_host(in_region("eu-west-1"), "us-east-2")->region, "us-east-2");
  EXPECT_EQ(lambda_host(in_region("cn-north-1"), "")->host, "lambda.cn-north-1.amazonaws.com.cn");
  AwsSettings special = in_region("us-gov-west-1");
  special.fips = true;
  EXPECT_EQ(lambda_host(special, "")->host, "lambda-fips.us-gov-west-1.amazonaws.com");
  special.dual_stack = true;
  EXPECT_EQ(lambda_host(special, "")->host, "lambda-fips.us-gov-west-1.api.aws");
  EXPECT_EQ(lambda_host(AwsSettings(), "").error().code, Code::invalid);
  AwsSettings local;
  local.lambda_endpoint = "http://127.0.0.1:5000";
  EXPECT_EQ(lambda_host(local, "")->port, 5000);
  EXPECT_FALSE(lambda_host(local, "")->tls);
}

TEST(Aws, names_the_hosts_of_glue_and_of_topics) {
  EXPECT_EQ(glue_host(in_region("eu-west-1"))->host, "glue.eu-west-1.amazonaws.com");
  EXPECT_EQ(glue_host(AwsSettings()).error().code, Code::invalid);
  // A topic is where its ARN says, whatever the function's own region.
  auto topic = topic_host(in_region("eu-west-1"), "arn:aws:sns:us-east-2:123456789012:notices");
  EXPECT_EQ(topic->host, "sns.us-east-2.amazonaws.com");
  EXPECT_EQ(topic->region, "us-east-2");
  for (const char* arn : {"notices", "arn:aws:sqs:eu-west-1:1:q", "arn:aws:sns::1:notices",
                          "arn:aws:sns:eu-west-1:1:"}) {
    EXPECT_EQ(topic_host(in_region("eu-west-1"), arn).error().code, Code::invalid) << arn;
  }
  AwsSettings local;
  local.glue_endpoint = local.sns_endpoint = "http://127.0.0.1:5000";
  EXPECT_EQ(glue_host(local)->port, 5000);
  EXPECT_EQ(topic_host(local, "arn:aws:sns:eu-west-1:1:n")->region, "eu-west-1");
}

TEST(Aws, takes_a_webhook_apart_and_never_says_it) {
  auto host = webhook_host("https://chat.example:8443/services/T0/SECRET?x=1");
  EXPECT_EQ(host->host, "chat.example");
  EXPECT_EQ(host->port, 8443);
  EXPECT_EQ(host->target, "/services/T0/SECRET?x=1");
  EXPECT_EQ(webhook_host("https://chat.example")->target, "/");
  for (const char* url :
       {"http://chat.example/SECRET", "chat.example/SECRET", "https:///SECRET",
        "https://a b/SECRET", "https://chat.example/SEC RET", "https://chat.example:x/SECRET",
        "https://user@chat.example/SECRET", "https://chat.example/SECRET#part",
        "https://chat.example/SECRET\r\nX: y"}) {
    Error error = webhook_host(url).error();
    EXPECT_EQ(error.code, Code::invalid) << url;
    EXPECT_EQ(one_line(error).find("SECRET"), std::string::npos) << one_line(error);
  }
}

}  // namespace
}  // namespace silversmith::app
