// SPDX-License-Identifier: Apache-2.0
// S3's semantics on the Store seam: the table of conditional writes of the fake S3
// (support/fake_s3_state.h) without HTTP, so that ten thousands of schedules cost seconds. What the
// client of S3 makes of the same table over HTTP is shown by StoreSuite, which both pass.
#pragma once

#include <string>

#include "sim/lake.h"
#include "support/fake_s3_state.h"

namespace silversmith::sim {

inline constexpr const char* sim_bucket = "lake";

// By hand, without conditions: what the lakes in S3 share.
void put_by_hand(test::FakeS3State& state, const std::string& key, const std::string& bytes);
void erase_by_hand(test::FakeS3State& state, const std::string& key);
std::optional<test::ObjectVersion> find_by_hand(test::FakeS3State& state, const std::string& key);
std::vector<std::string> keys_by_hand(test::FakeS3State& state, const std::string& prefix);
// decisions: the id, or in a bucket without versions ETag, size and second.
std::string version_text(const test::ObjectVersion& version);

class S3Seam : public store::Store {
 public:
  // Both outlive this.
  S3Seam(test::FakeS3State& state, Clock& clock, const Habits& habits)
      : state_(state), clock_(clock), habits_(habits) {}

  Result<store::Head> head(std::string_view key) override;
  Result<std::unique_ptr<store::Object>> open(std::string_view key) override;
  Result<std::unique_ptr<store::Upload>> upload(const store::Expected& expected) override;
  Result<> remove(std::string_view key, const store::Tag& tag) override;
  Result<store::ListPage> list(std::string_view prefix, std::string_view after) override;
  Result<store::ListPage> list_versions(std::string_view prefix, std::string_view after) override;
  std::string where(std::string_view key) const override { return "s3://" + std::string(key); }
  std::string name() const override { return sim_bucket; }

  void hide_absence(bool hides) { hides_ = hides; }

 private:
  friend class SeamObject;
  friend class SeamUpload;
  Result<test::ObjectVersion> find(std::string_view key) const;
  store::Head head_of(const test::ObjectVersion& version) const;
  // As the client of S3 must understand a refusal.
  Error understood(const Error& refusal) const;

  test::FakeS3State& state_;
  Clock& clock_;
  Habits habits_;
  bool hides_ = false;
};

}  // namespace silversmith::sim
