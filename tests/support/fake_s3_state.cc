// SPDX-License-Identifier: Apache-2.0
#include "support/fake_s3_state.h"

#include <algorithm>

#include "base/hash.h"
#include "support/fake_s3_error.h"

namespace silversmith::test {

namespace {

// Ids of S3 say nothing; these repeat from run to run, so that a failing test does too.
std::string id_of(uint64_t write) { return content_hash("version " + std::to_string(write)).hex(); }

bool is_version_id(std::string_view text) {
  return text == "null" || (text.size() == 32 && std::all_of(text.begin(), text.end(), [](char c) {
                              return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                                     (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
                            }));
}

bool is_bucket_name(std::string_view name) {
  auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return name.size() >= 3 && name.size() <= 63 && std::all_of(name.begin(), name.end(), good) &&
         name.front() != '-' && name.front() != '.' && name.back() != '-' && name.back() != '.';
}

}  // namespace

std::string_view bare_etag(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
    etag.remove_prefix(1);
    etag.remove_suffix(1);
  }
  return etag;
}

Result<> check_shape(const WriteCondition& condition) {
  if (condition.if_match && condition.if_none_match) {
    return not_implemented("If-Match,If-None-Match",
                           "Multiple conditional request headers present in the request");
  }
  if (condition.if_none_match && *condition.if_none_match != "*") {
    return not_implemented("If-None-Match",
                           "We don't accept the provided value of If-None-Match header for this "
                           "API");
  }
  if (condition.if_match && *condition.if_match == "*") {
    return not_implemented("If-Match",
                           "We don't accept the provided value of If-Match header for this API");
  }
  return {};
}

Result<FakeS3State::Bucket*> FakeS3State::bucket_named(const std::string& bucket) {
  auto found = guarded_.buckets.find(bucket);
  if (found == guarded_.buckets.end()) return no_such_bucket(bucket);
  return &found->second;
}

Result<const FakeS3State::Bucket*> FakeS3State::bucket_named(const std::string& bucket) const {
  auto found = guarded_.buckets.find(bucket);
  if (found == guarded_.buckets.end()) return no_such_bucket(bucket);
  return &found->second;
}

const ObjectVersion* FakeS3State::current(const Bucket& bucket, std::string_view key) {
  auto found = bucket.keys.find(key);
  return found == bucket.keys.end() || found->second.back().delete_marker ? nullptr
                                                                          : &found->second.back();
}

Result<> FakeS3State::create_bucket(const std::string& bucket) {
  if (!is_bucket_name(bucket)) {
    return refuse("InvalidBucketName", "The specified bucket is not valid.",
                  element("BucketName", bucket));
  }
  std::lock_guard lock(guarded_.mutex);
  if (!guarded_.buckets.try_emplace(bucket).second) {
    return refuse("BucketAlreadyOwnedByYou",
                  "Your previous request to create the named bucket succeeded and you already own "
                  "it.",
                  element("BucketName", bucket));
  }
  return {};
}

Result<> FakeS3State::remove_bucket(const std::string& bucket) {
  std::lock_guard lock(guarded_.mutex);
  const Bucket* found = SMITH_TRY(bucket_named(bucket));
  if (!found->keys.empty()) {
    return refuse("BucketNotEmpty", "The bucket you tried to delete is not empty",
                  element("BucketName", bucket));
  }
  guarded_.buckets.erase(bucket);
  return {};
}

Result<Versioning> FakeS3State::versioning(const std::string& bucket) const {
  std::lock_guard lock(guarded_.mutex);
  return SMITH_TRY(bucket_named(bucket))->versioning;
}

Result<> FakeS3State::set_versioning(const std::string& bucket, Versioning versioning) {
  std::lock_guard lock(guarded_.mutex);
  SMITH_TRY(bucket_named(bucket))->versioning = versioning;
  return {};
}

std::vector<std::string> FakeS3State::buckets() const {
  std::lock_guard lock(guarded_.mutex);
  std::vector<std::string> names;
  for (const auto& [name, bucket] : guarded_.buckets) names.push_back(name);
  return names;
}

Result<> FakeS3State::check(const Bucket& bucket, std::string_view key,
                            const WriteCondition& condition) {
  const ObjectVersion* now = current(bucket, key);
  if (condition.if_none_match && now != nullptr) return precondition_failed("If-None-Match");
  if (condition.if_match) {
    if (now == nullptr) return no_such_key(key);
    if (now->object.etag != bare_etag(*condition.if_match)) return precondition_failed("If-Match");
  }
  return {};
}

ObjectVersion FakeS3State::append(Bucket& bucket, std::string_view key, ObjectVersion version) {
  version.write = ++guarded_.writes;
  version.modified_micros = clock_.wall_micros();
  bool keeps = bucket.versioning == Versioning::enabled;
  version.id = keeps ? id_of(version.write) : "null";
  auto& versions = bucket.keys.try_emplace(std::string(key)).first->second;
  if (!keeps) {
    std::erase_if(versions, [](const ObjectVersion& old) { return old.id == "null"; });
  }
  return versions.emplace_back(std::move(version));
}

Result<ObjectVersion> FakeS3State::put(const Place& place, Draft draft,
                                       const WriteCondition& condition) {
  SMITH_TRY(check_shape(condition));
  std::lock_guard lock(guarded_.mutex);
  Bucket* bucket = SMITH_TRY(bucket_named(place.bucket));
  SMITH_TRY(check(*bucket, place.key, condition));
  ObjectVersion version;
  version.object = std::move(draft);
  return append(*bucket, place.key, std::move(version));
}

Result<ObjectVersion> FakeS3State::find(const Place& place,
                                        const std::optional<std::string>& version) const {
  std::lock_guard lock(guarded_.mutex);
  const Bucket* bucket = SMITH_TRY(bucket_named(place.bucket));
  if (version && !is_version_id(*version)) {
    return refuse("InvalidArgument", "Invalid version id specified",
                  element("ArgumentName", "versionId") + element("ArgumentValue", *version));
  }
  auto found = bucket->keys.find(place.key);
  if (!version) {
    if (found == bucket->keys.end()) return no_such_key(place.key);
    return found->second.back();
  }
  if (found != bucket->keys.end()) {
    for (const ObjectVersion& one : found->second) {
      if (one.id == *version) return one;
    }
  }
  return refuse("NoSuchVersion", "The specified version does not exist.",
                element("Key", place.key) + element("VersionId", *version));
}

// An upload that is under way remembers that its key went: its conditional Complete is lost.
void FakeS3State::note_delete(Bucket& bucket, std::string_view key) {
  for (auto& [id, upload] : bucket.uploads) upload.deleted_since |= upload.key == key;
}

Result<Removal> FakeS3State::remove_version(Bucket& bucket, const Place& place,
                                            const std::string& version) {
  if (!is_version_id(version)) {
    return refuse("InvalidArgument", "Invalid version id specified",
                  element("ArgumentName", "versionId") + element("ArgumentValue", version));
  }
  Removal removal{version, false};
  auto found = bucket.keys.find(place.key);
  if (found == bucket.keys.end()) return removal;
  auto& versions = found->second;
  bool was_there = current(bucket, place.key) != nullptr;
  auto one = std::find_if(versions.begin(), versions.end(),
                          [&](const ObjectVersion& old) { return old.id == version; });
  if (one == versions.end()) return removal;
  removal.delete_marker = one->delete_marker;
  versions.erase(one);
  if (versions.empty()) bucket.keys.erase(found);
  ++guarded_.writes;
  if (was_there && current(bucket, place.key) == nullptr) note_delete(bucket, place.key);
  return removal;
}

Result<Removal> FakeS3State::remove(const Place& place, const std::optional<std::string>& version,
                                    const std::optional<std::string>& if_match) {
  std::lock_guard lock(guarded_.mutex);
  Bucket* bucket = SMITH_TRY(bucket_named(place.bucket));
  const ObjectVersion* now = current(*bucket, place.key);
  if (if_match) {
    bool any = *if_match == "*";
    if (now == nullptr) return any ? precondition_failed("If-Match") : no_such_key(place.key);
    if (!any && now->object.etag != bare_etag(*if_match)) return precondition_failed("If-Match");
  }
  if (version) return remove_version(*bucket, place, *version);
  if (now != nullptr) note_delete(*bucket, place.key);
  if (bucket->versioning == Versioning::off) {
    bucket->keys.erase(place.key);
    ++guarded_.writes;
    return Removal{};
  }
  ObjectVersion marker;
  marker.delete_marker = true;
  return Removal{append(*bucket, place.key, std::move(marker)).id, true};
}

void FakeS3State::reset() {
  std::lock_guard lock(guarded_.mutex);
  for (auto& [name, bucket] : guarded_.buckets) {
    bucket.keys.clear();
    bucket.uploads.clear();
  }
}

Result<Listing> FakeS3State::list(const std::string& bucket, const ListQuery& query) const {
  std::lock_guard lock(guarded_.mutex);
  const auto& keys = SMITH_TRY(bucket_named(bucket))->keys;
  Listing listing;
  std::string done = query.after_prefix ? query.after : std::string();
  auto at =
      query.after < query.prefix ? keys.lower_bound(query.prefix) : keys.upper_bound(query.after);
  for (; at != keys.end() && at->first.starts_with(query.prefix); ++at) {
    const auto& [key, versions] = *at;
    const ObjectVersion& now = versions.back();
    if (now.delete_marker || (!done.empty() && key.starts_with(done))) continue;
    if (listing.objects.size() + listing.prefixes.size() == query.keys_max) {
      // A client that asks for no keys learns nothing, not even that there are some.
      if (query.keys_max == 0) return Listing{};
      bool prefix = !done.empty() && (listing.objects.empty() || listing.objects.back().key < done);
      listing.next = prefix ? done : listing.objects.back().key;
      listing.next_prefix = prefix;
      break;
    }
    size_t cut = query.delimiter.empty() ? std::string::npos
                                         : key.find(query.delimiter, query.prefix.size());
    if (cut != std::string::npos) {
      done = key.substr(0, cut + query.delimiter.size());
      listing.prefixes.push_back(done);
    } else {
      listing.objects.push_back(
          {key, now.object.etag, now.object.content.size(), now.modified_micros});
    }
  }
  return listing;
}

Result<VersionListing> FakeS3State::list_versions(const std::string& bucket, const ListQuery& query,
                                                  const std::string& version_after) const {
  std::lock_guard lock(guarded_.mutex);
  const auto& keys = SMITH_TRY(bucket_named(bucket))->keys;
  VersionListing listing;
  for (auto at = keys.lower_bound(std::max(query.prefix, query.after));
       at != keys.end() && at->first.starts_with(query.prefix); ++at) {
    const auto& [key, versions] = *at;
    if (key == query.after && version_after.empty()) continue;
    bool skipping = key == query.after;
    for (size_t i = versions.size(); i > 0; --i) {
      const ObjectVersion& one = versions[i - 1];
      if (skipping) {
        skipping = one.id != version_after;
        continue;
      }
      if (listing.versions.size() == query.keys_max) {
        listing.truncated = true;
        return listing;
      }
      listing.versions.push_back({key, one, i == versions.size()});
    }
  }
  return listing;
}

}  // namespace silversmith::test
