// SPDX-License-Identifier: Apache-2.0
#include "sim/faulty_store.h"

#include "silver/lineage.h"
#include "sim/world.h"

namespace silversmith::sim {

const char* name_of(Mutation mutation) {
  switch (mutation) {
    case Mutation::none: return "none";
    case Mutation::blind_put: return "blind_put";
    case Mutation::bronze_before_silver: return "bronze_before_silver";
    case Mutation::content_tags: return "content_tags";
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
    SMITH_TRY(store_.before("unchanged", key_));
    return object_->unchanged();
  }
  Result<size_t> read(std::span<char> into) override {
    SMITH_TRY(store_.before("read", key_));
    return object_->read(into);
  }
  Result<> read_at(uint64_t offset, std::span<char> into) override {
    SMITH_TRY(store_.before("read_at", key_));
    return object_->read_at(offset, into);
  }

 private:
  FaultyStore& store_;
  std::string key_;
  std::unique_ptr<store::Object> object_;
  store::Head head_;
};

// Bronze as it was earlier: what a worker holds that reads bronze before it looks at silver.
class StaleObject : public store::Object {
 public:
  StaleObject(World& world, store::Head head, std::string bytes)
      : world_(world), head_(std::move(head)), bytes_(std::move(bytes)) {}

  const store::Head& head() const override { return head_; }
  Result<bool> unchanged() override {
    store::Head now = SMITH_TRY(world_.store.head(world_.key));
    return now.tag == head_.tag;
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
    if (store_.dead_) return store_.gone();
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

void FaultyStore::revive() {
  dead_ = false;
  early_head_.reset();
}

Result<> FaultyStore::before(const char* call, std::string_view key) {
  if (dead_) return gone();
  world_.baton.step(actor_);
  world_.steps++;
  world_.say(actor_, std::string(call) + " " + std::string(key));
  Random& random = world_.baton.random();
  if (world_.faults_left == 0 || !random.one_in(world_.fault_one_in)) return {};
  world_.faults_left--;
  if (random.one_in(2)) {
    world_.say(actor_, "  dies before it");
    dead_ = true;
    return gone();
  }
  bool races = random.one_in(3);
  world_.say(actor_, races ? "  conflict" : "  busy, without effect");
  return Error{races ? Code::conflict : Code::busy, "injected", "", ""};
}

Result<> FaultyStore::after(const char* call, std::string_view key) {
  Random& random = world_.baton.random();
  if (world_.faults_left == 0 || !random.one_in(world_.fault_one_in)) return {};
  world_.faults_left--;
  if (random.one_in(2)) {
    world_.say(actor_, "  dies after " + std::string(call) + " " + std::string(key));
    dead_ = true;
    return gone();
  }
  world_.say(actor_, "  the answer is lost");
  return Error{Code::busy, "injected: answer lost", "", ""};
}

store::Tag FaultyStore::shown_tag(std::string_view key, const store::Head& head) {
  if (world_.plan.mutation != Mutation::content_tags || key != world_.names.silver) {
    return head.tag;
  }
  auto account = silver::read_account(world_.store, key, head.tag);
  bool known = account.ok() && account->has_value();
  return store::Tag{known ? (*account)->text_or("content_digest", "") : head.tag.text};
}

Result<store::Head> FaultyStore::head(std::string_view key) {
  SMITH_TRY(before("head", key));
  store::Head head = SMITH_TRY(world_.store.head(key));
  head.tag = shown_tag(key, head);
  return head;
}

Result<std::unique_ptr<store::Object>> FaultyStore::open(std::string_view key) {
  bool swaps = world_.plan.mutation == Mutation::bronze_before_silver;
  if (swaps && key == world_.names.silver && !dead_) {
    Result<store::Head> early = world_.store.head(world_.key);
    early_head_.reset();
    if (early.ok()) {
      early_head_ = *early;
      early_bytes_ = world_.store.peek(world_.key).value_or("");
    }
  }
  SMITH_TRY(before("open", key));
  std::unique_ptr<store::Object> object;
  if (key == world_.key && early_head_.has_value()) {
    object = std::make_unique<StaleObject>(world_, *early_head_, early_bytes_);
  } else {
    object = SMITH_TRY(world_.store.open(key));
  }
  std::unique_ptr<store::Object> seen =
      std::make_unique<FaultyObject>(*this, std::string(key), std::move(object));
  return seen;
}

Result<std::unique_ptr<store::Upload>> FaultyStore::upload(const store::Expected& expected) {
  SMITH_TRY(before("upload", expected.key));
  std::unique_ptr<store::Upload> upload = SMITH_TRY(world_.store.upload(expected));
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
  bool silver = key == world_.names.silver;
  Result<store::Head> now = world_.store.head(key);
  if (silver && mutation == Mutation::blind_put) {
    real = now.ok() ? store::Condition::match(now->tag) : store::Condition::absent();
  }
  if (silver && mutation == Mutation::content_tags && now.ok() && condition.matches.has_value() &&
      shown_tag(key, *now) == *condition.matches) {
    real = store::Condition::match(now->tag);
  }
  Result<store::Tag> tag = upload->commit(key, metadata, real);
  world_.say(actor_, tag.ok() ? "  committed" : "  " + tag.error().message);
  if (tag.ok()) world_.check_write(std::string(key));
  SMITH_TRY(after("commit", key));
  return tag;
}

Result<> FaultyStore::remove(std::string_view key, const store::Tag& tag) {
  SMITH_TRY(before("remove", key));
  return world_.store.remove(key, tag);
}

Result<store::ListPage> FaultyStore::list(std::string_view prefix, std::string_view after) {
  SMITH_TRY(before("list", prefix));
  return world_.store.list(prefix, after);
}

}  // namespace silversmith::sim
