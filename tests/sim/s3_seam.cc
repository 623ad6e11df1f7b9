// SPDX-License-Identifier: Apache-2.0
#include "sim/s3_seam.h"

#include <algorithm>

#include "base/hash.h"
#include "support/checksums.h"
#include "support/fake_s3_error.h"

namespace silversmith::sim {

namespace {

constexpr int64_t second_micros = 1'000'000;
constexpr std::string_view metadata_prefix = "x-amz-meta-";

test::Place place_of(std::string_view key) { return {sim_bucket, std::string(key)}; }

test::Draft draft_of(test::FakeS3State& state, std::string bytes) {
  test::Draft draft;
  draft.etag = test::md5_hex(bytes);
  draft.content.append(state.blobs().keep(std::move(bytes)));
  return draft;
}

test::WriteCondition written_on(const store::Condition& condition) {
  if (condition.matches.has_value()) return {condition.matches->text, std::nullopt};
  return {std::nullopt, "*"};
}

test::Headers fields_of(const store::Metadata& metadata) {
  test::Headers fields;
  for (const auto& [name, value] : metadata) fields.add(std::string(metadata_prefix) + name, value);
  return fields;
}

}  // namespace

void put_by_hand(test::FakeS3State& state, const std::string& key, const std::string& bytes) {
  SMITH_CHECK(state.put(place_of(key), draft_of(state, bytes), {}).ok(), "nothing refuses a put");
}

void erase_by_hand(test::FakeS3State& state, const std::string& key) {
  auto removed = state.remove(place_of(key), std::nullopt, std::nullopt);
  SMITH_CHECK(removed.ok(), "nothing refuses a delete");
}

std::optional<test::ObjectVersion> find_by_hand(test::FakeS3State& state, const std::string& key) {
  Result<test::ObjectVersion> found = state.find(place_of(key), std::nullopt);
  if (!found.ok() || found->delete_marker) return std::nullopt;
  return *found;
}

std::vector<std::string> keys_by_hand(test::FakeS3State& state, const std::string& prefix) {
  std::vector<std::string> keys;
  Result<test::Listing> listing = state.list(sim_bucket, {.prefix = prefix});
  SMITH_CHECK(listing.ok() && listing->next.empty(), "a simulated lake is small");
  for (const test::Listed& listed : listing->objects) keys.push_back(listed.key);
  return keys;
}

std::string version_text(const test::ObjectVersion& version) {
  if (version.id != "null") return version.id;
  return version.object.etag + "-" + std::to_string(version.object.content.size()) + "-" +
         std::to_string(version.modified_micros / second_micros);
}

// Pinned by If-Match, as every range of the client is: bytes of an object with the same ETag are
// the same bytes, whoever wrote them.
class SeamObject : public store::Object {
 public:
  SeamObject(S3Seam& seam, std::string key, store::Head head)
      : seam_(seam), key_(std::move(key)), head_(std::move(head)) {}

  const store::Head& head() const override { return head_; }

  Result<bool> unchanged() override {
    store::Head now = SMITH_TRY(seam_.head(key_));
    return now.tag == head_.tag && now.version == head_.version && now.size == head_.size;
  }

  Result<size_t> read(std::span<char> into) override {
    size_t count = std::min<uint64_t>(into.size(), head_.size - position_);
    if (count == 0) return count;
    SMITH_TRY(read_at(position_, into.first(count)));
    position_ += count;
    return count;
  }

  Result<> read_at(uint64_t offset, std::span<char> into) override {
    if (offset > head_.size || into.size() > head_.size - offset) {
      return Error{Code::corrupt, key_ + ": a read passes the end", "", ""};
    }
    Result<test::ObjectVersion> now = seam_.find(key_);
    if (!now.ok() || now->object.etag != head_.tag.text) {
      return Error{Code::conflict, key_ + " changed while it was read", "", ""};
    }
    now->object.content.copy(offset, into.size()).copy(into.data(), into.size());
    return {};
  }

 private:
  S3Seam& seam_;
  std::string key_;
  store::Head head_;
  uint64_t position_ = 0;
};

// As the client: with a key from the start the parts go out meanwhile, so that the upload has begun
// when others write.
class SeamUpload : public store::Upload {
 public:
  SeamUpload(S3Seam& seam, store::Expected expected)
      : seam_(seam), expected_(std::move(expected)) {}
  ~SeamUpload() override {
    if (!upload_id_.empty()) static_cast<void>(seam_.state_.abort(place()));
  }

  Result<> write(std::string_view bytes) override {
    bool streams = seam_.habits_.in_parts && !expected_.key.empty();
    if (streams && upload_id_.empty()) SMITH_TRY(begin(expected_.metadata));
    bytes_ += bytes;
    return {};
  }

  uint64_t size() const override { return bytes_.size(); }

  Result<store::Tag> commit(std::string_view key, const store::Metadata& metadata,
                            const store::Condition& condition) override {
    bool in_parts = seam_.habits_.in_parts && key.starts_with("silver/");
    expected_.key = key;
    if (in_parts && upload_id_.empty()) SMITH_TRY(begin(metadata));
    Result<test::ObjectVersion> written = in_parts ? complete(condition) : put(metadata, condition);
    if (!written.ok()) return seam_.understood(written.error());
    return store::Tag{written->object.etag};
  }

 private:
  test::UploadPlace place() const { return {place_of(expected_.key), upload_id_}; }

  Result<> begin(const store::Metadata& metadata) {
    Result<std::string> id =
        seam_.state_.start_upload(place_of(expected_.key), {fields_of(metadata), {}, false});
    if (!id.ok()) return seam_.understood(id.error());
    upload_id_ = *id;
    return {};
  }

  Result<test::ObjectVersion> put(const store::Metadata& metadata,
                                  const store::Condition& condition) {
    test::Draft draft = draft_of(seam_.state_, std::move(bytes_));
    draft.fields = fields_of(metadata);
    return seam_.state_.put(place_of(expected_.key), std::move(draft), written_on(condition));
  }

  Result<test::ObjectVersion> complete(const store::Condition& condition) {
    test::Part part;
    part.number = 1;
    part.md5 = test::md5(bytes_);
    part.etag = test::md5_hex(bytes_);
    part.content.append(seam_.state_.blobs().keep(std::move(bytes_)));
    test::Completion completion{{{1, part.etag, ""}}, written_on(condition), "", std::nullopt};
    SMITH_TRY(seam_.state_.put_part(place(), std::move(part)));
    test::ObjectVersion made = SMITH_TRY(seam_.state_.complete(place(), completion));
    upload_id_.clear();
    return made;
  }

  S3Seam& seam_;
  store::Expected expected_;
  std::string upload_id_;
  std::string bytes_;
};

Error S3Seam::understood(const Error& refusal) const {
  Error error{Code::busy, refusal.type + ": " + refusal.message, "", ""};
  switch (test::status_of(refusal.type)) {
    case 404: error.code = hides_ ? Code::denied : Code::missing; break;
    case 403:
    case 501: error.code = Code::denied; break;
    case 409:
    case 412: error.code = Code::conflict; break;
    default: break;
  }
  // An upload in parts that is gone is the race's end, not the object's.
  if (refusal.type == "NoSuchUpload") error.code = Code::conflict;
  return error;
}

Result<test::ObjectVersion> S3Seam::find(std::string_view key) const {
  Result<test::ObjectVersion> found = state_.find(place_of(key), std::nullopt);
  if (!found.ok()) return understood(found.error());
  if (found->delete_marker) return understood(test::no_such_key(key));
  return found;
}

store::Head S3Seam::head_of(const test::ObjectVersion& version) const {
  store::Head head;
  head.size = version.object.content.size();
  head.tag = {version.object.etag};
  head.modified_micros = version.modified_micros / second_micros * second_micros;
  head.looked_micros = clock_.wall_micros() / second_micros * second_micros;
  head.version = version_text(version);
  for (const auto& [name, value] : version.object.fields.all()) {
    if (name.starts_with(metadata_prefix)) {
      head.metadata[name.substr(metadata_prefix.size())] = value;
    }
  }
  return head;
}

Result<store::Head> S3Seam::head(std::string_view key) { return head_of(SMITH_TRY(find(key))); }

Result<std::unique_ptr<store::Object>> S3Seam::open(std::string_view key) {
  store::Head now = SMITH_TRY(head(key));
  std::unique_ptr<store::Object> object =
      std::make_unique<SeamObject>(*this, std::string(key), std::move(now));
  return object;
}

Result<std::unique_ptr<store::Upload>> S3Seam::upload(const store::Expected& expected) {
  std::unique_ptr<store::Upload> upload = std::make_unique<SeamUpload>(*this, expected);
  return upload;
}

Result<> S3Seam::remove(std::string_view key, const store::Tag& tag) {
  Result<test::Removal> removed = state_.remove(place_of(key), std::nullopt, tag.text);
  if (!removed.ok()) return understood(removed.error());
  return {};
}

Result<store::ListPage> S3Seam::list(std::string_view prefix, std::string_view after) {
  if (hides_) return understood(test::access_denied("", "s3:ListBucket"));
  test::ListQuery query;
  query.prefix = prefix;
  query.after = after;
  query.keys_max = 3;
  Result<test::Listing> listing = state_.list(sim_bucket, query);
  if (!listing.ok()) return understood(listing.error());
  store::ListPage page;
  for (const test::Listed& listed : listing->objects) {
    page.objects.push_back({listed.key, listed.bytes, listed.modified_micros});
  }
  if (!listing->next.empty()) page.next = listing->next;
  return page;
}

Result<store::ListPage> S3Seam::list_versions(std::string_view prefix, std::string_view after) {
  store::ListPage page = SMITH_TRY(list(prefix, after));
  for (store::Listed& listed : page.objects) {
    Result<test::ObjectVersion> now = find(listed.key);
    if (now.ok()) listed.version = version_text(*now);
  }
  return page;
}

namespace {

class S3Lake : public Lake {
 public:
  S3Lake(Semantics semantics, const Habits& habits, Clock& clock)
      : state_(clock, {.part_bytes_min = 1}), seam_(state_, clock, habits) {
    SMITH_CHECK(state_.create_bucket(sim_bucket).ok(), "a bucket of a new state");
    auto versioning =
        semantics == Semantics::s3_versioned ? test::Versioning::enabled : test::Versioning::off;
    SMITH_CHECK(state_.set_versioning(sim_bucket, versioning).ok(), "of a bucket that is there");
  }

  store::Store& store(size_t) override { return seam_; }
  void put(const std::string& key, const std::string& bytes) override {
    put_by_hand(state_, key, bytes);
  }
  void erase(const std::string& key) override { erase_by_hand(state_, key); }
  std::optional<std::string> peek(const std::string& key) override {
    std::optional<test::ObjectVersion> found = find_by_hand(state_, key);
    if (!found.has_value()) return std::nullopt;
    return found->object.content.copy(0, found->object.content.size());
  }
  std::vector<std::string> keys(const std::string& prefix) override {
    return keys_by_hand(state_, prefix);
  }
  std::string version(const std::string& key) override {
    return version_text(*find_by_hand(state_, key));
  }
  size_t open_uploads() override { return state_.uploads(sim_bucket)->size(); }
  void hide_absence(bool hides) override { seam_.hide_absence(hides); }

 private:
  test::FakeS3State state_;
  S3Seam seam_;
};

}  // namespace

std::unique_ptr<Lake> make_s3_lake(Semantics semantics, const Habits& habits, Clock& clock) {
  return std::make_unique<S3Lake>(semantics, habits, clock);
}

}  // namespace silversmith::sim
