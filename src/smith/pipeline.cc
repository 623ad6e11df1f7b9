// SPDX-License-Identifier: Apache-2.0
#include "smith/pipeline.h"

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "csv/field.h"
#include "frame/infer.h"
#include "smith/assembler.h"
#include "smith/feed.h"
#include "smith/memory.h"
#include "smith/pass.h"
#include "smith/plan.h"
#include "smith/span_worker.h"

namespace silversmith::smith {

namespace {

constexpr std::string_view version_text = "0.1.0";

// Products in any order → the assembler in span order. Finished spans wait here for their turn.
struct Delivery {
  struct Guarded {
    std::mutex mutex;
    std::map<uint64_t, SpanProduct> waiting;
    uint64_t next = 0;
    bool refused = false;
    std::optional<Error> error;
  } guarded;

  // True while the run goes on.
  bool add(uint64_t span, SpanProduct product, Assembler& assembler, Feed& feed) {
    std::lock_guard lock(guarded.mutex);
    if (guarded.refused || guarded.error.has_value()) return false;
    guarded.waiting.emplace(span, std::move(product));
    while (!guarded.waiting.empty() && guarded.waiting.begin()->first == guarded.next) {
      auto going = assembler.add(std::move(guarded.waiting.begin()->second));
      guarded.waiting.erase(guarded.waiting.begin());
      feed.settle(guarded.next++);
      if (!going) {
        guarded.error = std::move(going).error();
      } else if (!*going) {
        guarded.refused = true;
      }
      if (!going || !*going) return false;
    }
    return true;
  }

  void fail(Error error) {
    std::lock_guard lock(guarded.mutex);
    if (!guarded.error.has_value()) guarded.error = std::move(error);
  }
};

void report(Progress* progress, const SpanProduct& product) {
  if (progress == nullptr) return;
  progress->rows.fetch_add(product.counts.rows, std::memory_order_relaxed);
  progress->rejects.fetch_add(product.counts.rows_quarantined, std::memory_order_relaxed);
}

// One worker thread's life: claim a span, consume it, deliver it.
Result<> work(SpanWorker& worker, Feed& feed, Progress* progress,
              const std::function<bool(uint64_t, SpanProduct)>& deliver) {
  while (auto span = feed.claim()) {
    while (auto chunk = feed.pop(*span)) {
      SMITH_TRY(worker.consume(*chunk));
      feed.give_back(std::move(*chunk));
    }
    SpanProduct product = SMITH_TRY(worker.finish());
    report(progress, product);
    if (!deliver(*span, std::move(product))) {
      feed.stop();
      return {};
    }
  }
  return {};
}

// Whether a datetime's text carries an offset: a Z, or a sign behind the date.
bool has_offset(std::string_view text) {
  constexpr size_t date_size = 10;
  if (text.size() <= date_size) return false;
  return text.find_first_of("Zz+-", date_size) != std::string_view::npos;
}

class Pipeline : public Converter {
 public:
  Pipeline(PipelineSetup setup, csv::Dialect dialect)
      : setup_(std::move(setup)), dialect_(std::move(dialect)) {
    terms_.identity = outcome_identity(setup_.options, contract(), dialect_);
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
    account.contract_hash =
        setup_.contract.has_value() ? setup_.contract->hash : terms_.identity;
    account.engine_version = version_text;
    auto converted = convert_pass(account, open, outputs);
    if (converted) return converted;
    const Error& error = converted.error();
    bool data_fault = !error.type.empty() &&
                      (error.code == Code::invalid || error.code == Code::corrupt);
    if (!data_fault) return std::move(converted).error();
    account.faults.push_back({error.type, error.message, error.hint});
    return account;
  }

 private:
  PassOptions pass_options() const {
    const EngineOptions& options = setup_.options;
    return {dialect_, options.chunk_bytes, options.kernel, options.span_bytes_min,
            setup_.progress};
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
    auto opened = open_pass(open, options);
    if (!opened && opened.error().type == "source-error" && empty_allowed()) {
      return empty_table(account, outputs);
    }
    Pass pass = SMITH_TRY(std::move(opened));
    std::vector<std::string> labels = SMITH_TRY(labels_of(pass, open));
    PlanDraft draft = make_plan(contract(), setup_.options, dialect_, labels);
    if (!draft.faults.empty()) {
      silver::Account refused = account;
      refused.faults = draft.faults;
      return refused;
    }
    MemoryPlan memory = SMITH_TRY(plan_memory(setup_.options, draft.plan.columns.size()));
    SMITH_TRY(begin_records(pass, options, labels.size()));
    if (!draft.inferred.empty()) {
      SMITH_TRY(infer(draft, pass, memory));
      pass = SMITH_TRY(open_pass(open, options));
      SMITH_TRY(begin_records(pass, options, labels.size()));
    }
    settle_zones(draft, pass);
    return convert_records(account, draft.plan, pass, memory, outputs);
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
    MemoryPlan memory = SMITH_TRY(plan_memory(setup_.options, labels.size()));
    SpanSetup setup = span_setup(account, draft.plan, Pass(), memory);
    Assembler assembler(setup, contract()->policy.limits, outputs);
    return assembler.finish(account, csv::SplitterTotals());
  }

  // The typing scan: every span by whichever thread is free; scans merge in any order.
  Result<> infer(PlanDraft& draft, Pass& pass, const MemoryPlan& memory) {
    auto width = static_cast<uint32_t>(draft.plan.labels.size());
    frame::TypeScan all(dialect_, width);
    std::mutex merging;
    auto scan = [&](Feed& feed) -> Result<> {
      frame::TypeScan mine(dialect_, width);
      csv::Tokeniser tokeniser(dialect_, pass.line_end, width, setup_.options.kernel);
      while (auto span = feed.claim()) {
        while (auto chunk = feed.pop(*span)) {
          if (chunk->kind == csv::ChunkKind::records) mine.observe(tokeniser.tokenise(*chunk));
          feed.give_back(std::move(*chunk));
        }
        feed.settle(*span);
      }
      std::lock_guard lock(merging);
      all.merge(mine);
      return {};
    };
    SMITH_TRY(run_threads(pass, memory, scan));
    std::vector<frame::Type> types = all.types();
    for (size_t index : draft.inferred) {
      frame::ColumnPlan& column = draft.plan.columns[index];
      column.type = types[static_cast<size_t>(column.source)];
      column.quoted_empty_is_text = column.type.kind == frame::Kind::text;
    }
    return {};
  }

  // Declared datetimes in the default format: the first value in the file's first chunk tells
  // whether the column's values carry offsets; one that differs is then a type-error.
  void settle_zones(PlanDraft& draft, const Pass& pass) {
    bool records = pass.first.has_value() && pass.first->kind == csv::ChunkKind::records;
    if (draft.zone_from_first_value.empty() || !records) return;
    auto width = static_cast<uint32_t>(draft.plan.labels.size());
    csv::Tokeniser tokeniser(dialect_, pass.line_end, width, setup_.options.kernel);
    const csv::Records& seen = tokeniser.tokenise(*pass.first);
    csv::TextArena arena;
    for (size_t index : draft.zone_from_first_value) {
      frame::ColumnPlan& column = draft.plan.columns[index];
      auto is_null = [&](std::string_view text) {
        return std::find(column.null_tokens.begin(), column.null_tokens.end(), text) !=
               column.null_tokens.end();
      };
      for (uint32_t r = 0; r < seen.count; ++r) {
        auto span = seen.field(r, static_cast<uint32_t>(column.source));
        std::string_view text = csv::field_text(span, dialect_, arena).text;
        if (is_null(text)) continue;
        column.type.utc = has_offset(text);
        break;
      }
    }
  }

  SpanSetup span_setup(const silver::Account& account, const frame::Plan& plan, const Pass& pass,
                       const MemoryPlan& memory) const {
    SpanSetup setup{.plan = plan};
    setup.line_end = pass.line_end;
    setup.width = static_cast<uint32_t>(plan.labels.size());
    setup.target = setup_.options.target;
    for (const frame::ColumnPlan& column : plan.columns) {
      setup.schema.push_back({column.name, column.type, false});
    }
    for (const frame::RejectField& field : frame::reject_fields()) {
      setup.reject_schema.push_back({std::string(field.name), field.type, false});
    }
    std::string created_by =
        "silversmith version " + std::string(version_text) + " (build " +
        std::to_string(silver::format_version) + ")";
    setup.silver_options = parquet::WriterOptions::for_columns(plan.columns.size());
    setup.silver_options.codec = codec();
    setup.silver_options.created_by = created_by;
    setup.silver_options.memory_bytes_max = memory.pages_bytes_per_worker;
    setup.reject_options = parquet::WriterOptions::for_columns(setup.reject_schema.size());
    setup.reject_options.codec = parquet::Codec::snappy;
    setup.reject_options.created_by = created_by;
    setup.reject_options.memory_bytes_max = memory.pages_bytes_per_worker;
    setup.reject_source = {account.key, account.contract, account.contract_version};
    setup.spools = setup_.spools;
    setup.kernel = setup_.options.kernel;
    return setup;
  }

  parquet::Codec codec() const {
    if (contract() == nullptr) return setup_.options.codec;
    return contract()->compression == contract::Compression::zstd ? parquet::Codec::zstd
                                                                  : parquet::Codec::snappy;
  }

  Result<silver::Account> convert_records(const silver::Account& account, const frame::Plan& plan,
                                          Pass& pass, const MemoryPlan& memory, Outputs& outputs) {
    SpanSetup setup = span_setup(account, plan, pass, memory);
    contract::Limits bounds;
    if (contract() != nullptr) bounds = contract()->policy.limits;
    Assembler assembler(setup, bounds, outputs);
    assembler.set_header_text(pass.header_text);
    bool complete = memory.threads == 1
                        ? SMITH_TRY(convert_inline(setup, pass, assembler))
                        : SMITH_TRY(convert_threaded(setup, pass, memory, assembler));
    csv::SplitterTotals totals;
    if (complete) totals = pass.splitter->totals();
    silver::Account result = account;
    result.bytes_in = totals.bytes;
    return assembler.finish(std::move(result), totals);
  }

  // False when the file was refused before its end.
  Result<bool> convert_inline(const SpanSetup& setup, Pass& pass, Assembler& assembler) {
    SpanWorker worker(setup);
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
      if (!SMITH_TRY(assembler.add(std::move(product)))) return false;
    }
    return true;
  }

  Result<bool> convert_threaded(const SpanSetup& setup, Pass& pass, const MemoryPlan& memory,
                                Assembler& assembler) {
    Delivery delivery;
    auto body = [&](Feed& feed) -> Result<> {
      SpanWorker worker(setup);
      return work(worker, feed, setup_.progress, [&](uint64_t span, SpanProduct product) {
        return delivery.add(span, std::move(product), assembler, feed);
      });
    };
    SMITH_TRY(run_threads(pass, memory, body));
    if (delivery.guarded.error.has_value()) return std::move(*delivery.guarded.error);
    return !delivery.guarded.refused;
  }

  // Runs `body` on every worker thread while this thread reads and splits.
  Result<> run_threads(Pass& pass, const MemoryPlan& memory,
                       const std::function<Result<>(Feed&)>& body) {
    Feed feed(*pass.splitter, {memory.ring_bytes, uint64_t{memory.threads} + 1});
    if (pass.first.has_value()) feed.prime(std::move(*pass.first));
    std::vector<Result<>> outcomes(memory.threads);
    std::vector<std::thread> threads;
    for (uint32_t i = 0; i < memory.threads; ++i) {
      threads.emplace_back([&, i] {
        outcomes[i] = body(feed);
        if (!outcomes[i]) feed.stop();
      });
    }
    Result<> produced = feed.produce();
    for (std::thread& thread : threads) thread.join();
    SMITH_TRY(std::move(produced));
    for (Result<>& outcome : outcomes) SMITH_TRY(std::move(outcome));
    return {};
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
  return std::unique_ptr<Converter>(
      std::make_unique<Pipeline>(std::move(setup), std::move(dialect)));
}

}  // namespace silversmith::smith
