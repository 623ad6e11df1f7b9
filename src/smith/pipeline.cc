// SPDX-License-Identifier: Apache-2.0
#include "smith/pipeline.h"

#include <functional>
#include <mutex>
#include <vector>

#include "base/thread.h"
#include "csv/scan.h"
#include "frame/infer.h"
#include "smith/assembler.h"
#include "smith/delivery.h"
#include "smith/feed.h"
#include "smith/memory.h"
#include "smith/pass.h"
#include "smith/plan.h"
#include "smith/span_worker.h"
#include "smith/zones.h"

namespace silversmith::smith {

namespace {

constexpr std::string_view version_text = "0.1.0";

void report(Progress* progress, const SpanProduct& product) {
  if (progress == nullptr) return;
  progress->rows.fetch_add(product.counts.rows, std::memory_order_relaxed);
  progress->rejects.fetch_add(product.counts.rows_quarantined, std::memory_order_relaxed);
}

// One worker thread's life: claim a span, consume it, deliver it.
Result<> work(const SpanSetup& setup, Feed& feed, Progress* progress, Delivery& delivery) {
  SpanWorker worker(setup);
  while (auto span = feed.claim()) {
    while (auto chunk = feed.pop(*span)) {
      SMITH_TRY(worker.consume(*chunk));
      feed.give_back(std::move(*chunk));
    }
    if (!feed.whole(*span)) return {};
    SpanProduct product = SMITH_TRY(worker.finish());
    report(progress, product);
    if (!delivery.add(*span, std::move(product))) {
      feed.stop();
      return {};
    }
  }
  return {};
}

class Pipeline : public Converter {
 public:
  Pipeline(PipelineSetup setup, csv::Dialect dialect)
      : setup_(std::move(setup)), dialect_(std::move(dialect)) {
    terms_.identity = outcome_hash(setup_.options, contract(), dialect_, Format::included);
    terms_.outcome = outcome_hash(setup_.options, contract(), dialect_, Format::left_out);
    terms_.hash = contract() == nullptr ? terms_.outcome : contract()->hash;
    terms_.bad_ratio_warn = bounds().bad_ratio_warn;
    if (contract() == nullptr) return;
    terms_.contract = contract()->name;
    terms_.version = contract()->version;
  }

  const Terms& terms() const override { return terms_; }

  Result<silver::Account> convert(const std::string& key, const OpenSource& open,
                                  Outputs& outputs) override {
    silver::Account account;
    account.key = key;
    account.contract = terms_.contract;
    account.contract_version = terms_.version;
    account.contract_hash = terms_.hash;
    account.engine_version = version_text;
    auto converted = convert_pass(account, open, outputs);
    if (converted) return converted;
    const Error& error = converted.error();
    if (error.type == empty_source_type && empty_allowed()) return empty_table(account, outputs);
    bool data_fault =
        !error.type.empty() && (error.code == Code::invalid || error.code == Code::corrupt);
    if (!data_fault) return std::move(converted).error();
    account.faults.push_back({error.type, error.message, error.hint});
    return account;
  }

 private:
  PassOptions pass_options() const {
    const EngineOptions& options = setup_.options;
    return {dialect_,        options.chunk_bytes,
            options.kernel,  options.span_bytes_min,
            setup_.progress, inflate_window_bytes_max(options)};
  }

  uint64_t raw_bytes_read() const {
    return setup_.progress == nullptr ? 0 : setup_.progress->raw_bytes.load();
  }
  void set_raw_bytes(uint64_t bytes) {
    if (setup_.progress != nullptr) setup_.progress->raw_bytes = bytes;
  }

  const contract::Contract* contract() const {
    return setup_.contract.has_value() ? &*setup_.contract : nullptr;
  }

  Result<std::vector<std::string>> labels_of(const Pass& pass, const OpenSource& open) {
    if (dialect_.header) return join_header(pass.header_rows, dialect_);
    if (contract() == nullptr) {
      PassOptions options = pass_options();
      options.progress = nullptr;
      return std::vector<std::string>(SMITH_TRY(probe_width(open, options)));
    }
    std::vector<std::string> labels;
    for (const contract::Field& field : contract()->fields) labels.push_back(field.name);
    return labels;
  }

  Result<silver::Account> convert_pass(const silver::Account& account, const OpenSource& open,
                                       Outputs& outputs) {
    PassOptions options = pass_options();
    Pass pass = SMITH_TRY(open_pass(open, options));
    std::vector<std::string> labels = SMITH_TRY(labels_of(pass, open));
    PlanDraft draft = make_plan(contract(), setup_.options, dialect_, labels);
    if (!draft.faults.empty()) {
      silver::Account refused = account;
      refused.faults = draft.faults;
      return refused;
    }
    // Without a header these are the first bytes that are read, and they tell the decoder.
    SMITH_TRY(begin_records(pass, options, labels.size()));
    MemoryPlan memory = SMITH_TRY(
        plan_memory(setup_.options, draft.plan.columns.size(), pass.reader->history_bytes_max()));
    if (!draft.inferred.empty()) {
      SMITH_TRY(infer(draft, pass, memory));
      set_raw_bytes(0);  // the second pass is the one that the progress line shows
      pass = SMITH_TRY(open_pass(open, options));
      SMITH_TRY(begin_records(pass, options, labels.size()));
    }
    uint64_t raw_bytes = raw_bytes_read();
    SMITH_TRY(settle_zones(draft, pass, open, options));
    set_raw_bytes(raw_bytes);  // a look ahead is no progress
    SpanSetup setup = span_setup(account, draft.plan, pass.line_end, memory);
    Assembler assembler(setup, bounds(), outputs);
    return convert_records(account, {setup, pass, memory, assembler});
  }

  bool empty_allowed() const {
    if (setup_.options.empty_source == EmptySource::refuse) return false;
    return setup_.options.target != Target::parquet || contract() != nullptr;
  }

  // No bytes came: the contract's columns without a row, or a text without a byte.
  Result<silver::Account> empty_table(const silver::Account& account, Outputs& outputs) {
    if (setup_.options.target != Target::parquet) {
      SMITH_TRY(outputs.silver());
      return account;
    }
    std::vector<std::string> labels;
    for (const contract::Field& field : contract()->fields) labels.push_back(field.name);
    PlanDraft draft = make_plan(contract(), setup_.options, dialect_, labels);
    MemoryPlan memory = SMITH_TRY(plan_memory(setup_.options, labels.size(), 0));
    SpanSetup setup = span_setup(account, draft.plan, csv::LineEnd::newline, memory);
    Assembler assembler(setup, bounds(), outputs);
    return assembler.finish(account, csv::SplitterTotals());
  }

  // The typing scan: every span by whichever thread is free; scans merge in any order.
  Result<frame::TypeScan> scan_types(uint32_t width, Pass& pass, const MemoryPlan& memory) {
    frame::TypeScan all(dialect_, width);
    if (memory.threads == 1) {
      csv::Tokeniser tokeniser(dialect_, pass.line_end, width, setup_.options.kernel);
      std::optional<csv::Chunk> chunk = std::move(pass.first);
      while (chunk.has_value()) {
        if (chunk->kind == csv::ChunkKind::records) all.observe(tokeniser.tokenise(*chunk));
        pass.splitter->recycle(std::move(chunk->buffer));
        chunk = SMITH_TRY(pass.splitter->next());
      }
      return all;
    }
    std::mutex merging;
    Feed feed(*pass.splitter, feed_options(memory));
    auto scan = [&]() -> Result<> {
      frame::TypeScan mine(dialect_, width);
      csv::Tokeniser tokeniser(dialect_, pass.line_end, width, setup_.options.kernel);
      while (auto span = feed.claim()) {
        while (auto chunk = feed.pop(*span)) {
          if (chunk->kind == csv::ChunkKind::records) mine.observe(tokeniser.tokenise(*chunk));
          feed.give_back(std::move(*chunk));
        }
        if (feed.whole(*span)) feed.settle(*span);
      }
      std::lock_guard lock(merging);
      all.merge(mine);
      return {};
    };
    SMITH_TRY(run_threads(feed, pass, memory.threads, scan));
    return all;
  }

  Result<> infer(PlanDraft& draft, Pass& pass, const MemoryPlan& memory) {
    auto width = static_cast<uint32_t>(draft.plan.labels.size());
    frame::TypeScan all = SMITH_TRY(scan_types(width, pass, memory));
    std::vector<frame::Type> types = all.types();
    for (size_t index : draft.inferred) {
      frame::ColumnPlan& column = draft.plan.columns[index];
      column.type = types[static_cast<size_t>(column.source)];
      column.quoted_empty_is_text = column.type.kind == frame::Kind::text;
    }
    return {};
  }

  // The contract's limits, or the defaults.
  contract::Limits bounds() const {
    return contract() == nullptr ? contract::Limits() : contract()->policy.limits;
  }

  SpanSetup span_setup(const silver::Account& account, const frame::Plan& plan,
                       csv::LineEnd line_end, const MemoryPlan& memory) const {
    SpanSetup setup{.plan = plan};
    setup.line_end = line_end;
    setup.blank_is_reject =
        contract() != nullptr && contract()->policy.blank_lines == contract::BlankLines::quarantine;
    setup.width = static_cast<uint32_t>(plan.labels.size());
    setup.target = setup_.options.target;
    for (const frame::ColumnPlan& column : plan.columns) {
      setup.schema.push_back({column.name, column.type, false});
    }
    for (const frame::RejectField& field : frame::reject_fields()) {
      setup.reject_schema.push_back({std::string(field.name), field.type, false});
    }
    std::string created_by = "silversmith version " + std::string(version_text) + " (build " +
                             std::to_string(silver::format_version) + ")";
    setup.silver_options = parquet::WriterOptions::for_columns(plan.columns.size());
    setup.silver_options.codec = settle_codec(setup_.options, contract());
    setup.silver_options.created_by = created_by;
    setup.silver_options.memory_bytes_max = memory.silver_pages_bytes;
    setup.silver_options.footer_bytes_max = memory.footer_bytes;
    setup.reject_options = parquet::WriterOptions::for_columns(setup.reject_schema.size());
    setup.reject_options.codec = parquet::Codec::snappy;
    setup.reject_options.late_column = frame::late_reject_field;
    setup.reject_options.created_by = created_by;
    setup.reject_options.memory_bytes_max = memory.reject_pages_bytes;
    setup.reject_options.footer_bytes_max = memory.footer_bytes;
    setup.reject_source = {account.key, account.contract, account.contract_version};
    setup.spools = setup_.spools;
    setup.kernel = setup_.options.kernel;
    return setup;
  }

  struct Conversion {
    const SpanSetup& setup;
    Pass& pass;
    const MemoryPlan& memory;
    Assembler& assembler;
  };

  Result<silver::Account> convert_records(silver::Account account, const Conversion& conversion) {
    conversion.assembler.set_header_text(conversion.pass.header_text);
    bool complete = SMITH_TRY(conversion.memory.threads == 1 ? convert_inline(conversion)
                                                             : convert_threaded(conversion));
    csv::SplitterTotals totals;
    if (complete) totals = conversion.pass.splitter->totals();
    account.bytes_in = totals.bytes;
    return conversion.assembler.finish(std::move(account), totals);
  }

  // False when the file was refused before its end.
  Result<bool> convert_inline(const Conversion& conversion) {
    Pass& pass = conversion.pass;
    SpanWorker worker(conversion.setup);
    std::optional<csv::Chunk> chunk = std::move(pass.first);
    while (chunk.has_value()) {
      uint64_t span = chunk->span_index;
      while (chunk.has_value() && chunk->span_index == span) {
        SMITH_TRY(worker.consume(*chunk));
        pass.splitter->recycle(std::move(chunk->buffer));
        chunk = SMITH_TRY(pass.splitter->next());
      }
      SpanProduct product = SMITH_TRY(worker.finish());
      report(setup_.progress, product);
      if (!SMITH_TRY(conversion.assembler.add(std::move(product)))) return false;
    }
    return true;
  }

  // As convert_inline, to the byte and to the error: what the source fails with counts only when
  // the spans before it did not refuse the file, and no worker failed.
  Result<bool> convert_threaded(const Conversion& conversion) {
    Feed feed(*conversion.pass.splitter, feed_options(conversion.memory));
    Delivery delivery([&](uint64_t span, SpanProduct product) {
      Result<bool> going = conversion.assembler.add(std::move(product));
      feed.settle(span);
      return going;
    });
    Result<> ran = run_threads(feed, conversion.pass, conversion.memory.threads, [&] {
      return work(conversion.setup, feed, setup_.progress, delivery);
    });
    if (!SMITH_TRY(delivery.outcome())) return false;
    SMITH_TRY(std::move(ran));
    SMITH_CHECK(delivery.drained(), "spans are left behind");
    return true;
  }

  static FeedOptions feed_options(const MemoryPlan& memory) {
    return {memory.ring_bytes, uint64_t{memory.threads} + 1};
  }

  // Runs `body` on every worker thread while this thread reads and splits. Fails with what a worker
  // fails with, else with what the reader does.
  static Result<> run_threads(Feed& feed, Pass& pass, uint32_t count,
                              const std::function<Result<>()>& body) {
    if (pass.first.has_value()) feed.prime(std::move(*pass.first));
    std::vector<Result<>> outcomes(count);
    std::vector<Thread> threads;
    Result<> started;
    for (Result<>& outcome : outcomes) {
      Result<Thread> thread = Thread::start([&body, &feed, &outcome] {
        outcome = body();
        if (!outcome) feed.stop();
      });
      if (!thread) {  // fewer than asked for give the same bytes, only later
        started = std::move(thread).error();
        break;
      }
      threads.push_back(std::move(*thread));
    }
    if (threads.empty()) return started;
    Result<> produced = feed.produce();
    threads.clear();  // joins them
    // What a worker failed with comes before what the reader met: it was still working on bytes in
    // front of that. A full disk must not be told as a damaged file, which would be refused.
    for (Result<>& outcome : outcomes) SMITH_TRY(std::move(outcome));
    return produced;
  }

  PipelineSetup setup_;
  csv::Dialect dialect_;
  Terms terms_;
};

}  // namespace

std::string_view engine_version() { return version_text; }

Result<std::unique_ptr<Converter>> make_pipeline(PipelineSetup setup) {
  SMITH_CHECK(setup.spools != nullptr, "a pipeline needs spools");
  const contract::Contract* contract = setup.contract.has_value() ? &*setup.contract : nullptr;
  csv::Dialect dialect = SMITH_TRY(settle_dialect(setup.options, contract));
  SMITH_TRY(csv::find_kernel(setup.options.kernel));
  return std::unique_ptr<Converter>(
      std::make_unique<Pipeline>(std::move(setup), std::move(dialect)));
}

}  // namespace silversmith::smith
