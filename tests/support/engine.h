// SPDX-License-Identifier: Apache-2.0
// The engine on texts in memory, for tests: everything that one conversion leaves, as strings.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "contract/parse.h"
#include "smith/pipeline.h"
#include "store/spool.h"
#include "support/memory_source.h"

namespace silversmith::test {

class TextSink : public ByteSink {
 public:
  Result<> write(std::string_view bytes) override {
    text += bytes;
    return {};
  }
  std::string text;
};

class TextOutputs : public smith::Outputs {
 public:
  Result<ByteSink*> silver() override { return open(silver_); }
  Result<ByteSink*> rejects_csv() override { return open(rejects_csv_); }
  Result<ByteSink*> rejects_parquet() override { return open(rejects_parquet_); }
  Result<parquet::KeyValues> seal(silver::Account&) override { return parquet::KeyValues(); }

  static std::string text_of(const std::optional<TextSink>& sink) {
    return sink.has_value() ? sink->text : "(none)";
  }
  std::string silver_text() const { return text_of(silver_); }
  std::string rejects_csv_text() const { return text_of(rejects_csv_); }
  std::string rejects_parquet_text() const { return text_of(rejects_parquet_); }

 private:
  static Result<ByteSink*> open(std::optional<TextSink>& sink) {
    SMITH_CHECK(!sink.has_value(), "a sink is asked for once");
    return &sink.emplace();
  }

  std::optional<TextSink> silver_, rejects_csv_, rejects_parquet_;
};

// "(none)" where a sink was never asked for.
struct Made {
  silver::Account account;
  std::string silver, rejects_csv, rejects_parquet;

  std::string fault() const { return account.faults.empty() ? "" : account.faults.front().code; }
  std::string message() const {
    return account.faults.empty() ? "" : account.faults.front().message;
  }
  bool operator==(const Made& other) const {
    return silver::account_json(account) == silver::account_json(other.account) &&
           silver == other.silver && rejects_csv == other.rejects_csv &&
           rejects_parquet == other.rejects_parquet && message() == other.message();
  }
};

// Small spans, so that small files have several row groups; one thread; text as the target.
inline smith::EngineOptions small_options() {
  smith::EngineOptions options;
  options.threads = 1;
  options.target = smith::Target::csv;
  return options;
}

inline contract::Contract contract_of(const std::string& text) {
  auto contract = contract::parse_contract(text, "test.yaml");
  SMITH_CHECK(contract.ok(), contract.ok() ? "" : contract.error().message);
  return *std::move(contract);
}

// With spools of its own where none are given.
inline Result<Made> try_convert(const smith::PipelineSetup& given,
                                const smith::Converter::OpenSource& open) {
  store::BudgetSpools spools(uint64_t{1} << 16, "/tmp");
  smith::PipelineSetup setup = given;
  if (setup.spools == nullptr) setup.spools = &spools;
  auto pipeline = SMITH_TRY(smith::make_pipeline(std::move(setup)));
  TextOutputs outputs;
  Made made;
  made.account = SMITH_TRY(pipeline->convert("bronze/a.csv", open, outputs));
  made.silver = outputs.silver_text();
  made.rejects_csv = outputs.rejects_csv_text();
  made.rejects_parquet = outputs.rejects_parquet_text();
  return made;
}

inline smith::Converter::OpenSource source_of(const std::string& text) {
  return [text]() -> Result<std::unique_ptr<ByteSource>> {
    return std::unique_ptr<ByteSource>(std::make_unique<MemorySource>(text));
  };
}

inline Made convert(const std::string& text, const smith::EngineOptions& options,
                    std::optional<contract::Contract> contract = std::nullopt) {
  smith::PipelineSetup setup;
  setup.options = options;
  setup.contract = std::move(contract);
  auto made = try_convert(setup, source_of(text));
  SMITH_CHECK(made.ok(), made.ok() ? "" : made.error().message);
  return *std::move(made);
}

}  // namespace silversmith::test
