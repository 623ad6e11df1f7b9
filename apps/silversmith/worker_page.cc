// SPDX-License-Identifier: Apache-2.0
#include "worker_page.h"

#include <algorithm>

#include "smith/pipeline.h"
#include "smith/prometheus.h"

namespace silversmith::app {

namespace {

using smith::MetricKind;
using smith::PrometheusText;

void write_counts(const QueueCounts& counts, PrometheusText& text) {
  constexpr MetricKind counter = MetricKind::counter;
  text.one("silversmith_queue_polls_total", counter, "Polls of the queue, failed ones included.",
           counts.polls);
  text.one("silversmith_queue_polls_failed_total", counter, "Polls that failed.",
           counts.polls_failed);
  text.one("silversmith_queue_messages_received_total", counter, "Messages received.",
           counts.received);
  text.one("silversmith_queue_messages_deleted_total", counter, "Messages done and deleted.",
           counts.deleted);
  text.one("silversmith_queue_deletes_failed_total", counter,
           "Messages done that could not be deleted, and come again.", counts.deletes_failed);
  text.family("silversmith_queue_messages_returned_total", counter,
              "Messages given back to come again, by reason.");
  for (size_t i = 0; i < returned_count; ++i) {
    text.sample({"reason", name_of(static_cast<Returned>(i))}, counts.returned[i]);
  }
  text.one("silversmith_queue_leases_lost_total", counter,
           "Messages whose lease ended, or was somebody else's, while they were in work.",
           counts.leases_lost);
}

}  // namespace

std::string metrics_text(const WorkerFacts& facts) {
  constexpr MetricKind gauge = MetricKind::gauge;
  PrometheusText text;
  smith::write_metrics(facts.metrics, text);
  write_counts(facts.state.counts, text);
  text.one("silversmith_queue_messages_in_flight", gauge, "Messages in work now.",
           facts.state.in_flight);
  int64_t sent = facts.state.oldest_sent_millis;
  int64_t age = sent == 0 ? 0 : std::max<int64_t>(0, facts.wall_micros / 1000 - sent) / 1000;
  text.one("silversmith_queue_oldest_message_age_seconds", gauge,
           "Of the messages in work, how long ago the oldest was sent; 0 without any.",
           static_cast<uint64_t>(age));
  text.one("silversmith_concurrency", gauge, "Messages that may be in work at once.",
           facts.concurrency);
  text.one("silversmith_healthy", gauge, "1 while /healthz says so, else 0.",
           facts.state.trouble.empty() ? 1 : 0);
  text.one("silversmith_memory_peak_bytes", gauge, "The most memory that the process has had.",
           facts.memory_peak_bytes);
  text.family("silversmith_build_info", gauge, "Always 1; the version is the label.");
  text.sample({"version", smith::engine_version()}, 1);
  return std::move(text).finish();
}

wire::Page worker_page(std::string_view path, const WorkerFacts& facts) {
  wire::Page page;
  if (path == "/metrics") {
    page.type = smith::prometheus_type;
    page.text = metrics_text(facts);
  } else if (path == "/healthz") {
    bool healthy = facts.state.trouble.empty();
    page.status = healthy ? 200 : 503;
    page.text = healthy ? "ok\n" : facts.state.trouble + "\n";
  } else {
    page.status = 404;
    page.text = "nothing here: /metrics and /healthz\n";
  }
  return page;
}

}  // namespace silversmith::app
