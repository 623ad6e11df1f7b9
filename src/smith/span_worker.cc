// SPDX-License-Identifier: Apache-2.0
#include "smith/span_worker.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace silversmith::smith {

namespace {

// Of an oversize record this much stands in rejects.parquet; rejects.csv has all of it.
constexpr size_t oversize_raw_bytes_max = size_t{64} << 10;
// Reject rows are encoded in batches of about this much text.
constexpr size_t reject_batch_bytes = size_t{1} << 20;

}  // namespace

struct SpanWorker::State {
  const SpanSetup& setup;
  csv::Tokeniser tokeniser;
  frame::Builder builder;
  parquet::RowGroupWriter silver;
  std::optional<parquet::RowGroupWriter> rejects;  // made for the first reject of a run
  frame::RejectColumns reject_columns;
  plain::Writer plain;
  std::string line_text;  // of text targets, reused
  SpanProduct product;
  Result<> kept;             // how keeping the rejects of the chunk at hand went
  frame::Reject oversize;    // the oversize record that is arriving
  std::string oversize_raw;  // its first bytes
  std::string oversize_end;  // its last two bytes so far: pieces may part CR and LF
  bool in_oversize = false;

  explicit State(const SpanSetup& given)
      : setup(given),
        tokeniser(given.plan.dialect, given.line_end, given.width, given.kernel),
        builder(given.plan, given.width),
        silver(setup.schema, setup.silver_options, given.spools),
        reject_columns(given.reject_source),
        plain(given.target == Target::jsonl ? plain::Format::jsonl : plain::Format::csv,
              given.plan) {
    builder.on_reject([this](const frame::Reject& reject) {
      if (kept.ok()) kept = keep_reject(reject);
    });
    if (given.blank_is_reject) tokeniser.set_blank_line(csv::BlankLine::fault);
  }

  Result<> flush_rejects() {
    if (reject_columns.rows() == 0) return {};
    if (!rejects.has_value()) {
      rejects.emplace(setup.reject_schema, setup.reject_options, setup.spools);
    }
    SMITH_TRY(rejects->append(reject_columns.columns(), reject_columns.rows()));
    reject_columns.clear();
    return {};
  }

  Result<> keep_raw(std::string_view bytes) {
    if (product.rejects_csv == nullptr) product.rejects_csv = setup.spools->make();
    return product.rejects_csv->append(bytes);
  }

  Result<> add_reject(const frame::Reject& reject) {
    reject_columns.add(reject);
    SpanCounts& counts = product.counts;
    if (counts.first_rejects.size() < first_rejects_max) {
      counts.first_rejects.push_back(frame::reject_json(reject));
    }
    if (reject.disposition == frame::Disposition::failed && counts.failure.is_null()) {
      counts.failure = frame::reject_json(reject);
    }
    if (reject_columns.bytes() >= reject_batch_bytes) SMITH_TRY(flush_rejects());
    return {};
  }

  Result<> keep_reject(const frame::Reject& reject) {
    SMITH_TRY(add_reject(reject));
    if (reject.disposition == frame::Disposition::nullified) return {};
    return keep_raw(reject.raw);
  }

  Result<> consume_records(const csv::Chunk& chunk) {
    const csv::Records& records = tokeniser.tokenise(chunk);
    frame::Place place{chunk.byte_offset, chunk.first_record, chunk.first_line, setup.line_end};
    const frame::Batch& batch = builder.build(records, place);
    SpanCounts& counts = product.counts;
    counts.rows_read += chunk.record_count;
    counts.rows += batch.rows;
    counts.rows_quarantined += batch.quarantined;
    counts.rows_skipped += records.blank_count;
    counts.cells_nullified += batch.cells_nullified;
    for (const auto& [code, count] : batch.reasons) counts.reasons[std::string(code)] += count;
    SMITH_CHECK(chunk.record_count == batch.rows + batch.quarantined + records.blank_count,
                "chunk at byte " + std::to_string(chunk.byte_offset) + " does not balance");
    SMITH_TRY(std::exchange(kept, {}));
    SMITH_CHECK(!batch.failed || !counts.failure.is_null(), "a failure without its record");
    SMITH_TRY(write_rows(records, batch));
    builder.trim();
    tokeniser.trim();
    return {};
  }

  Result<> write_rows(const csv::Records& records, const frame::Batch& batch) {
    if (batch.rows == 0) return {};
    if (setup.target == Target::parquet) return silver.append(batch.columns, batch.rows);
    line_text.clear();
    plain.rows(records, batch, line_text);
    if (product.text == nullptr) product.text = setup.spools->make();
    return product.text->append(line_text);
  }

  void begin_oversize(const csv::Chunk& chunk) {
    in_oversize = true;
    oversize_raw.clear();
    oversize_end.clear();
    oversize = {};
    oversize.row = chunk.first_record;
    oversize.line = chunk.first_line;
    oversize.line_end = chunk.first_line;
    oversize.byte_start = chunk.byte_offset;
    oversize.byte_end = chunk.byte_offset;
  }

  Result<> consume_oversize(const csv::Chunk& chunk) {
    if (!in_oversize) begin_oversize(chunk);
    std::string_view text = chunk.text();
    size_t room = oversize_raw_bytes_max - std::min(oversize_raw_bytes_max, oversize_raw.size());
    oversize_raw.append(text.substr(0, room));
    oversize.byte_end += text.size();
    oversize.line_end += chunk.line_count;
    oversize_end += text.substr(text.size() - std::min<size_t>(text.size(), 2));
    oversize_end.erase(0, oversize_end.size() - std::min<size_t>(oversize_end.size(), 2));
    SMITH_TRY(keep_raw(text));
    if (!chunk.last) return {};
    in_oversize = false;
    // A line end within a quote that is never closed is the record's own.
    size_t line_end_bytes = chunk.open_quote ? 0 : oversize_line_end();
    oversize.byte_end -= line_end_bytes;
    oversize.line_end -= line_end_bytes > 0 ? 1 : 0;
    return reject_oversize();
  }

  size_t oversize_line_end() const {
    if (oversize_end.ends_with("\r\n")) return 2;
    if (oversize_end.ends_with('\n')) return 1;
    return setup.line_end == csv::LineEnd::any && oversize_end.ends_with('\r') ? 1 : 0;
  }

  Result<> reject_oversize() {
    uint64_t bytes = oversize.byte_end - oversize.byte_start;
    frame::FieldError error;
    error.code = "record-too-long";
    error.message = "found a record of " + std::to_string(bytes) + " bytes, wanted at most " +
                    std::to_string(setup.plan.dialect.record_bytes_max) +
                    "; look for a quote that is never closed, or raise "
                    "silver:policy.limits.maxRecordBytes";
    error.byte_offset = oversize.byte_start;
    oversize.raw = oversize_raw;
    oversize.raw_truncated = oversize_raw.size() < bytes;
    oversize.errors.push_back(std::move(error));
    bool fails = setup.plan.structural == frame::Action::fail;
    oversize.disposition = fails ? frame::Disposition::failed : frame::Disposition::quarantined;
    ++product.counts.rows_read;
    ++product.counts.rows_quarantined;
    ++product.counts.reasons["record-too-long"];
    return add_reject(oversize);
  }
};

SpanWorker::SpanWorker(const SpanSetup& setup) : state_(std::make_unique<State>(setup)) {}
SpanWorker::SpanWorker(SpanWorker&&) noexcept = default;
SpanWorker::~SpanWorker() = default;

Result<> SpanWorker::consume(const csv::Chunk& chunk) {
  if (chunk.kind == csv::ChunkKind::oversize) return state_->consume_oversize(chunk);
  return state_->consume_records(chunk);
}

Result<SpanProduct> SpanWorker::finish() {
  State& state = *state_;
  SMITH_TRY(state.flush_rejects());
  if (state.rejects.has_value() && state.rejects->rows() > 0) {
    state.product.rejects = SMITH_TRY(state.rejects->finish());
  }
  if (state.silver.rows() > 0) state.product.row_group = SMITH_TRY(state.silver.finish());
  SpanProduct product = std::move(state.product);
  state.product = {};
  return product;
}

}  // namespace silversmith::smith
