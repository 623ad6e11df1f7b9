// SPDX-License-Identifier: Apache-2.0
#include "sim/fake_engine.h"

#include <array>

#include "base/hash.h"
#include "parquet/file.h"

namespace silversmith::sim {

namespace {

uint64_t number_after(const std::string& text, const std::string& name) {
  size_t at = text.find(name);
  return at == std::string::npos ? 0 : std::stoull(text.substr(at + name.size()));
}

Result<std::string> read_all(ByteSource& source) {
  std::string text;
  std::array<char, 16> piece;  // small, so that a rewrite can fall between two reads
  while (size_t count = SMITH_TRY(source.read(piece))) text.append(piece.data(), count);
  return text;
}

class FakeConverter : public smith::Converter {
 public:
  explicit FakeConverter(uint64_t version)
      : terms_{"orders", version, sha256_hex("orders" + std::to_string(version)), "hash",
               std::to_string(version)} {}

  const smith::Terms& terms() const override { return terms_; }

  Result<silver::Account> convert(const std::string& key, const OpenSource& open,
                                  smith::Outputs& outputs) override {
    std::unique_ptr<ByteSource> source = SMITH_TRY(open());
    std::string text = SMITH_TRY(read_all(*source));
    SMITH_TRY(read_again(open, text));
    silver::Account account;
    account.key = key;
    account.contract = terms_.contract;
    account.contract_version = terms_.version;
    account.contract_hash = terms_.hash;
    account.bytes_in = text.size();
    if (is_refused(text)) {
      account.faults.push_back({"source-error", "refused", ""});
      return account;
    }
    account.rows = number_after(text, "good=");
    account.rows_quarantined = bad_rows_of(text);
    account.rows_read = account.rows + account.rows_quarantined;
    account.content_digest = digest_of(text);
    SMITH_TRY(write(account, outputs));
    return account;
  }

 private:
  // As inference does, which one contract in two spares.
  Result<> read_again(const OpenSource& open, const std::string& text) {
    if (terms_.version % 2 == 0) return {};
    std::unique_ptr<ByteSource> source = SMITH_TRY(open());
    if (SMITH_TRY(read_all(*source)) == text) return {};
    return Error{Code::corrupt, "two passes read different bytes", "", "sim-torn"};
  }

  Result<> write(silver::Account& account, smith::Outputs& outputs) {
    ByteSink* silver = SMITH_TRY(outputs.silver());
    parquet::Schema schema = {{"value", {frame::Kind::int64}, false}};
    parquet::FileWriter file(schema, parquet::WriterOptions::for_columns(1), *silver);
    if (account.rows_quarantined > 0) {
      ByteSink* rejects = SMITH_TRY(outputs.rejects_csv());
      SMITH_TRY(rejects->write("rejects of " + account.content_digest));
    }
    parquet::KeyValues key_values = SMITH_TRY(outputs.seal(account));
    SMITH_TRY(file.finish(key_values));
    return {};
  }

  smith::Terms terms_;
};

}  // namespace

Result<std::unique_ptr<smith::Converter>> FakeConverters::for_key(std::string_view,
                                                                  smith::Reread reread) {
  bool can = where_ == Contracts::in_the_lake;
  if (can && reread == smith::Reread::now) known_ = contract_.newest;
  std::unique_ptr<smith::Converter> converter = std::make_unique<FakeConverter>(known_);
  return converter;
}

std::string digest_of(const std::string& text) { return content_hash(text).hex(); }
bool is_refused(const std::string& text) { return text.starts_with("refuse"); }
uint64_t bad_rows_of(const std::string& text) { return number_after(text, "bad="); }

}  // namespace silversmith::sim
