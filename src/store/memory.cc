// SPDX-License-Identifier: Apache-2.0
#include "store/memory.h"

#include <algorithm>
#include <cstring>

#include "base/hash.h"

namespace silversmith::store {

namespace {

Tag tag_of(uint64_t write) { return Tag{"w" + std::to_string(write)}; }

Error missing(const std::string& where) {
  return {Code::missing, where + ": no such object", "", ""};
}

}  // namespace

class MemoryObject : public Object {
 public:
  MemoryObject(MemoryStore& store, std::string key, Head head)
      : store_(store), key_(std::move(key)), head_(std::move(head)) {}

  const Head& head() const override { return head_; }

  Result<bool> unchanged() override {
    Head now = SMITH_TRY(store_.head(key_));
    return now.tag == head_.tag;
  }

  Result<size_t> read(std::span<char> into) override {
    size_t count = std::min<uint64_t>(into.size(), head_.size - position_);
    SMITH_TRY(copy(position_, into.first(count)));
    position_ += count;
    return count;
  }

  Result<> read_at(uint64_t offset, std::span<char> into) override {
    if (offset > head_.size || into.size() > head_.size - offset) {
      return Error{Code::corrupt, store_.where(key_) + ": a read passes the end", "", ""};
    }
    return copy(offset, into);
  }

 private:
  Result<> copy(uint64_t offset, std::span<char> into) {
    std::lock_guard lock(store_.guarded_.mutex);
    auto found = store_.guarded_.entries.find(key_);
    if (found == store_.guarded_.entries.end() || tag_of(found->second.write) != head_.tag) {
      return Error{Code::conflict, store_.where(key_) + " changed while it was read", "", ""};
    }
    if (!into.empty()) std::memcpy(into.data(), found->second.bytes.data() + offset, into.size());
    return {};
  }

  MemoryStore& store_;
  std::string key_;
  Head head_;
  uint64_t position_ = 0;
};

class MemoryUpload : public Upload {
 public:
  explicit MemoryUpload(MemoryStore& store) : store_(store) {}

  Result<> write(std::string_view bytes) override {
    bytes_ += bytes;
    return {};
  }
  uint64_t size() const override { return bytes_.size(); }
  Result<Tag> commit(std::string_view key, const Metadata& metadata,
                     const Condition& condition) override {
    SMITH_CHECK(!committed_, "an upload commits once");
    committed_ = true;
    return store_.commit(key, std::move(bytes_), metadata, condition);
  }

 private:
  MemoryStore& store_;
  std::string bytes_;
  bool committed_ = false;
};

MemoryStore::MemoryStore(std::string name, MemoryOptions options)
    : name_(std::move(name)), options_(options) {}

Head MemoryStore::head_of(const Entry& entry) const {
  Head head;
  head.size = entry.bytes.size();
  head.tag = tag_of(entry.write);
  head.modified_micros = static_cast<int64_t>(entry.write);
  head.looked_micros = head.modified_micros;
  if (options_.names_versions) {
    head.version = content_hash(entry.bytes).hex() + "-" + std::to_string(entry.bytes.size()) +
                   "-" + std::to_string(entry.write);
  }
  head.metadata = entry.metadata;
  return head;
}

Result<Head> MemoryStore::head(std::string_view key) {
  std::lock_guard lock(guarded_.mutex);
  auto found = guarded_.entries.find(key);
  if (found == guarded_.entries.end()) return missing(where(key));
  return head_of(found->second);
}

Result<std::unique_ptr<Object>> MemoryStore::open(std::string_view key) {
  Head head = SMITH_TRY(this->head(key));
  std::unique_ptr<Object> object =
      std::make_unique<MemoryObject>(*this, std::string(key), std::move(head));
  return object;
}

Result<std::unique_ptr<Upload>> MemoryStore::upload(const Expected&) {
  std::unique_ptr<Upload> upload = std::make_unique<MemoryUpload>(*this);
  return upload;
}

Result<Tag> MemoryStore::commit(std::string_view key, std::string bytes, const Metadata& metadata,
                                const Condition& condition) {
  std::lock_guard lock(guarded_.mutex);
  auto found = guarded_.entries.find(key);
  bool exists = found != guarded_.entries.end();
  if (condition.matches.has_value()) {
    if (!exists) return missing(where(key));
    if (tag_of(found->second.write) != *condition.matches) {
      return Error{Code::conflict, where(key) + " is no longer what it was", "", ""};
    }
  } else if (exists) {
    return Error{Code::conflict, where(key) + " exists already", "", ""};
  }
  return put_locked(key, std::move(bytes), metadata);
}

Tag MemoryStore::put_locked(std::string_view key, std::string bytes, Metadata metadata) {
  uint64_t write = ++guarded_.writes;
  if (!options_.keeps_metadata) metadata.clear();
  guarded_.entries.insert_or_assign(std::string(key),
                                    Entry{std::move(bytes), write, std::move(metadata)});
  return tag_of(write);
}

Result<> MemoryStore::remove(std::string_view key, const Tag& tag) {
  std::lock_guard lock(guarded_.mutex);
  auto found = guarded_.entries.find(key);
  if (found == guarded_.entries.end()) return missing(where(key));
  if (tag_of(found->second.write) != tag) {
    return Error{Code::conflict, where(key) + " is no longer what it was", "", ""};
  }
  guarded_.entries.erase(found);
  return {};
}

Result<ListPage> MemoryStore::list(std::string_view prefix, std::string_view after) {
  std::lock_guard lock(guarded_.mutex);
  ListPage page;
  auto at =
      after < prefix ? guarded_.entries.lower_bound(prefix) : guarded_.entries.upper_bound(after);
  for (; at != guarded_.entries.end() && at->first.starts_with(prefix); ++at) {
    if (page.objects.size() == options_.page_keys_max) {
      page.next = page.objects.back().key;
      break;
    }
    page.objects.push_back(
        {at->first, at->second.bytes.size(), static_cast<int64_t>(at->second.write)});
  }
  return page;
}

std::string MemoryStore::where(std::string_view key) const {
  return name_ + "/" + std::string(key);
}

Tag MemoryStore::put(std::string_view key, std::string bytes) {
  std::lock_guard lock(guarded_.mutex);
  return put_locked(key, std::move(bytes), {});
}

void MemoryStore::erase(std::string_view key) {
  std::lock_guard lock(guarded_.mutex);
  auto found = guarded_.entries.find(key);
  if (found != guarded_.entries.end()) guarded_.entries.erase(found);
}

std::optional<std::string> MemoryStore::peek(std::string_view key) {
  std::lock_guard lock(guarded_.mutex);
  auto found = guarded_.entries.find(key);
  if (found == guarded_.entries.end()) return std::nullopt;
  return found->second.bytes;
}

std::vector<std::string> MemoryStore::keys(std::string_view prefix) {
  std::lock_guard lock(guarded_.mutex);
  std::vector<std::string> keys;
  for (auto at = guarded_.entries.lower_bound(prefix);
       at != guarded_.entries.end() && at->first.starts_with(prefix); ++at) {
    keys.push_back(at->first);
  }
  return keys;
}

}  // namespace silversmith::store
