// SPDX-License-Identifier: Apache-2.0
// The store as one worker of the simulation sees it: every call is a step of the schedule and may
// fail in all the ways a real store or process does. A dead worker's calls do nothing and answer
// `stopped`, which is what a crash looks like from outside. A mutation breaks one leg of the
// protocol below the real forge, to prove that the harness sees what it is there to see.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "sim/baton.h"
#include "store/memory.h"

namespace silversmith::sim {

enum class Mutation : uint8_t {
  none,
  blind_put,             // conditions on silver are ignored
  bronze_before_silver,  // bronze is read before silver is looked at
  content_tags,          // equal content gives an equal tag: no lineage in the bytes
  lost_rejects,          // rejects are never written
  lost_receipts,         // receipts are never written
};
const char* name_of(Mutation mutation);

// What all workers of one simulated world share.
struct World;

class FaultyStore : public store::Store {
 public:
  // `world` must outlive this.
  FaultyStore(World& world, size_t actor) : world_(world), actor_(actor) {}

  Result<store::Head> head(std::string_view key) override;
  Result<std::unique_ptr<store::Object>> open(std::string_view key) override;
  Result<std::unique_ptr<store::Upload>> upload(const store::Expected& expected) override;
  Result<> remove(std::string_view key, const store::Tag& tag) override;
  Result<store::ListPage> list(std::string_view prefix, std::string_view after) override;
  std::string where(std::string_view key) const override { return "sim/" + std::string(key); }
  std::string name() const override { return "sim"; }

  // A new process takes the place of one that died.
  void revive();
  bool dead() const { return dead_; }

 private:
  friend class FaultyObject;
  friend class FaultyUpload;
  // Before a call: others may run, and the call may fail without effect.
  Result<> before(const char* call, std::string_view key);
  // After a call: its answer may get lost.
  Result<> after(const char* call, std::string_view key);
  Result<store::Tag> commit(std::string_view key, std::unique_ptr<store::Upload> upload,
                            const store::Metadata& metadata, const store::Condition& condition);
  store::Tag shown_tag(std::string_view key, const store::Head& head);
  Error gone() const { return {Code::stopped, "the process is dead", "", ""}; }

  World& world_;
  size_t actor_;
  bool dead_ = false;
  std::optional<store::Head> early_head_;  // mutation bronze_before_silver: bronze as it was
  std::string early_bytes_;                // when this worker began to look at silver
};

}  // namespace silversmith::sim
