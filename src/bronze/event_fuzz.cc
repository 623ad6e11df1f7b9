// SPDX-License-Identifier: Apache-2.0
// Any bytes are an envelope. What an event names is a key that S3 can have, and each of its
// spellings by us is read as that key; what can't be read says so.
#include "base/uri.h"
#include "bronze/event.h"

#include "base/check.h"
#include "bronze/event_key.h"
#include "bronze/sample_event.h"

namespace {

using namespace silversmith;

void check_event(const bronze::Event& event) {
  SMITH_CHECK(!event.bucket.empty() && !event.via.empty());
  SMITH_CHECK(bronze::check_key(event.key).ok(), event.key);
  if (event.other_key.has_value()) {
    SMITH_CHECK(*event.other_key != event.key, event.key);
    SMITH_CHECK(bronze::check_key(*event.other_key).ok(), *event.other_key);
  }
  SMITH_CHECK(form_decoded(bronze::encode_form(event.key)) == event.key, event.key);
  bronze::SampleObject object{event.bucket, event.key, event.size.value_or(0), event.etag, 0};
  for (auto kind : {bronze::SampleKind::eventbridge, bronze::SampleKind::s3,
                    bronze::SampleKind::sqs, bronze::SampleKind::sns}) {
    bronze::Envelope again = bronze::read_event(bronze::sample_event(kind, object).dump());
    SMITH_CHECK(again.deliveries.size() == 1 && again.deliveries[0].events.size() == 1, event.key);
    SMITH_CHECK(again.deliveries[0].events[0].key == event.key, event.key);
  }
}

void check_delivery(const bronze::Delivery& delivery) {
  bool says = !delivery.events.empty() || !delivery.errors.empty() || !delivery.idle_reason.empty();
  SMITH_CHECK(says, delivery.id);
  for (const Error& error : delivery.errors) SMITH_CHECK(!error.message.empty());
  // Every event of a large input would cost minutes and show nothing new.
  for (size_t i = 0; i < delivery.events.size() && i < 4; i++) check_event(delivery.events[i]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  bronze::Envelope envelope = bronze::read_event(text);
  for (const bronze::Delivery& delivery : envelope.deliveries) check_delivery(delivery);
  check_delivery(bronze::read_message("id", text));
  return 0;
}
