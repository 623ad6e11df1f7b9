// SPDX-License-Identifier: Apache-2.0
// The store as one worker of the simulation sees it: every call is a step of the schedule and may
// fail in all the ways a real store or process does. A dead worker's calls do nothing and answer
// `stopped`, which is what a crash looks like from outside. A mutation breaks one leg of the
// protocol below the real forge, to prove that the harness sees what it is there to see.
// Where the lake is behind HTTP, steps and faults are those of the requests (World::before_effect).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sim/baton.h"
#include "store/store.h"

namespace silversmith::sim {

enum class Mutation : uint8_t {
  none,
  blind_put,             // conditions on silver are ignored
  bronze_before_silver,  // bronze is read before silver is looked at
  content_tags,          // equal content gives an equal tag: no lineage in the bytes
  no_verify,             // bronze is not looked at again after the commit
  unpinned_reads,        // reads take what is there now, not what was opened
  lost_rejects,          // rejects are never written
  lost_receipts,         // receipts are never written
};
const char* name_of(Mutation mutation);

// What all workers of one simulated world share.
struct World;

class FaultyStore : public store::Store {
 public:
  // `world` must outlive this.
  FaultyStore(World& world, size_t actor);

  Result<store::Head> head(std::string_view key) override;
  Result<std::unique_ptr<store::Object>> open(std::string_view key) override;
  Result<std::unique_ptr<store::Upload>> upload(const store::Expected& expected) override;
  Result<> remove(std::string_view key, const store::Tag& tag) override;
  Result<store::ListPage> list(std::string_view prefix, std::string_view after) override;
  Result<store::ListPage> list_versions(std::string_view prefix, std::string_view after) override;
  std::string where(std::string_view key) const override { return "sim/" + std::string(key); }
  std::string name() const override { return "sim"; }

  // A new process takes the place of one that died.
  void revive();
  bool dead() const;

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
  void note_early();
  Error gone() const { return {Code::stopped, "the process is dead", "", ""}; }

  World& world_;
  size_t actor_;
  store::Store& lake_;
  std::optional<store::Head> early_head_;  // mutation bronze_before_silver: bronze as it was
  std::string early_bytes_;                // when this worker began to look at silver
};

}  // namespace silversmith::sim
