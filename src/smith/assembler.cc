// SPDX-License-Identifier: Apache-2.0
#include "smith/assembler.h"

#include <algorithm>

#include "base/buffer.h"
#include "base/text.h"

namespace silversmith::smith {

namespace {

constexpr size_t copy_bytes = size_t{256} << 10;

Result<> copy_spool(Spool& spool, ByteSink& sink) {
  Buffer<char> block;
  block.resize(std::min<uint64_t>(copy_bytes, spool.size()));
  for (uint64_t at = 0; at < spool.size();) {
    size_t count = std::min<uint64_t>(block.size(), spool.size() - at);
    SMITH_TRY(spool.read_at(at, {block.data(), count}));
    SMITH_TRY(sink.write({block.data(), count}));
    at += count;
  }
  return {};
}

std::string percent(double ratio) {
  std::string text = std::to_string(ratio * 100);
  return text.substr(0, text.find('.') + 3) + " %";
}

}  // namespace

struct Assembler::State {
  const SpanSetup& setup;
  const contract::Limits limits;  // a copy: callers pass what a contract or nobody declared
  Outputs& outputs;
  std::string header_text;
  SpanCounts total;
  std::vector<silver::FileFault> faults;
  ByteSink* silver_sink = nullptr;
  ByteSink* csv_sink = nullptr;
  std::optional<parquet::FileWriter> silver_file;
  std::optional<parquet::FileWriter> rejects_file;

  State(const SpanSetup& s, const contract::Limits& l, Outputs& o)
      : setup(s), limits(l), outputs(o) {}

  void count(const SpanCounts& counts) {
    total.rows_read += counts.rows_read;
    total.rows += counts.rows;
    total.rows_quarantined += counts.rows_quarantined;
    total.rows_skipped += counts.rows_skipped;
    total.cells_nullified += counts.cells_nullified;
    for (const auto& [code, n] : counts.reasons) total.reasons[code] += n;
    for (const Json& reject : counts.first_rejects) {
      if (total.first_rejects.size() < first_rejects_max) total.first_rejects.push_back(reject);
    }
    if (!counts.failure.is_null()) fail_on(counts.failure);
  }

  void fail_on(const Json& reject) {
    std::string reason = "record " + std::to_string(reject.int_or("row", 0)) + ", line " +
                         std::to_string(reject.int_or("line", 0)) + ": " +
                         reject.text_or("message", "");
    faults.push_back({"limit-exceeded", reason + " (the contract's action for this is fail)",
                      "correct the record and upload the file again, or set the action to "
                      "quarantine"});
  }

  void check_limits() {
    uint64_t bad = total.rows_quarantined;
    if (limits.bad_rows_max.has_value() && bad > *limits.bad_rows_max) {
      faults.push_back({"limit-exceeded",
                        std::to_string(bad) + " bad records, at most " +
                            std::to_string(*limits.bad_rows_max) +
                            " are allowed (limits.maxBadRows)",
                        "correct the file, or raise the limit"});
      return;
    }
    if (!limits.bad_ratio_max.has_value() || total.rows_read < limits.ratio_after_rows) return;
    double ratio = static_cast<double>(bad) / static_cast<double>(total.rows_read);
    if (ratio <= *limits.bad_ratio_max) return;
    faults.push_back({"limit-exceeded",
                      std::to_string(bad) + " of " + std::to_string(total.rows_read) +
                          " records are bad (" + percent(ratio) + "), at most " +
                          percent(*limits.bad_ratio_max) + " are allowed (limits.maxBadRatio)",
                      "check the contract against the file; correct the file, or raise the limit"});
  }

  Result<> write(SpanProduct& product) {
    if (product.row_group.has_value()) {
      SMITH_TRY(open_silver());
      SMITH_TRY(silver_file->append(std::move(*product.row_group)));
    }
    if (product.text != nullptr) {
      SMITH_TRY(open_silver());
      SMITH_TRY(copy_spool(*product.text, *silver_sink));
    }
    if (product.rejects.has_value()) {
      SMITH_TRY(open_rejects());
      SMITH_TRY(rejects_file->append(std::move(*product.rejects)));
    }
    if (product.rejects_csv != nullptr) {
      SMITH_TRY(open_rejects_csv());
      SMITH_TRY(copy_spool(*product.rejects_csv, *csv_sink));
    }
    return {};
  }

  Result<> open_silver() {
    if (silver_sink != nullptr) return {};
    silver_sink = SMITH_TRY(outputs.silver());
    if (setup.target == Target::parquet) {
      silver_file.emplace(setup.schema, setup.silver_options, *silver_sink, setup.spools);
      return {};
    }
    std::string header;
    plain::Writer(setup.target == Target::jsonl ? plain::Format::jsonl : plain::Format::csv,
                  setup.plan)
        .header(header);
    return silver_sink->write(header);
  }

  Result<> open_rejects() {
    if (rejects_file.has_value()) return {};
    ByteSink* sink = SMITH_TRY(outputs.rejects_parquet());
    rejects_file.emplace(setup.reject_schema, setup.reject_options, *sink, setup.spools);
    return {};
  }

  Result<> open_rejects_csv() {
    if (csv_sink != nullptr) return {};
    csv_sink = SMITH_TRY(outputs.rejects_csv());
    return csv_sink->write(header_text);
  }

  // "extra-cell 2, type-error 1"
  std::string reasons_text() const {
    std::vector<std::string> parts;
    for (const auto& [code, n] : total.reasons) parts.push_back(code + " " + std::to_string(n));
    return join(parts, ", ");
  }

  void check_whole_file(const csv::SplitterTotals& totals) {
    if (totals.open_quote_record != 0) {
      faults.push_back({"unterminated-quote",
                        "a quote opened in record " + std::to_string(totals.open_quote_record) +
                            " (line " + std::to_string(totals.open_quote_line) + ", byte " +
                            std::to_string(totals.open_quote_byte) +
                            ") is still open at the end of the file",
                        "close the quote, or declare the dialect's quoteChar"});
    }
    if (total.rows == 0 && total.rows_quarantined > 0) {
      faults.push_back({"limit-exceeded",
                        "none of the " + std::to_string(total.rows_read - total.rows_skipped) +
                            " records was accepted (" + reasons_text() + ")",
                        "check the contract and the dialect against the file"});
    }
    if (total.rows < limits.rows_min) {
      faults.push_back({"row-count",
                        std::to_string(total.rows) + " records were accepted, at least " +
                            std::to_string(limits.rows_min) + " are wanted (limits.minRows)",
                        "check that the upload is complete"});
    }
  }

  void fill(silver::Account& account) {
    account.rows_read = total.rows_read;
    account.rows = total.rows;
    account.rows_quarantined = total.rows_quarantined;
    account.rows_skipped = total.rows_skipped;
    account.cells_nullified = total.cells_nullified;
    account.reasons = total.reasons;
    account.first_rejects = total.first_rejects;
    account.faults = faults;
  }

  Result<> seal(silver::Account& account) {
    SMITH_TRY(open_silver());
    if (silver_file.has_value()) {
      parquet::FileSummary summary = silver_file->summary();
      account.content_digest = summary.digest.hex();
      for (const parquet::ColumnSummary& column : summary.columns) {
        account.columns.push_back({column.name, frame::describe(column.type), column.null_count,
                                   column.has_min_max, column.min, column.max});
      }
    }
    parquet::KeyValues key_values = SMITH_TRY(outputs.seal(account));
    if (silver_file.has_value()) SMITH_TRY(silver_file->finish(key_values));
    return finish_rejects(account, key_values);
  }

  // Without a lake (convert) nothing names the version.
  Result<> finish_rejects(const silver::Account& account, const parquet::KeyValues& key_values) {
    if (!rejects_file.has_value()) return {};
    std::optional<std::string_view> version;
    if (!account.source_version.empty()) version = account.source_version;
    SMITH_TRY(rejects_file->fill_late(version));
    SMITH_TRY(rejects_file->finish(key_values));
    return {};
  }
};

Assembler::Assembler(const SpanSetup& setup, const contract::Limits& limits, Outputs& outputs)
    : state_(std::make_unique<State>(setup, limits, outputs)) {}
Assembler::Assembler(Assembler&&) noexcept = default;
Assembler::~Assembler() = default;

void Assembler::set_header_text(std::string header) { state_->header_text = std::move(header); }

Result<bool> Assembler::add(SpanProduct product) {
  State& state = *state_;
  state.count(product.counts);
  state.check_limits();
  if (!state.faults.empty()) return false;
  SMITH_TRY(state.write(product));
  return true;
}

Result<silver::Account> Assembler::finish(silver::Account account,
                                          const csv::SplitterTotals& totals) {
  State& state = *state_;
  if (state.faults.empty()) state.check_whole_file(totals);
  state.fill(account);
  SMITH_CHECK(account.balances(), account.key + " does not balance: nothing is published");
  if (!account.refused()) SMITH_TRY(state.seal(account));
  return account;
}

}  // namespace silversmith::smith
