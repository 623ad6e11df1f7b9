// SPDX-License-Identifier: Apache-2.0
#include "bronze/sample_event.h"

#include <gtest/gtest.h>

#include <iterator>

#include "bronze/event.h"

namespace silversmith::bronze {
namespace {

constexpr SampleKind kinds[] = {SampleKind::eventbridge, SampleKind::s3, SampleKind::sqs,
                                SampleKind::sns};

SampleObject object_of(std::string key) {
  return {"data-lake", std::move(key), 42, "d41d8cd98f00b204e9800998ecf8427e",
          1'700'000'000'123'000};
}

// Keys of the pieces that encodings stumble over, in an order that is the same run after run.
std::vector<std::string> made_keys(size_t count) {
  const std::string pieces[] = {
      "a",    "/",    "+", "%", "%2B", "%20", " ", "\n", "\"", "\\",       "&",
      "=",    "?",    "#", ";", "\t",  "2",   "F", "%%", "~",  "\xC3\xA9", "\xF0\x9F\x9A\x80",
      "\x7F", "\x01",
  };
  std::vector<std::string> keys;
  uint64_t state = 1;
  for (size_t i = 0; i < count; i++) {
    std::string key = "bronze/";
    for (size_t length = 1 + i % 12; length > 0; length--) {
      state = state * 6364136223846793005 + 1442695040888963407;
      key += pieces[(state >> 33) % std::size(pieces)];
    }
    keys.push_back(key + ".csv");
  }
  return keys;
}

TEST(SampleEvent, gives_back_every_made_key) {
  for (const std::string& key : made_keys(2000)) {
    for (SampleKind kind : kinds) {
      Envelope envelope = read_event(sample_event(kind, object_of(key)).dump());
      ASSERT_EQ(envelope.deliveries.at(0).events.size(), 1U) << key;
      ASSERT_EQ(envelope.deliveries[0].events[0].key, key);
    }
  }
}

TEST(SampleEvent, gives_back_every_hard_key) {
  const std::string keys[] = {
      "bronze/a.csv",
      "bronze/with blank.csv",
      "bronze/a+b.csv",
      "bronze/a%2Bb.csv",
      "bronze/100%.csv",
      "bronze/a%20b+c.csv",
      "bronze/line\nbreak\ttab.csv",
      "bronze/quote\"back\\slash.csv",
      "bronze/caf\xC3\xA9 \xE6\x97\xA5\xE6\x9C\xAC.csv",
      "bronze/\xF0\x9F\x9A\x80.csv",
      "bronze/e\xCC\x81 is not \xC3\xA9.csv",
      "bronze/dt=2026-01-02/a&b=c@d~e*f(g)!.csv",
      "bronze/" + std::string(1010, 'x') + ".csv",
  };
  for (const std::string& key : keys) {
    for (SampleKind kind : kinds) {
      SampleObject object = object_of(key);
      Envelope envelope = read_event(sample_event(kind, object).pretty());
      ASSERT_EQ(envelope.deliveries.size(), 1U) << key;
      const Delivery& delivery = envelope.deliveries[0];
      ASSERT_TRUE(delivery.errors.empty()) << delivery.errors[0].message;
      EXPECT_TRUE(delivery.warnings.empty()) << delivery.warnings[0];
      ASSERT_EQ(delivery.events.size(), 1U) << key;
      const Event& event = delivery.events[0];
      EXPECT_EQ(event.key, key);
      EXPECT_EQ(event.bucket, "data-lake");
      EXPECT_EQ(event.change, Change::made);
      EXPECT_EQ(event.size, 42U);
      EXPECT_EQ(event.etag, object.etag);
      EXPECT_EQ(event.sequencer, "0000060A2418202078");
      EXPECT_FALSE(event.time.empty());
    }
  }
}

TEST(SampleEvent, spells_the_key_as_its_kind_does) {
  SampleObject object = object_of("bronze/a b+c.csv");
  EXPECT_EQ(sample_event(SampleKind::eventbridge, object)
                .find("detail")
                ->find("object")
                ->text_or("key", ""),
            "bronze/a b+c.csv");
  const Json notification = sample_event(SampleKind::s3, object);
  const Json& record = notification.find("Records")->as_array()[0];
  EXPECT_EQ(record.find("s3")->find("object")->text_or("key", ""), "bronze/a+b%2Bc.csv");
}

TEST(SampleEvent, says_where_it_came_through) {
  SampleObject object = object_of("bronze/a.csv");
  auto via = [&](SampleKind kind) {
    return read_event(sample_event(kind, object).dump()).deliveries[0].events[0].via;
  };
  EXPECT_EQ(via(SampleKind::eventbridge), "eventbridge");
  EXPECT_EQ(via(SampleKind::s3), "s3");
  EXPECT_EQ(via(SampleKind::sqs), "sqs/eventbridge");
  EXPECT_EQ(via(SampleKind::sns), "sns/s3");
}

TEST(SampleEvent, is_the_same_text_for_the_same_object_and_another_for_another) {
  for (SampleKind kind : kinds) {
    std::string text = sample_event(kind, object_of("bronze/a.csv")).dump();
    EXPECT_EQ(text, sample_event(kind, object_of("bronze/a.csv")).dump());
    EXPECT_NE(text, sample_event(kind, object_of("bronze/b.csv")).dump());
  }
}

}  // namespace
}  // namespace silversmith::bronze
