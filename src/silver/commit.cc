// SPDX-License-Identifier: Apache-2.0
#include "silver/commit.h"

namespace silversmith::silver {

Result<Put> commit_once(store::Store& target, store::Upload& upload, std::string_view key) {
  Result<store::Tag> tag = upload.commit(key, {}, store::Condition::absent());
  if (tag.ok()) return Put::now;
  Error error = std::move(tag).error();
  if (error.code != Code::conflict) return error;
  // A conflict need not mean that the object is there: S3 answers 409 also when another request
  // on the key, say a delete, ran at the same time.
  if (SMITH_TRY(exists(target, key))) return Put::before;
  error.code = Code::busy;
  return error;
}

Result<Put> put_once(store::Store& target, std::string_view key, std::string_view bytes) {
  std::unique_ptr<store::Upload> upload = SMITH_TRY(target.upload({std::string(key), {}}));
  SMITH_TRY(upload->write(bytes));
  return commit_once(target, *upload, key);
}

Result<bool> exists(store::Store& target, std::string_view key) {
  Result<store::Head> head = target.head(key);
  if (head.ok()) return true;
  if (head.error().code == Code::missing) return false;
  return std::move(head).error();
}

Result<std::string> read_small(store::Store& from, std::string_view key, uint64_t bytes_max) {
  std::unique_ptr<store::Object> object = SMITH_TRY(from.open(key));
  if (object->size() > bytes_max) {
    return Error{Code::limit, from.where(key) + " is larger than " + std::to_string(bytes_max), "",
                 ""};
  }
  std::string bytes(object->size(), '\0');
  SMITH_TRY(object->read_at(0, bytes));
  return bytes;
}

}  // namespace silversmith::silver
