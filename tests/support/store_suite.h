// SPDX-License-Identifier: Apache-2.0
// What every Store must do, whatever it keeps its objects in. A typed suite: a fixture gives
// `store()` and a way for somebody else to write and delete (`outside_put`, `outside_erase`).
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "store/store.h"

namespace silversmith::store {

template <class Fixture>
class StoreSuite : public Fixture {
 protected:
  Result<Tag> write(std::string_view key, std::string_view bytes, const Condition& condition) {
    auto upload = this->store().upload({std::string(key), {}});
    if (!upload.ok()) return std::move(upload).error();
    Result<> written = (*upload)->write(bytes);
    if (!written.ok()) return std::move(written).error();
    return (*upload)->commit(key, {}, condition);
  }

  std::string read(std::string_view key) {
    auto object = this->store().open(key);
    if (!object.ok()) return "(" + std::string(name_of(object.error().code)) + ")";
    std::string bytes((*object)->size(), '?');
    Result<> done = (*object)->read_at(0, bytes);
    return done.ok() ? bytes : "(" + std::string(name_of(done.error().code)) + ")";
  }

  std::vector<std::string> keys(std::string_view prefix) {
    std::vector<std::string> keys;
    std::string after;
    while (true) {
      auto page = this->store().list(prefix, after);
      EXPECT_TRUE(page.ok());
      if (!page.ok()) return keys;
      for (const Listed& listed : page->objects) keys.push_back(listed.key);
      if (!page->next.has_value()) return keys;
      after = *page->next;
    }
  }

  // How many of `threads` writers that all want the same condition to hold get their way.
  int winners(const std::string& key, const Condition& condition) {
    constexpr int writers = 16;
    std::atomic<int> won = 0;
    std::atomic<int> lost = 0;
    std::atomic<bool> go = false;
    std::vector<std::thread> threads;
    for (int i = 0; i < writers; i++) {
      threads.emplace_back([&, i] {
        while (!go) std::this_thread::yield();
        // Bytes that were never there before, as lineage makes them.
        std::string after = condition.matches.has_value() ? condition.matches->text : "nothing";
        Result<Tag> tag = write(key, "writer " + std::to_string(i) + " after " + after, condition);
        if (tag.ok()) won++;
        if (!tag.ok() && tag.error().code == Code::conflict) lost++;
      });
    }
    go = true;
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(won + lost, writers);
    return won;
  }
};

TYPED_TEST_SUITE_P(StoreSuite);

TYPED_TEST_P(StoreSuite, says_missing_for_what_is_not_there) {
  EXPECT_EQ(this->store().head("a/b.csv").error().code, Code::missing);
  EXPECT_EQ(this->store().open("a/b.csv").error().code, Code::missing);
  EXPECT_EQ(this->store().remove("a/b.csv", Tag{"x"}).error().code, Code::missing);
  EXPECT_EQ(this->write("a/b.csv", "x", Condition::match(Tag{"x"})).error().code, Code::missing);
}

TYPED_TEST_P(StoreSuite, refuses_keys_that_are_no_paths) {
  for (const char* key : {"", "/a", "a//b", "a/", "a/../b", "./a"}) {
    if (!this->keys_are_paths()) break;
    EXPECT_EQ(this->store().open(key).error().code, Code::invalid) << key;
    EXPECT_EQ(this->write(key, "x", Condition::absent()).error().code, Code::invalid) << key;
  }
}

TYPED_TEST_P(StoreSuite, creates_once_and_only_where_nothing_is) {
  Result<Tag> tag = this->write("a/b.csv", "one", Condition::absent());
  ASSERT_TRUE(tag.ok()) << tag.error().message;
  EXPECT_EQ(this->read("a/b.csv"), "one");
  EXPECT_EQ(this->store().head("a/b.csv")->tag, *tag);
  EXPECT_EQ(this->write("a/b.csv", "two", Condition::absent()).error().code, Code::conflict);
  EXPECT_EQ(this->read("a/b.csv"), "one");
}

TYPED_TEST_P(StoreSuite, replaces_only_the_state_that_was_named) {
  Tag one = *this->write("k", "one", Condition::absent());
  Result<Tag> two = this->write("k", "two", Condition::match(one));
  ASSERT_TRUE(two.ok());
  EXPECT_NE(one, *two);
  EXPECT_EQ(this->write("k", "three", Condition::match(one)).error().code, Code::conflict);
  EXPECT_EQ(this->read("k"), "two");
}

TYPED_TEST_P(StoreSuite, gives_equal_bytes_written_again_another_tag) {
  // S3 tags by content; there lineage in the bytes tells two writes apart.
  if (!this->tags_every_write()) return;
  Tag first = *this->write("k", "same", Condition::absent());
  Tag second = *this->write("k", "same", Condition::match(first));
  Tag third = *this->write("k", "same", Condition::match(second));
  EXPECT_NE(first, second);
  EXPECT_NE(second, third);
  EXPECT_NE(first, third);
}

TYPED_TEST_P(StoreSuite, drops_an_upload_that_never_commits) {
  {
    auto upload = this->store().upload({"k", {}});
    ASSERT_TRUE(upload.ok());
    ASSERT_TRUE((*upload)->write("half").ok());
  }
  EXPECT_EQ(this->read("k"), "(missing)");
  EXPECT_TRUE(this->keys("").empty());
}

TYPED_TEST_P(StoreSuite, keeps_large_uploads_in_order) {
  std::string want;
  auto upload = this->store().upload({"k", {}});
  ASSERT_TRUE(upload.ok());
  for (int i = 0; i < 2000; i++) {
    std::string piece(static_cast<size_t>(i) % 1500, static_cast<char>('a' + i % 26));
    want += piece;
    ASSERT_TRUE((*upload)->write(piece).ok());
  }
  EXPECT_EQ((*upload)->size(), want.size());
  ASSERT_TRUE((*upload)->commit("k", {}, Condition::absent()).ok());
  EXPECT_EQ(this->read("k"), want);
  EXPECT_EQ(this->store().head("k")->size, want.size());
}

TYPED_TEST_P(StoreSuite, reads_in_pieces_and_bounds_reads) {
  ASSERT_TRUE(this->write("k", "0123456789", Condition::absent()).ok());
  auto object = this->store().open("k");
  ASSERT_TRUE(object.ok());
  char piece[4];
  EXPECT_EQ(*(*object)->read(piece), 4U);
  EXPECT_EQ(std::string(piece, 4), "0123");
  EXPECT_EQ(*(*object)->read(piece), 4U);
  EXPECT_EQ(*(*object)->read(piece), 2U);
  EXPECT_EQ(*(*object)->read(piece), 0U);
  EXPECT_TRUE((*object)->read_at(6, piece).ok());
  EXPECT_EQ((*object)->read_at(7, piece).error().code, Code::corrupt);
}

TYPED_TEST_P(StoreSuite, notices_that_an_open_object_was_rewritten) {
  this->outside_put("k", "before");
  auto object = this->store().open("k");
  ASSERT_TRUE(object.ok());
  EXPECT_TRUE(*(*object)->unchanged());
  this->outside_put("k", "after, and longer");
  EXPECT_FALSE(*(*object)->unchanged());
  char piece[3];
  // Bytes of the old state that are here already may still be read; never any of the new one.
  Result<size_t> count = (*object)->read(piece);
  if (count.ok() && !this->tags_every_write()) {
    EXPECT_EQ(std::string(piece, *count), "bef");
  } else {
    EXPECT_EQ(count.ok() ? Code::busy : count.error().code, Code::conflict);
  }
  this->outside_erase("k");
  EXPECT_EQ((*object)->unchanged().error().code, Code::missing);
}

TYPED_TEST_P(StoreSuite, removes_only_the_state_that_was_named) {
  Tag one = *this->write("k", "one", Condition::absent());
  Tag two = *this->write("k", "two", Condition::match(one));
  EXPECT_EQ(this->store().remove("k", one).error().code, Code::conflict);
  EXPECT_TRUE(this->store().remove("k", two).ok());
  EXPECT_EQ(this->read("k"), "(missing)");
  EXPECT_TRUE(this->write("k", "three", Condition::absent()).ok());
}

TYPED_TEST_P(StoreSuite, lists_in_byte_order_page_by_page) {
  std::vector<std::string> want = {"a-b", "a.csv", "a/b.csv", "a/b/c", "a0", "b/a/a", "b/a0", "c"};
  for (size_t i = want.size(); i-- > 0;) {
    ASSERT_TRUE(this->write(want[i], "x", Condition::absent()).ok());
  }
  EXPECT_EQ(this->keys(""), want);
  EXPECT_EQ(this->keys("a/"), (std::vector<std::string>{"a/b.csv", "a/b/c"}));
  EXPECT_EQ(this->keys("a/b"), (std::vector<std::string>{"a/b.csv", "a/b/c"}));
  EXPECT_EQ(this->keys("b/a"), (std::vector<std::string>{"b/a/a", "b/a0"}));
  EXPECT_TRUE(this->keys("d").empty());
}

TYPED_TEST_P(StoreSuite, lets_one_of_sixteen_creators_win) {
  for (int round = 0; round < 20; round++) {
    EXPECT_EQ(this->winners("race/" + std::to_string(round), Condition::absent()), 1);
  }
}

TYPED_TEST_P(StoreSuite, lets_one_of_sixteen_replacers_win) {
  ASSERT_TRUE(this->write("k", "start", Condition::absent()).ok());
  for (int round = 0; round < 20; round++) {
    Tag tag = this->store().head("k")->tag;
    EXPECT_EQ(this->winners("k", Condition::match(tag)), 1);
  }
}

REGISTER_TYPED_TEST_SUITE_P(StoreSuite, says_missing_for_what_is_not_there,
                            refuses_keys_that_are_no_paths, creates_once_and_only_where_nothing_is,
                            replaces_only_the_state_that_was_named,
                            gives_equal_bytes_written_again_another_tag,
                            drops_an_upload_that_never_commits, keeps_large_uploads_in_order,
                            reads_in_pieces_and_bounds_reads,
                            notices_that_an_open_object_was_rewritten,
                            removes_only_the_state_that_was_named, lists_in_byte_order_page_by_page,
                            lets_one_of_sixteen_creators_win, lets_one_of_sixteen_replacers_win);

}  // namespace silversmith::store
