// SPDX-License-Identifier: Apache-2.0
// Which source made the silver object that stands there now. The object itself says so: by its
// metadata where the store keeps any, else by the key-value pairs of its Parquet footer. This, not
// the receipt, is the state that the commit protocol compares
// (docs/decisions/0050-commit-protocol.md and 0052-receipts-and-lineage.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "parquet/file.h"
#include "silver/account.h"
#include "store/store.h"

namespace silversmith::silver {

// Texts are as metadata holds them: what is not printable ASCII stands as %XX.
struct Lineage {
  bool same_key = false;  // whether it names the source key that was asked for
  std::string source_version;
  std::string generation;
  std::string contract;
  uint64_t contract_version = 0;

  bool made_from(std::string_view version) const;
  bool made_under(std::string_view contract_name) const;
};

// What silver holds under one key.
struct Held {
  std::optional<store::Tag> tag;   // absent: there is no object
  std::optional<Lineage> lineage;  // absent although there is an object: it is not ours

  bool exists() const { return tag.has_value(); }
  // Whether it is of the source key that was asked for, and of that version of it.
  bool is_of_key() const { return lineage.has_value() && lineage->same_key; }
  bool made_from(std::string_view version) const {
    return is_of_key() && lineage->made_from(version);
  }
};

// Looks at `key` in `target`; `source_key` is whose silver it should be.
// Fails with denied, busy, conflict (it changed under the look).
Result<Held> look(store::Store& target, std::string_view key, std::string_view source_key);

// The same by the object's metadata alone where that says it, which in S3 is one HEAD and no byte
// of the object. Fails as look() does.
Result<Held> glance(store::Store& target, std::string_view key, std::string_view source_key);

// The account in the footer of the silver object in the state `tag`, as it stands there; nothing
// when that object has none. Fails with denied, busy, conflict (it is in another state now, or
// gone).
Result<std::optional<Json>> read_account(store::Store& target, std::string_view key,
                                         const store::Tag& tag);

// For the footers of silver and of rejects: the account, and what lineage reads.
parquet::KeyValues footer_of(const Account& account);
// For the object's metadata: only what is known before the upload starts; ASCII.
store::Metadata metadata_of(const Account& account);

}  // namespace silversmith::silver
