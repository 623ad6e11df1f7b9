// SPDX-License-Identifier: Apache-2.0
// The object-store seam: whole objects under keys, snapshots to read, and *conditional* writes.
// The commit protocol is built on exactly these calls; memory, folder and S3 play them alike
// (tests/support has the one conformance suite). A Store is bound to one root.
// Implementations are safe to use from several threads; an Object or Upload has one owner.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/stream.h"

namespace silversmith::store {

// Names one state of one object: any later write, even of the same bytes, gives another tag.
struct Tag {
  std::string text;
  bool operator==(const Tag&) const = default;
};

using Metadata = std::map<std::string, std::string>;  // ASCII names and values, < 2 KB in all

struct Head {
  uint64_t size = 0;
  Tag tag;
  int64_t modified_micros = 0;
  // What names the version of the bytes from outside (S3: ETag, version id or Last-Modified,
  // size). Empty in a folder: there the content hash, taken while reading, is the version.
  std::string version;
  Metadata metadata;  // empty in stores that keep none (folder): then lineage is in the footer
  int64_t looked_micros = 0;  // when this was seen, by the clock of the store
};

// The object as it was when opened. Reads fail with conflict when it can no longer be read as that
// state (rewritten in place, or gone where the store keeps no old bytes).
class Object : public RandomAccess, public ByteSource {
 public:
  virtual const Head& head() const = 0;
  uint64_t size() const override { return head().size; }
  // Whether the object under the key is still this state. Fails as open() does.
  virtual Result<bool> unchanged() = 0;
  // Lets read() begin anew, where all of the object is at hand; false: it is not, open it again.
  virtual bool rewind() { return false; }
};

// What must hold for a commit to happen.
struct Condition {
  std::optional<Tag> matches;  // the object exists with this tag; absent: no object exists
  static Condition absent() { return {}; }
  static Condition match(Tag tag) { return {std::move(tag)}; }
};

// Where an upload is to go, as far as that is known when it begins: then a store may send bytes
// before the end. Both must be what commit() says.
struct Expected {
  std::string key;  // "" while it is not known
  Metadata metadata;
};

// Bytes on their way to one object: invisible until commit() succeeds, gone if it never does.
class Upload : public ByteSink {
 public:
  virtual uint64_t size() const = 0;
  // Makes the object visible, whole and durable, under `key`. At most one call.
  // Fails with conflict (condition not met), missing (a tag was asked for and there is no
  // object), busy (the outcome is UNKNOWN: it may have happened), denied, invalid.
  virtual Result<Tag> commit(std::string_view key, const Metadata& metadata,
                             const Condition& condition) = 0;
};

struct Listed {
  std::string key;
  uint64_t size = 0;
  int64_t modified_micros = 0;
  std::string version = {};  // as Head::version; "" where the listing does not say
};

struct ListPage {
  std::vector<Listed> objects;    // ascending by key, bytewise
  std::vector<Error> unreadable;  // folders that could not be looked into; the rest is listed
  // Names below the prefix, or on the way to it, that are neither files nor folders: symbolic links
  // above all, which are not followed.
  std::vector<std::string> passed_over;
  std::optional<std::string> next;  // pass as `after` for the next page
};

class Store {
 public:
  virtual ~Store() = default;

  // Fails with missing, denied, busy.
  virtual Result<Head> head(std::string_view key) = 0;
  // Fails with missing, denied, busy, invalid (a directory, a symbolic link).
  virtual Result<std::unique_ptr<Object>> open(std::string_view key) = 0;
  virtual Result<std::unique_ptr<Upload>> upload(const Expected& expected) = 0;
  // Removes the object while it has that tag. Fails with conflict, missing, denied, busy.
  virtual Result<> remove(std::string_view key, const Tag& tag) = 0;
  // Keys with that prefix that sort after `after` (empty: from the start).
  virtual Result<ListPage> list(std::string_view prefix, std::string_view after) = 0;
  // The same, with versions where the store can list them: the default can't. In S3 that is
  // another right than to list, s3:ListBucketVersions, and a page may be without an object.
  virtual Result<ListPage> list_versions(std::string_view prefix, std::string_view after);
  // Notes that the object in the state `head` has that version, so that a later head() or open()
  // may say so without reading it. A shortcut that may be dropped; the default drops it.
  virtual void remember(std::string_view key, const Head& head, std::string_view version);
  // The key as a person would name it: "lake/bronze/a.csv", "s3://data-lake/bronze/a.csv".
  virtual std::string where(std::string_view key) const = 0;
  // The bucket, or the folder as given: the result object's `bucket`.
  virtual std::string name() const = 0;
};

}  // namespace silversmith::store
