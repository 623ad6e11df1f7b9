// SPDX-License-Identifier: Apache-2.0
#include "store/local.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/hash.h"
#include "store/walk.h"

namespace silversmith::store {

namespace {

constexpr size_t stripes = 256;
constexpr size_t buffered_bytes = size_t{256} << 10;
constexpr int draft_names_max = 1000;
constexpr int lock_tries_max = 100;

Error changed(const std::string& where) {
  return {Code::conflict, where + " changed while it was read", "", ""};
}

}  // namespace

class LocalObject : public Object {
 public:
  LocalObject(LocalStore& store, std::string key, LocalStore::Opened opened)
      : store_(store), key_(std::move(key)), opened_(std::move(opened)) {}

  const Head& head() const override { return opened_.head; }

  Result<bool> unchanged() override {
    Head now = SMITH_TRY(store_.head(key_));
    return now.tag == opened_.head.tag;
  }

  Result<size_t> read(std::span<char> into) override {
    size_t count = std::min<uint64_t>(into.size(), opened_.head.size - position_);
    SMITH_TRY(fill(position_, into.first(count)));
    position_ += count;
    return count;
  }

  Result<> read_at(uint64_t offset, std::span<char> into) override {
    if (offset > opened_.head.size || into.size() > opened_.head.size - offset) {
      return Error{Code::corrupt, store_.where(key_) + ": a read passes the end", "", ""};
    }
    return fill(offset, into);
  }

 private:
  // Looks at the file's state behind every read, so that no byte of another state gets out.
  // A replaced or unlinked file is still the state that was opened, but for its link count and
  // the ctime that unlinking sets; only the caller's unchanged() must see that.
  Result<> fill(uint64_t offset, std::span<char> into) {
    FileOps& ops = store_.root_.ops();
    int file = opened_.file.number();
    while (!into.empty()) {
      int64_t count = ops.read_at(file, offset, into);
      if (count < 0) {
        return file_error(static_cast<int>(count), "cannot read " + store_.where(key_));
      }
      if (count == 0) return changed(store_.where(key_));
      offset += static_cast<uint64_t>(count);
      into = into.subspan(static_cast<size_t>(count));
    }
    FileState now;
    int looked = ops.state(file, now);
    if (looked < 0) return file_error(looked, "cannot look at " + store_.where(key_));
    const FileState& then = opened_.state;
    bool relinked = now.links != then.links;
    bool same = now.size == then.size && now.modified_nanos == then.modified_nanos &&
                (relinked || now.changed_nanos == then.changed_nanos);
    if (!same) return changed(store_.where(key_));
    return {};
  }

  LocalStore& store_;
  std::string key_;
  LocalStore::Opened opened_;
  uint64_t position_ = 0;
};

class LocalUpload : public Upload {
 public:
  LocalUpload(LocalStore& store, Place place, Descriptor file)
      : store_(store), tmp_(std::move(place)), file_(std::move(file)) {}
  ~LocalUpload() override {
    if (in_tmp_) store_.state_.ops().unlink(tmp_.parent.number(), tmp_.name);
  }

  uint64_t size() const override { return size_; }

  Result<> write(std::string_view bytes) override {
    size_ += bytes.size();
    if (held_.size() + bytes.size() <= buffered_bytes) {
      held_ += bytes;
      return {};
    }
    SMITH_TRY(flush());
    if (bytes.size() >= buffered_bytes) return write_out(bytes);
    held_ = bytes;
    return {};
  }

  Result<Tag> commit(std::string_view key, const Metadata&, const Condition& condition) override {
    SMITH_CHECK(!committed_, "an upload commits once");
    committed_ = true;
    FileOps& ops = store_.root_.ops();
    SMITH_TRY(flush());
    int synced = ops.sync(file_.number());
    if (synced < 0) return file_error(synced, "cannot sync " + store_.where(key));
    Place target = SMITH_TRY(store_.root_.make(key));
    Descriptor lock = SMITH_TRY(store_.lock(key));
    SMITH_TRY(store_.compare(target, key, condition));
    SMITH_TRY(publish(target, key, condition));
    int directory = parent_of(target);
    synced = ops.sync(directory);
    if (synced < 0) {
      return file_error(synced, "outcome unknown: cannot sync the folder of " + store_.where(key));
    }
    FileState state;
    int looked = ops.state(file_.number(), state);
    if (looked < 0) return file_error(looked, "cannot look at " + store_.where(key));
    return store_.tag_of(file_.number(), state);
  }

 private:
  int parent_of(const Place& place) const {
    return place.parent.is_open() ? place.parent.number() : store_.root_.root();
  }

  // link(2) fails when the name is taken, even by a writer that knows nothing of our locks.
  Result<> publish(const Place& target, std::string_view key, const Condition& condition) {
    FileOps& ops = store_.root_.ops();
    FileOps::Place from{tmp_.parent.number(), tmp_.name};
    FileOps::Place to{parent_of(target), target.name};
    bool creates = !condition.matches.has_value();
    int done = creates ? ops.link(from, to) : ops.rename(from, to);
    if (done == -EEXIST) {
      return Error{Code::conflict, store_.where(key) + " exists already", "", ""};
    }
    if (done == -EISDIR || done == -ENOTDIR) {
      return Error{Code::denied, store_.where(key) + " is a folder", "move it away", ""};
    }
    if (done < 0) return file_error(done, "cannot publish " + store_.where(key));
    // A leftover name in tmp would be harmless: the next start removes it.
    if (creates) ops.unlink(tmp_.parent.number(), tmp_.name);
    in_tmp_ = false;
    return {};
  }

  Result<> flush() {
    SMITH_TRY(write_out(held_));
    held_.clear();
    return {};
  }

  Result<> write_out(std::string_view bytes) {
    while (!bytes.empty()) {
      int64_t count = store_.state_.ops().write(file_.number(), bytes);
      int failure = count == 0 ? ENOSPC : static_cast<int>(std::min<int64_t>(count, 0));
      if (failure != 0) {
        return file_error(failure, "cannot write below " + store_.state_.where(".silversmith/tmp"));
      }
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return {};
  }

  LocalStore& store_;
  Place tmp_;
  Descriptor file_;
  std::string held_;
  uint64_t size_ = 0;
  bool in_tmp_ = true;
  bool committed_ = false;
};

LocalStore::LocalStore(Folder root, Folder state, LocalOptions options)
    : root_(std::move(root)),
      state_(std::move(state)),
      seen_(state_),
      options_(std::move(options)) {}

Result<std::unique_ptr<LocalStore>> LocalStore::open(FileOps& ops, LocalOptions options) {
  Folder root = SMITH_TRY(Folder::open(ops, options.root));
  const std::string& state_root = options.state_root.empty() ? options.root : options.state_root;
  Folder state = SMITH_TRY(Folder::open(ops, state_root));
  auto store = std::make_unique<LocalStore>(std::move(root), std::move(state), std::move(options));
  store->sweep_tmp();
  return store;
}

// A live draft holds a lock on itself, so what can be locked belongs to nobody any more.
void LocalStore::sweep_tmp() {
  FileOps& ops = state_.ops();
  Result<Place> place = state_.find(".silversmith/tmp/any");
  if (!place.ok()) return;
  int tmp = place->parent.number();
  std::vector<DirEntry> entries;
  if (ops.list(tmp, entries) < 0) return;
  for (const DirEntry& entry : entries) {
    if (entry.kind != FileKind::file) continue;
    Descriptor file(ops, ops.open_at(tmp, entry.name, OpenMode::read));
    if (!file.is_open() || ops.lock(file.number(), Wait::never) < 0) continue;
    ops.unlink(tmp, entry.name);
  }
}

Result<> LocalStore::make_tmp() {
  SMITH_TRY(state_.make(".silversmith/tmp/any"));
  return {};
}

Tag LocalStore::tag_of(int file, const FileState& state) const {
  return Tag{std::to_string(state.inode) + "-" + std::to_string(state.changed_nanos) + "-" +
             std::to_string(root_.ops().generation(file)) + "-" + std::to_string(state.size)};
}

Result<LocalStore::Opened> LocalStore::open_file(std::string_view key) {
  FileOps& ops = root_.ops();
  Place place = SMITH_TRY(root_.find(key));
  int parent = place.parent.is_open() ? place.parent.number() : root_.root();
  Opened opened;
  int64_t looked = ops.now_micros();
  opened.file = Descriptor(ops, ops.open_at(parent, place.name, OpenMode::read));
  std::string doing = "cannot open " + where(key);
  if (!opened.file.is_open()) return file_error(opened.file.number(), doing);
  int done = ops.state(opened.file.number(), opened.state);
  if (done < 0) return file_error(done, doing);
  if (opened.state.kind != FileKind::file) {
    bool folder = opened.state.kind == FileKind::directory;
    return Error{Code::invalid, where(key) + (folder ? " is a folder" : " is no regular file"),
                 "give the object another name", ""};
  }
  opened.head.size = opened.state.size;
  opened.head.tag = tag_of(opened.file.number(), opened.state);
  opened.head.modified_micros = opened.state.modified_nanos / 1000;
  opened.head.looked_micros = looked;
  opened.head.version = seen_.recall(key, opened.state);
  return opened;
}

Result<Head> LocalStore::head(std::string_view key) {
  Opened opened = SMITH_TRY(open_file(key));
  return std::move(opened.head);
}

Result<std::unique_ptr<Object>> LocalStore::open(std::string_view key) {
  Opened opened = SMITH_TRY(open_file(key));
  std::unique_ptr<Object> object =
      std::make_unique<LocalObject>(*this, std::string(key), std::move(opened));
  return object;
}

void LocalStore::remember(std::string_view key, const Head& head, std::string_view version) {
  Result<Opened> now = open_file(key);
  if (!now.ok() || now->head.tag != head.tag) return;
  seen_.remember(key, now->state, version, head.looked_micros);
}

Result<std::unique_ptr<Upload>> LocalStore::upload(const Expected&) {
  FileOps& ops = state_.ops();
  std::string writer = std::to_string(::getpid()) + "-";
  for (int i = 0; i < draft_names_max; i++) {
    // Another process may have our number (in another container): then the name is taken.
    Place place = SMITH_TRY(state_.make(".silversmith/tmp/" + writer + std::to_string(++drafts_)));
    Descriptor file(ops, ops.open_at(place.parent.number(), place.name, OpenMode::create));
    if (file.number() == -EEXIST) continue;
    if (!file.is_open()) {
      return file_error(file.number(), "cannot make a file in " + state_.where(".silversmith/tmp"));
    }
    // Between making and locking, a starting process may have taken it for a leftover.
    FileState state;
    bool ours = ops.lock(file.number(), Wait::never) >= 0 && ops.state(file.number(), state) >= 0 &&
                state.links > 0;
    if (!ours) continue;
    std::unique_ptr<Upload> upload =
        std::make_unique<LocalUpload>(*this, std::move(place), std::move(file));
    return upload;
  }
  return Error{Code::busy, state_.where(".silversmith/tmp") + " has no free name", "", ""};
}

Result<Descriptor> LocalStore::lock(std::string_view key) {
  FileOps& ops = state_.ops();
  std::string name = ".silversmith/locks/" + std::to_string(content_hash(key).low % stripes);
  std::string doing = "cannot lock " + state_.where(name);
  for (int i = 0; i < lock_tries_max; i++) {
    Place place = SMITH_TRY(state_.make(name));
    Descriptor file(ops, ops.open_at(place.parent.number(), place.name, OpenMode::lock_file));
    if (!file.is_open()) return file_error(file.number(), doing);
    int locked = ops.lock(file.number(), Wait::block);
    if (locked < 0) return file_error(locked, doing);
    // Somebody may have cleared .silversmith while we waited: then others lock another file.
    FileState held;
    FileState named;
    bool same = ops.state(file.number(), held) >= 0 &&
                ops.state_at(place.parent.number(), place.name, named) >= 0 &&
                held.inode == named.inode && held.device == named.device;
    if (same) return file;
  }
  return Error{Code::busy, doing + ": its file is removed again and again",
               "leave .silversmith alone while silversmith runs", ""};
}

// Whether the object is as the condition says. Requires the key's lock.
Result<> LocalStore::compare(const Place& place, std::string_view key, const Condition& condition) {
  if (!condition.matches.has_value()) return {};  // link(2) itself refuses a name that is taken
  FileOps& ops = root_.ops();
  int parent = place.parent.is_open() ? place.parent.number() : root_.root();
  Descriptor file(ops, ops.open_at(parent, place.name, OpenMode::read));
  if (!file.is_open()) return file_error(file.number(), "cannot replace " + where(key));
  FileState state;
  int done = ops.state(file.number(), state);
  if (done < 0) return file_error(done, "cannot look at " + where(key));
  if (tag_of(file.number(), state) != *condition.matches) {
    return Error{Code::conflict, where(key) + " is no longer what it was", "", ""};
  }
  return {};
}

Result<> LocalStore::remove(std::string_view key, const Tag& tag) {
  FileOps& ops = root_.ops();
  Place place = SMITH_TRY(root_.find(key));
  int parent = place.parent.is_open() ? place.parent.number() : root_.root();
  Descriptor lock = SMITH_TRY(this->lock(key));
  SMITH_TRY(compare(place, key, Condition::match(tag)));
  int done = ops.unlink(parent, place.name);
  if (done < 0) return file_error(done, "cannot remove " + where(key));
  done = ops.sync(parent);
  if (done < 0) return file_error(done, "cannot sync the folder of " + where(key));
  return {};
}

Result<ListPage> LocalStore::list(std::string_view prefix, std::string_view after) {
  return walk(root_, {prefix, after, options_.page_keys_max});
}

}  // namespace silversmith::store
