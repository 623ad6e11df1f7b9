// SPDX-License-Identifier: Apache-2.0
#include "worker_page.h"

#include <gtest/gtest.h>

namespace silversmith::app {
namespace {

WorkerFacts facts() {
  WorkerFacts facts;
  facts.concurrency = 4;
  facts.wall_micros = 1'000'000'000'000;
  facts.state.in_flight = 2;
  facts.state.oldest_sent_millis = 1'000'000'000 - 7'500;
  facts.state.counts.received = 5;
  facts.state.counts.returned[static_cast<size_t>(Returned::misconfigured)] = 3;
  return facts;
}

TEST(WorkerPage, has_queue_and_lease_metrics) {
  wire::Page page = worker_page("/metrics", facts());
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(page.type.starts_with("text/plain; version=0.0.4"));
  for (const char* line : {
           "silversmith_queue_messages_received_total 5\n",
           "silversmith_queue_messages_returned_total{reason=\"misconfigured\"} 3\n",
           "silversmith_queue_messages_in_flight 2\n",
           "silversmith_queue_oldest_message_age_seconds 7\n",
           "silversmith_concurrency 4\n",
           "silversmith_healthy 1\n",
           "silversmith_files_total{status=\"success\"} 0\n",
       }) {
    EXPECT_NE(page.text.find(line), std::string::npos) << line << page.text;
  }
}

TEST(WorkerPage, age_without_messages_or_from_a_clock_ahead_is_nothing) {
  WorkerFacts ahead = facts();
  ahead.state.oldest_sent_millis = 2'000'000'000;
  EXPECT_NE(metrics_text(ahead).find("oldest_message_age_seconds 0\n"), std::string::npos);
  ahead.state.oldest_sent_millis = 0;
  EXPECT_NE(metrics_text(ahead).find("oldest_message_age_seconds 0\n"), std::string::npos);
}

TEST(WorkerPage, health_says_why_not) {
  EXPECT_EQ(worker_page("/healthz", facts()).status, 200);
  WorkerFacts ill = facts();
  ill.state.trouble = "no such queue";
  wire::Page page = worker_page("/healthz", ill);
  EXPECT_EQ(page.status, 503);
  EXPECT_EQ(page.text, "no such queue\n");
  EXPECT_NE(metrics_text(ill).find("silversmith_healthy 0\n"), std::string::npos);
  EXPECT_EQ(worker_page("/", ill).status, 404);
}

}  // namespace
}  // namespace silversmith::app
