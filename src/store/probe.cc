// SPDX-License-Identifier: Apache-2.0
#include "store/probe.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/thread.h"

namespace silversmith::store {

namespace {

constexpr int racers = 8;

// What a call did, as a row tells it.
std::string outcome_of(const Result<Tag>& tag) {
  return tag.ok() ? "written" : std::string(name_of(tag.error().code));
}

class StoreProbe {
 public:
  StoreProbe(Store& store, std::string scratch) : store_(store), scratch_(std::move(scratch)) {}

  Probe run() {
    Result<> done = try_all();
    if (!done.ok()) probe_.error = std::move(done).error();
    return std::move(probe_);
  }

 private:
  Result<Tag> write(const std::string& key, const std::string& bytes, const Condition& condition) {
    std::unique_ptr<Upload> upload = SMITH_TRY(store_.upload({key, {}}));
    SMITH_TRY(upload->write(bytes));
    return upload->commit(key, {}, condition);
  }

  void row(std::string name, std::string wanted, std::string found) {
    bool holds = wanted == found;
    probe_.rows.push_back(
        {std::move(name), Need::always, std::move(wanted), std::move(found), holds});
  }

  Result<> try_all() {
    std::string key = scratch_ + "a";
    Result<Tag> first = write(key, "one", Condition::absent());
    if (!first.ok()) return std::move(first).error();
    row("create where nothing is", "written", outcome_of(first));
    row("create where an object is", "conflict",
        outcome_of(write(key, "two", Condition::absent())));
    Result<Tag> second = write(key, "one", Condition::match(*first));
    row("replace what was seen", "written", outcome_of(second));
    if (!second.ok()) return {};
    row("the same bytes again have another tag", "another",
        *second == *first ? "the same" : "another");
    row("replace what is no longer there", "conflict",
        outcome_of(write(key, "three", Condition::match(*first))));
    row("replace where nothing is", "missing",
        outcome_of(write(scratch_ + "b", "three", Condition::match(*first))));
    SMITH_TRY(read_back(key, *second));
    row("create at the same time, " + std::to_string(racers) + " writers", "1 written",
        race(scratch_ + "c", Condition::absent()));
    row("replace at the same time, " + std::to_string(racers) + " writers", "1 written",
        race(key, Condition::match(*second)));
    return {};
  }

  Result<> read_back(const std::string& key, const Tag& tag) {
    std::unique_ptr<Object> object = SMITH_TRY(store_.open(key));
    std::string bytes(object->size(), '\0');
    SMITH_TRY(object->read_at(0, bytes));
    bool same = bytes == "one" && object->head().tag == tag;
    row("read what was written", "the same", same ? "the same" : "something else");
    return {};
  }

  std::string race(const std::string& key, const Condition& condition) {
    std::atomic<int> written = 0;
    std::atomic<int> odd = 0;
    {
      std::vector<Thread> threads;
      for (int i = 0; i < racers; ++i) {
        Result<Thread> thread = Thread::start([&, i] {
          Result<Tag> tag = write(key, "racer " + std::to_string(i), condition);
          bool lost = !tag.ok() && tag.error().code == Code::conflict;
          (tag.ok() ? written : odd) += lost ? 0 : 1;
        });
        if (thread.ok()) threads.push_back(std::move(*thread));
      }
    }
    std::string text = std::to_string(written) + " written";
    return odd == 0 ? text : text + ", " + std::to_string(odd) + " failed";
  }

  Store& store_;
  std::string scratch_;
  Probe probe_;
};

}  // namespace

std::string_view name_of(Trust trust) {
  switch (trust) {
    case Trust::trusted: return "trusted";
    case Trust::single_put_only: return "trusted with single PUT only";
    case Trust::not_trusted: return "not trusted";
    case Trust::unknown: return "unknown";
  }
  return "";
}

Trust Probe::trust() const {
  auto fails = [&](Need need) {
    return std::any_of(rows.begin(), rows.end(),
                       [&](const ProbeRow& row) { return row.need == need && !row.holds; });
  };
  if (fails(Need::always)) return Trust::not_trusted;
  if (error.has_value() || !not_tried.empty()) return Trust::unknown;
  return fails(Need::parts) ? Trust::single_put_only : Trust::trusted;
}

std::vector<std::string> Probe::failed() const {
  std::vector<std::string> names;
  for (const ProbeRow& row : rows) {
    if (!row.holds && row.need != Need::never) names.push_back(row.name);
  }
  return names;
}

Probe probe_store(Store& store, const std::string& scratch) {
  return StoreProbe(store, scratch).run();
}

}  // namespace silversmith::store
