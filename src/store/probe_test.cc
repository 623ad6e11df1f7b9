// SPDX-License-Identifier: Apache-2.0
#include "store/probe.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "store/local.h"
#include "store/memory.h"
#include "support/temp_folder.h"

namespace silversmith::store {
namespace {

// A store that forgets conditions.
class Careless : public MemoryStore {
 public:
  class Hasty : public Upload {
   public:
    explicit Hasty(Careless& store) : store_(store) {}
    uint64_t size() const override { return bytes_.size(); }
    Result<> write(std::string_view bytes) override {
      bytes_ += bytes;
      return {};
    }
    Result<Tag> commit(std::string_view key, const Metadata&, const Condition&) override {
      return store_.put(key, bytes_);
    }

   private:
    Careless& store_;
    std::string bytes_;
  };
  Result<std::unique_ptr<Upload>> upload(const Expected&) override {
    std::unique_ptr<Upload> upload = std::make_unique<Hasty>(*this);
    return upload;
  }
};

TEST(Probe, trusts_a_store_that_keeps_its_conditions) {
  MemoryStore store;
  Probe probe = probe_store(store, "scratch/");
  EXPECT_EQ(probe.trust(), Trust::trusted) << join(probe.failed(), "; ");
  EXPECT_GE(probe.rows.size(), 8U);
  EXPECT_TRUE(store.keys("silver/").empty());
}

TEST(Probe, trusts_a_folder) {
  TempFolder folder;
  RealFileOps ops;
  auto store = LocalStore::open(ops, {.root = folder.path()});
  ASSERT_TRUE(store.ok());
  EXPECT_EQ(probe_store(**store, "scratch/").trust(), Trust::trusted);
}

TEST(Probe, names_what_a_careless_store_does) {
  Careless store;
  Probe probe = probe_store(store, "scratch/");
  EXPECT_EQ(probe.trust(), Trust::not_trusted);
  std::vector<std::string> failed = probe.failed();
  ASSERT_GE(failed.size(), 4U);
  EXPECT_EQ(failed[0], "create where an object is");
}

TEST(Probe, weighs_rows_by_what_needs_them) {
  Probe probe;
  EXPECT_EQ(probe.trust(), Trust::trusted);
  probe.rows.push_back({"difference", Need::never, "501", "200", false});
  EXPECT_EQ(probe.trust(), Trust::trusted);
  EXPECT_TRUE(probe.failed().empty());
  probe.rows.push_back({"parts", Need::parts, "412", "200", false});
  EXPECT_EQ(probe.trust(), Trust::single_put_only);
  probe.error = Error{Code::denied, "", "", ""};
  EXPECT_EQ(probe.trust(), Trust::unknown);
  probe.rows.push_back({"put", Need::always, "412", "200", false});
  EXPECT_EQ(probe.trust(), Trust::not_trusted) << "what is known is enough";
  EXPECT_EQ(probe.failed(), (std::vector<std::string>{"parts", "put"}));
}

}  // namespace
}  // namespace silversmith::store
