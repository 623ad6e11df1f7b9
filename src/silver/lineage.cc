// SPDX-License-Identifier: Apache-2.0
#include "silver/lineage.h"

#include "base/hash.h"
#include "parquet/reader.h"

namespace silversmith::silver {

namespace {

constexpr std::string_view account_key = "silversmith.account";
constexpr std::string_view source_key_key = "silversmith.source_key";
constexpr std::string_view source_version_key = "silversmith.source_version";
constexpr std::string_view generation_key = "silversmith.generation";
constexpr std::string_view contract_key = "silversmith.contract";
constexpr std::string_view contract_version_key = "silversmith.contract_version";

uint64_t number_of(std::string_view text) {
  uint64_t number = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return 0;
    number = number * 10 + static_cast<uint64_t>(c - '0');
  }
  return number;
}

// Metadata travels as HTTP headers: printable ASCII only. Everything else is %XX, as is '%'.
std::string ascii_of(std::string_view text) {
  std::string ascii;
  for (char c : text) {
    bool plain = c > ' ' && c < 127 && c != '%';
    if (plain) {
      ascii += c;
    } else {
      ascii.append("%").append(to_hex({&c, 1}));
    }
  }
  return ascii;
}

std::optional<Lineage> from_metadata(const store::Metadata& metadata, std::string_view source_key) {
  auto text = [&](const char* name) {
    auto found = metadata.find(name);
    return found == metadata.end() ? std::string() : found->second;
  };
  Lineage lineage;
  lineage.source_version = text("sm-source-version");
  if (lineage.source_version.empty()) return std::nullopt;
  lineage.same_key = text("sm-source-key-sha256") == sha256_hex(source_key);
  lineage.generation = text("sm-generation");
  lineage.contract = text("sm-contract");
  lineage.contract_version = number_of(text("sm-contract-version"));
  return lineage;
}

std::optional<Lineage> from_footer(const parquet::Reader& reader, std::string_view source_key) {
  auto text = [&](std::string_view name) {
    const std::string* found = reader.key_value(name);
    return found == nullptr ? std::string() : *found;
  };
  Lineage lineage;
  lineage.source_version = ascii_of(text(source_version_key));
  if (lineage.source_version.empty()) return std::nullopt;
  lineage.same_key = text(source_key_key) == source_key;
  lineage.generation = text(generation_key);
  lineage.contract = ascii_of(text(contract_key));
  lineage.contract_version = number_of(text(contract_version_key));
  return lineage;
}

// What a read says about an object that is not a Parquet file of ours is: nothing. What stops us
// from knowing is an error.
bool is_foreign(const Error& error) {
  return error.code == Code::corrupt || error.code == Code::invalid || error.code == Code::limit;
}

}  // namespace

bool Lineage::made_from(std::string_view version) const {
  return source_version == ascii_of(version);
}

bool Lineage::made_under(std::string_view contract_name) const {
  return contract == ascii_of(contract_name);
}

Result<Held> look(store::Store& target, std::string_view key, std::string_view source_key) {
  Result<std::unique_ptr<store::Object>> opened = target.open(key);
  if (!opened.ok()) {
    if (opened.error().code == Code::missing) return Held{};
    Error error = std::move(opened).error();
    // A folder or a link under silver's name: nothing that a later try mends by itself.
    if (error.code == Code::invalid) {
      error.code = Code::denied;
      error.hint =
          "silver wants this name for itself, and no link is followed: move away what stands there";
    }
    return error;
  }
  store::Object& object = **opened;
  Held held;
  held.tag = object.head().tag;
  held.lineage = from_metadata(object.head().metadata, source_key);
  if (held.lineage.has_value()) return held;
  Result<parquet::Reader> reader = parquet::Reader::open(object);
  if (reader.ok()) {
    held.lineage = from_footer(*reader, source_key);
    return held;
  }
  if (!is_foreign(reader.error())) return std::move(reader).error().in("reading lineage");
  return held;
}

Result<Held> glance(store::Store& target, std::string_view key, std::string_view source_key) {
  Result<store::Head> head = target.head(key);
  if (head.ok()) {
    Held held{head->tag, from_metadata(head->metadata, source_key)};
    if (held.lineage.has_value()) return held;
  } else if (head.error().code == Code::missing) {
    return Held{};
  } else if (head.error().code != Code::invalid) {
    return std::move(head).error();
  }
  return look(target, key, source_key);
}

Result<std::optional<Json>> read_account(store::Store& target, std::string_view key,
                                         const store::Tag& tag) {
  std::optional<Json> account;
  Result<std::unique_ptr<store::Object>> opened = target.open(key);
  bool gone = !opened.ok() && opened.error().code == Code::missing;
  if (gone || (opened.ok() && (*opened)->head().tag != tag)) {
    return Error{Code::conflict, target.where(key) + " is no longer what it was", "", ""};
  }
  if (!opened.ok()) return std::move(opened).error();
  Result<parquet::Reader> reader = parquet::Reader::open(**opened);
  if (!reader.ok() && is_foreign(reader.error())) return account;
  if (!reader.ok()) return std::move(reader).error();
  const std::string* text = reader->key_value(account_key);
  if (text == nullptr) return account;
  Result<Json> json = parse_json(*text);
  if (json.ok() && json->is_object()) account = std::move(*json);
  return account;
}

parquet::KeyValues footer_of(const Account& account) {
  return {
      {std::string(account_key), account_json(account).dump()},
      {std::string(source_key_key), account.key},
      {std::string(source_version_key), account.source_version},
      {std::string(generation_key), account.generation},
      {std::string(contract_key), account.contract},
      {std::string(contract_version_key), std::to_string(account.contract_version)},
      {std::string(parquet::digest_key), account.content_digest},
  };
}

store::Metadata metadata_of(const Account& account) {
  return {
      {"sm-source-version", ascii_of(account.source_version)},
      {"sm-generation", account.generation},
      {"sm-contract", ascii_of(account.contract)},
      {"sm-contract-version", std::to_string(account.contract_version)},
      {"sm-source-key-sha256", sha256_hex(account.key)},
  };
}

}  // namespace silversmith::silver
