// SPDX-License-Identifier: Apache-2.0
#include "sim/faulty_store.h"

#include "sim/world.h"

namespace silversmith::sim {

const char* name_of(Mutation mutation) {
  switch (mutation) {
    case Mutation::none: return "none";
    case Mutation::blind_put: return "blind_put";
    case Mutation::bronze_before_silver: return "bronze_before_silver";
    case Mutation::content_tags: return "content_tags";
    case Mutation::no_verify: return "no_verify";
    case Mutation::unpinned_reads: return "unpinned_reads";
    case Mutation::lost_rejects: return "lost_rejects";
    case Mutation::lost_receipts: return "lost_receipts";
  }
  return "none";
}

class FaultyObject : public store::Object {
 public:
  FaultyObject(FaultyStore& store, std::string key, std::unique_ptr<store::Object> object)
      : store_(store), key_(std::move(key)), object_(std::move(object)), head_(object_->head()) {
    head_.tag = store_.shown_tag(key_, object_->head());
  }

  const store::Head& head() const override { return head_; }
  Result<bool> unchanged() override {
    if (mutated(Mutation::no_verify)) return true;
    SMITH_TRY(store_.before("unchanged", key_));
    return object_->unchanged();
  }
  Result<size_t> read(std::span<char> into) override {
    SMITH_TRY(store_.before("read", key_));
    if (!mutated(Mutation::unpinned_reads)) return object_->read(into);
    std::string now = store_.world_.lake->peek(key_).value_or("");
    size_t count = position_ < now.size() ? now.copy(into.data(), into.size(), position_) : 0;
    position_ += count;
    return count;
  }
  bool rewind() override {
    position_ = 0;
    return !mutated(Mutation::unpinned_reads) && object_->rewind();
  }
  Result<> read_at(uint64_t offset, std::span<char> into) override {
    SMITH_TRY(store_.before("read_at", key_));
    return object_->read_at(offset, into);
  }

 private:
  bool mutated(Mutation mutation) const {
    return store_.world_.plan.mutation == mutation && key_ == store_.world_.key;
  }

  FaultyStore& store_;
  std::string key_;
  std::unique_ptr<store::Object> object_;
  store::Head head_;
  size_t position_ = 0;
};

// Bronze as it was earlier: what a worker holds that reads bronze before it looks at silver.
class StaleObject : public store::Object {
 public:
  StaleObject(World& world, store::Head head, std::string bytes)
      : world_(world), head_(std::move(head)), bytes_(std::move(bytes)) {}

  const store::Head& head() const override { return head_; }
  Result<bool> unchanged() override {
    store::Head now = SMITH_TRY(world_.lake->store(0).head(world_.key));
    return now.tag == head_.tag && now.version == head_.version;
  }
  Result<size_t> read(std::span<char> into) override {
    size_t count = bytes_.copy(into.data(), into.size(), position_);
    position_ += count;
    return count;
  }
  Result<> read_at(uint64_t offset, std::span<char> into) override {
    bytes_.copy(into.data(), into.size(), offset);
    return {};
  }

 private:
  World& world_;
  store::Head head_;
  std::string bytes_;
  size_t position_ = 0;
};

class FaultyUpload : public store::Upload {
 public:
  FaultyUpload(FaultyStore& store, std::unique_ptr<store::Upload> upload)
      : store_(store), upload_(std::move(upload)) {}

  Result<> write(std::string_view bytes) override {
    if (store_.dead()) return store_.gone();
    return upload_->write(bytes);
  }
  uint64_t size() const override { return upload_->size(); }
  Result<store::Tag> commit(std::string_view key, const store::Metadata& metadata,
                            const store::Condition& condition) override {
    return store_.commit(key, std::move(upload_), metadata, condition);
  }

 private:
  FaultyStore& store_;
  std::unique_ptr<store::Upload> upload_;
};

FaultyStore::FaultyStore(World& world, size_t actor)
    : world_(world), actor_(actor), lake_(world.lake->store(actor)) {}

bool FaultyStore::dead() const { return world_.dead[actor_]; }

void FaultyStore::revive() {
  world_.dead[actor_] = false;
  early_head_.reset();
}

Result<> FaultyStore::before(const char* call, std::string_view key) {
  if (dead()) return gone();
  if (world_.lake->gated()) return {};
  world_.step(actor_, std::string(call) + " " + std::string(key));
  switch (world_.strike(Moment::before)) {
    case Blow::none: return {};
    case Blow::death: world_.die(actor_, "before it"); return gone();
    case Blow::conflict:
      world_.say(actor_, "  conflict");
      return Error{Code::conflict, "injected", "", ""};
    case Blow::trouble: break;
  }
  world_.say(actor_, "  busy, without effect");
  return Error{Code::busy, "injected", "", ""};
}

Result<> FaultyStore::after(const char* call, std::string_view key) {
  if (dead()) return gone();
  if (world_.lake->gated()) return {};
  Blow blow = world_.strike(Moment::after);
  if (blow == Blow::none) return {};
  if (blow == Blow::death) {
    world_.die(actor_, "after " + std::string(call) + " " + std::string(key));
    return gone();
  }
  world_.say(actor_, "  the answer is lost");
  return Error{Code::busy, "injected: answer lost", "", ""};
}

store::Tag FaultyStore::shown_tag(std::string_view key, const store::Head& head) {
  if (world_.plan.mutation != Mutation::content_tags || key != world_.names.silver) {
    return head.tag;
  }
  auto account = world_.silver_account();
  return store::Tag{account.has_value() ? account->content_digest : head.tag.text};
}

Result<store::Head> FaultyStore::head(std::string_view key) {
  SMITH_TRY(before("head", key));
  store::Head head = SMITH_TRY(lake_.head(key));
  head.tag = shown_tag(key, head);
  return head;
}

void FaultyStore::note_early() {
  Result<store::Head> early = lake_.head(world_.key);
  early_head_.reset();
  if (!early.ok()) return;
  early_head_ = *early;
  early_bytes_ = world_.lake->peek(world_.key).value_or("");
}

Result<std::unique_ptr<store::Object>> FaultyStore::open(std::string_view key) {
  bool swaps = world_.plan.mutation == Mutation::bronze_before_silver;
  if (swaps && key == world_.names.silver && !dead()) note_early();
  SMITH_TRY(before("open", key));
  std::unique_ptr<store::Object> object;
  if (key == world_.key && early_head_.has_value()) {
    object = std::make_unique<StaleObject>(world_, *early_head_, early_bytes_);
  } else {
    object = SMITH_TRY(lake_.open(key));
  }
  std::unique_ptr<store::Object> seen =
      std::make_unique<FaultyObject>(*this, std::string(key), std::move(object));
  return seen;
}

Result<std::unique_ptr<store::Upload>> FaultyStore::upload(const store::Expected& expected) {
  SMITH_TRY(before("upload", expected.key));
  std::unique_ptr<store::Upload> upload = SMITH_TRY(lake_.upload(expected));
  std::unique_ptr<store::Upload> seen = std::make_unique<FaultyUpload>(*this, std::move(upload));
  return seen;
}

Result<store::Tag> FaultyStore::commit(std::string_view key, std::unique_ptr<store::Upload> upload,
                                       const store::Metadata& metadata,
                                       const store::Condition& condition) {
  SMITH_TRY(before("commit", key));
  Mutation mutation = world_.plan.mutation;
  bool drops = (mutation == Mutation::lost_rejects && key.ends_with("rejects.csv")) ||
               (mutation == Mutation::lost_receipts && key.starts_with("receipts/"));
  if (drops) return store::Tag{"dropped"};
  store::Condition real = condition;
  bool mutates = mutation == Mutation::blind_put || mutation == Mutation::content_tags;
  if (mutates && key == world_.names.silver) {
    Result<store::Head> now = lake_.head(key);
    bool blind = mutation == Mutation::blind_put;
    bool matches =
        now.ok() && condition.matches.has_value() && shown_tag(key, *now) == *condition.matches;
    if (blind) real = store::Condition::absent();
    if (now.ok() && (blind || matches)) real = store::Condition::match(now->tag);
  }
  Result<store::Tag> tag = upload->commit(key, metadata, real);
  if (!world_.lake->gated()) {
    world_.say(actor_, tag.ok() ? "  committed" : "  " + tag.error().message);
    if (tag.ok()) world_.check_write(actor_, std::string(key));
  }
  SMITH_TRY(after("commit", key));
  return tag;
}

Result<> FaultyStore::remove(std::string_view key, const store::Tag& tag) {
  SMITH_TRY(before("remove", key));
  return lake_.remove(key, tag);
}

Result<store::ListPage> FaultyStore::list(std::string_view prefix, std::string_view after) {
  SMITH_TRY(before("list", prefix));
  return lake_.list(prefix, after);
}

Result<store::ListPage> FaultyStore::list_versions(std::string_view prefix,
                                                   std::string_view after) {
  SMITH_TRY(before("list_versions", prefix));
  return lake_.list_versions(prefix, after);
}

}  // namespace silversmith::sim
