// SPDX-License-Identifier: Apache-2.0
// A Store in memory with the semantics that S3 showed (conditional writes, a tag for every write,
// reads pinned to the state that was opened). For tests, simulations and `invoke`. Every call
// takes one mutex; bytes are copied in and out. Outside writers are played by put() and erase().
#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "store/store.h"

namespace silversmith::store {

struct MemoryOptions {
  bool keeps_metadata = true;  // false: like a folder, lineage must be in the bytes
  bool names_versions = true;  // false: like a folder, Head.version is empty
  size_t page_keys_max = 1000;
};

class MemoryStore : public Store {
 public:
  explicit MemoryStore(std::string name = "memory", MemoryOptions options = {});

  Result<Head> head(std::string_view key) override;
  Result<std::unique_ptr<Object>> open(std::string_view key) override;
  Result<std::unique_ptr<Upload>> upload(const Expected& expected) override;
  Result<> remove(std::string_view key, const Tag& tag) override;
  Result<ListPage> list(std::string_view prefix, std::string_view after) override;
  std::string where(std::string_view key) const override;
  std::string name() const override { return name_; }

  // What somebody else does to the store, without any condition.
  Tag put(std::string_view key, std::string bytes);
  void erase(std::string_view key);
  // The bytes under the key now.
  std::optional<std::string> peek(std::string_view key);
  std::vector<std::string> keys(std::string_view prefix);

 private:
  friend class MemoryObject;
  friend class MemoryUpload;
  struct Entry {
    std::string bytes;
    uint64_t write = 0;  // the number of the write that made it, unique in this store
    Metadata metadata;
  };
  struct Guarded {
    std::mutex mutex;
    uint64_t writes = 0;
    std::map<std::string, Entry, std::less<>> entries;
  };

  Head head_of(const Entry& entry) const;
  Tag put_locked(std::string_view key, std::string bytes, Metadata metadata);
  Result<Tag> commit(std::string_view key, std::string bytes, const Metadata& metadata,
                     const Condition& condition);

  std::string name_;
  MemoryOptions options_;
  Guarded guarded_;
};

}  // namespace silversmith::store
