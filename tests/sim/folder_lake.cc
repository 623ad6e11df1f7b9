// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"
#include "sim/lake.h"
#include "store/memory.h"

namespace silversmith::sim {

namespace {

class FolderLake : public Lake {
 public:
  store::Store& store(size_t) override { return store_; }
  void put(const std::string& key, const std::string& bytes) override { store_.put(key, bytes); }
  void erase(const std::string& key) override { store_.erase(key); }
  std::optional<std::string> peek(const std::string& key) override { return store_.peek(key); }
  std::vector<std::string> keys(const std::string& prefix) override { return store_.keys(prefix); }
  std::string version(const std::string& key) override {
    return content_hash(store_.peek(key).value_or("")).hex();
  }

 private:
  store::MemoryStore store_{"sim", {.keeps_metadata = false, .names_versions = false}};
};

}  // namespace

const char* name_of(Semantics semantics) {
  switch (semantics) {
    case Semantics::folder: return "folder";
    case Semantics::s3: return "s3";
    case Semantics::s3_versioned: return "s3-versioned";
  }
  return "";
}

std::unique_ptr<Lake> make_folder_lake() { return std::make_unique<FolderLake>(); }

}  // namespace silversmith::sim
