// SPDX-License-Identifier: Apache-2.0
// What the fake S3 holds, behind one mutex: buckets, versions of objects, uploads in parts, and the
// table of conditional writes exactly as AWS answers it, the two 409s of CompleteMultipartUpload
// that only a new upload helps against among them. Nothing here knows HTTP.
//
//                      absent or delete marker   etag matches   etag differs
//   If-None-Match: *           written               412             412
//   If-Match: "etag"             404               written           412
// In front of both stand the 501s: two conditions at once, If-None-Match: "etag", If-Match: *.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "support/checksums.h"
#include "support/content.h"
#include "support/http_message.h"

namespace silversmith::test {

struct Place {
  std::string bucket;
  std::string key;
};

struct StoredChecksum {
  Checksum algorithm = Checksum::crc64nvme;
  std::string value;  // base64; of parts "base64-N"
  bool composite = false;
  bool operator==(const StoredChecksum&) const = default;
};

// An object before it has a version.
struct Draft {
  Content content;
  std::string etag;  // without quotes
  Headers fields;    // content-type and the like, x-amz-meta-*
  std::optional<StoredChecksum> checksum;
};

struct ObjectVersion {
  std::string id;  // "null" where the bucket keeps no versions
  bool delete_marker = false;
  uint64_t write = 0;  // its place among all writes and deletes
  int64_t modified_micros = 0;
  Draft object;
};

struct WriteCondition {
  std::optional<std::string> if_match;
  std::optional<std::string> if_none_match;
};

enum class Versioning : uint8_t { off, enabled, suspended };

struct Removal {
  std::string version_id;  // of what was removed or of the new marker; empty without versions
  bool delete_marker = false;
};

struct ListQuery {
  std::string prefix = {};
  std::string delimiter = {};
  std::string after = {};     // key or common prefix: only what sorts behind
  bool after_prefix = false;  // `after` is a common prefix: all below it is done
  size_t keys_max = 1000;
};

struct Listed {
  std::string key;
  std::string etag;
  uint64_t bytes = 0;
  int64_t modified_micros = 0;
};

struct Listing {
  std::vector<Listed> objects;
  std::vector<std::string> prefixes;
  std::string next;  // for ListQuery::after; empty at the end
  bool next_prefix = false;
};

struct ListedVersion {
  std::string key;
  ObjectVersion version;
  bool latest = false;
};

struct VersionListing {
  std::vector<ListedVersion> versions;
  bool truncated = false;
};

struct Part {
  int number = 0;
  std::string md5;  // raw
  std::string etag;
  int64_t modified_micros = 0;
  Content content;
  std::optional<StoredChecksum> checksum;
};

struct UploadStart {
  Headers fields;
  std::optional<Checksum> checksum;
  bool composite = false;
};

struct UploadPlace {
  Place place;
  std::string upload_id;
};

struct CompletedPart {
  int number = 0;
  std::string etag;
  std::string checksum;  // empty: not said
};

struct Completion {
  std::vector<CompletedPart> parts;
  WriteCondition condition;
  std::string checksum;  // of the whole, empty: not said
  std::optional<uint64_t> bytes;
};

struct ListedUpload {
  std::string key;
  std::string upload_id;
  int64_t started_micros = 0;
};

struct FakeS3Limits {
  uint64_t part_bytes_min = uint64_t{5} << 20;  // of all parts but the last
  uint64_t part_bytes_max = uint64_t{5} << 30;
  size_t parts_max = 10'000;
  size_t metadata_bytes_max = 2048;
  size_t key_bytes_max = 1024;
};

class FakeS3State {
 public:
  FakeS3State(Clock& clock, FakeS3Limits limits) : clock_(clock), limits_(limits) {}

  // All fail with errors as refuse() makes them; `type` is S3's code.
  Result<> create_bucket(const std::string& bucket);
  Result<> remove_bucket(const std::string& bucket);
  Result<Versioning> versioning(const std::string& bucket) const;
  Result<> set_versioning(const std::string& bucket, Versioning versioning);
  std::vector<std::string> buckets() const;

  Result<ObjectVersion> put(const Place& place, Draft draft, const WriteCondition& condition);
  // The current version, or the one of that id; either may be a delete marker.
  Result<ObjectVersion> find(const Place& place, const std::optional<std::string>& version) const;
  Result<Removal> remove(const Place& place, const std::optional<std::string>& version,
                         const std::optional<std::string>& if_match);
  Result<Listing> list(const std::string& bucket, const ListQuery& query) const;
  // Behind (key, version id) in the order of listings, newest first within a key.
  Result<VersionListing> list_versions(const std::string& bucket, const ListQuery& query,
                                       const std::string& version_after) const;

  Result<std::string> start_upload(const Place& place, UploadStart start);
  // What kind of checksum the upload was started with.
  Result<UploadStart> upload(const UploadPlace& upload);
  Result<> put_part(const UploadPlace& upload, Part part);
  Result<ObjectVersion> complete(const UploadPlace& upload, const Completion& completion);
  Result<> abort(const UploadPlace& upload);
  Result<std::vector<Part>> parts(const UploadPlace& upload);  // by number
  Result<std::vector<ListedUpload>> uploads(
      const std::string& bucket) const;  // by key, oldest first

  // From now on Complete of this upload answers 409, whatever its condition.
  Result<> spoil(const UploadPlace& upload);
  // Nothing is left but the buckets themselves.
  void reset();

  BlobPool& blobs() { return blobs_; }
  const FakeS3Limits& limits() const { return limits_; }

 private:
  struct Upload {
    std::string key;
    uint64_t begun = 0;          // its place among all writes and deletes
    bool deleted_since = false;  // the key, while this was under way
    bool spoiled = false;
    int64_t started_micros = 0;
    UploadStart start;
    std::map<int, Part> parts;
  };
  struct Bucket {
    Versioning versioning = Versioning::off;
    std::map<std::string, std::vector<ObjectVersion>, std::less<>> keys;  // oldest first, not empty
    std::map<std::string, Upload, std::less<>> uploads;
  };
  struct Guarded {
    mutable std::mutex mutex;
    std::map<std::string, Bucket, std::less<>> buckets;
    uint64_t writes = 0;
  };

  // All below with the mutex held.
  Result<Bucket*> bucket_named(const std::string& bucket);
  Result<const Bucket*> bucket_named(const std::string& bucket) const;
  Result<Upload*> find_upload(const UploadPlace& upload);
  static const ObjectVersion* current(const Bucket& bucket, std::string_view key);
  static Result<> check(const Bucket& bucket, std::string_view key,
                        const WriteCondition& condition);
  static Result<> check_upload(const Bucket& bucket, const Upload& upload,
                               const WriteCondition& condition);
  ObjectVersion append(Bucket& bucket, std::string_view key, ObjectVersion version);
  Result<Removal> remove_version(Bucket& bucket, const Place& place, const std::string& version);
  static void note_delete(Bucket& bucket, std::string_view key);
  static Result<std::vector<const Part*>> named_parts(const Upload& upload,
                                                      const Completion& completion);
  Result<Draft> join(const Upload& upload, const Completion& completion) const;

  BlobPool blobs_;  // first: what follows holds shares in it
  Clock& clock_;
  FakeS3Limits limits_;
  Guarded guarded_;
};

// Fails with NotImplemented where the combination or a value is none that S3 has.
Result<> check_shape(const WriteCondition& condition);
// "etag" without its quotes.
std::string_view bare_etag(std::string_view etag);

}  // namespace silversmith::test
