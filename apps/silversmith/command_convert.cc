// SPDX-License-Identifier: Apache-2.0
// silversmith convert SRC|- [-o OUT|-] [--to parquet|csv|jsonl]: one file, no lake.
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "base/text.h"
#include "bronze/reader.h"
#include "commands.h"
#include "files.h"
#include "smith/memory.h"
#include "smith/pipeline.h"
#include "store/spool.h"
#include "summary.h"

namespace silversmith::app {

namespace {

struct Paths {
  std::string source;
  std::string output;
  std::optional<std::string> rejects;  // none: the first reject is an error
};

std::string extension_of(smith::Target target) {
  if (target == smith::Target::csv) return ".csv";
  return target == smith::Target::jsonl ? ".jsonl" : ".parquet";
}

// orders.csv.gz → orders.parquet, beside the source.
std::string output_beside(const std::string& source, smith::Target target) {
  std::string stem = source;
  for (std::string_view suffix : {".gz", ".zst", ".csv", ".tsv", ".txt"}) {
    if (ends_with_ignoring_case(stem, suffix)) stem.resize(stem.size() - suffix.size());
  }
  return stem + extension_of(target);
}

Result<Paths> paths_of(const Invocation& invocation, smith::Target target) {
  Paths paths;
  paths.source = invocation.operands.at(0);
  if (auto given = invocation.settings.given("output")) {
    paths.output = *given;
  } else if (invocation.operands.size() > 1) {
    paths.output = invocation.operands[1];
  } else if (target != smith::Target::parquet) {
    paths.output = "-";
  } else if (paths.source == "-") {
    return Error{Code::invalid, "standard input has no name to derive the output's from",
                 "give -o OUT, or -o - for standard output", ""};
  } else {
    paths.output = output_beside(paths.source, target);
  }
  if (paths.output == "-" && isatty(STDOUT_FILENO) == 1 && target == smith::Target::parquet) {
    return Error{Code::invalid, "Parquet is not for a terminal", "give -o FILE", ""};
  }
  std::error_code ignored;
  if (paths.output != "-" && std::filesystem::equivalent(paths.source, paths.output, ignored)) {
    return Error{Code::invalid, paths.output + " is the source itself", "give another -o", ""};
  }
  if (auto given = invocation.settings.given("rejects")) {
    paths.rejects = *given;
  } else if (paths.output != "-") {
    paths.rejects = paths.output + ".rejects";
  }
  return paths;
}

// Output file and rejects folder: all hidden until keep().
class FileOutputs : public smith::Outputs {
 public:
  explicit FileOutputs(Paths paths) : paths_(std::move(paths)) {}
  // A rejects folder that was made for files that are not kept goes with them.
  ~FileOutputs() override {
    csv_.reset();
    parquet_.reset();
    std::error_code ignored;
    if (made_folder_) std::filesystem::remove(*paths_.rejects, ignored);
  }

  Result<ByteSink*> silver() override {
    silver_ = SMITH_TRY(OutputFile::create(paths_.output));
    return silver_.get();
  }
  Result<ByteSink*> rejects_csv() override { return reject_file("rejects.csv", csv_); }
  Result<ByteSink*> rejects_parquet() override { return reject_file("rejects.parquet", parquet_); }

  Result<parquet::KeyValues> seal(silver::Account& account) override {
    parquet::KeyValues key_values = {{"silversmith.source_key", account.key}};
    if (!account.contract.empty()) {
      key_values.emplace_back("silversmith.contract", account.contract);
      key_values.emplace_back("silversmith.contract_version",
                              std::to_string(account.contract_version));
    }
    return key_values;
  }

  // Rejects first: when the output is there, its rejects are complete.
  Result<> keep() {
    SMITH_TRY(replace_reject("rejects.csv", csv_));
    SMITH_TRY(replace_reject("rejects.parquet", parquet_));
    if (silver_ != nullptr) return silver_->keep();
    return {};
  }

  uint64_t bytes_out() const { return silver_ == nullptr ? 0 : silver_->size(); }
  // Where the rejects are; "" without any.
  std::string rejects_folder() const {
    return csv_ == nullptr && parquet_ == nullptr ? "" : *paths_.rejects;
  }

 private:
  Result<ByteSink*> reject_file(const std::string& name, std::unique_ptr<OutputFile>& file) {
    if (!paths_.rejects.has_value()) {
      return Error{Code::limit,
                   "a record was rejected, or a cell made null, and there is no place to keep what "
                   "it held",
                   "give --rejects DIR, or write to a file with -o OUT", ""};
    }
    std::error_code failed;
    made_folder_ |= std::filesystem::create_directories(*paths_.rejects, failed);
    if (failed) {
      return Error{Code::denied, "can't make " + *paths_.rejects + ": " + failed.message(), "", ""};
    }
    file = SMITH_TRY(OutputFile::create(*paths_.rejects + "/" + name));
    return file.get();
  }

  // Rejects of an earlier run never stay beside a newer output.
  Result<> replace_reject(const std::string& name, std::unique_ptr<OutputFile>& file) {
    if (file != nullptr) return file->keep();
    if (!paths_.rejects.has_value()) return {};
    std::error_code ignored;
    std::filesystem::remove(*paths_.rejects + "/" + name, ignored);
    if (rejects_folder().empty()) std::filesystem::remove(*paths_.rejects, ignored);
    return {};
  }

  Paths paths_;
  bool made_folder_ = false;  // by this run
  std::unique_ptr<OutputFile> silver_;
  std::unique_ptr<OutputFile> csv_;
  std::unique_ptr<OutputFile> parquet_;
};

// Standard input can be read once, inference reads twice: it is kept in a spool first.
Result<std::unique_ptr<Spool>> spool_input(InputFile& input, SpoolMaker& spools) {
  std::unique_ptr<Spool> spool = spools.make();
  Buffer<char> block;
  block.resize(size_t{256} << 10);
  while (true) {
    size_t got = SMITH_TRY(input.read(block.span()));
    if (got == 0) return spool;
    SMITH_TRY(spool->append({block.data(), got}));
  }
}

struct Opened {
  std::unique_ptr<InputFile> file;  // a regular file: every pass reads what was opened first
  std::unique_ptr<Spool> spool;     // of anything else
  uint64_t bytes = 0;
  smith::Converter::OpenSource open;
};

Result<Opened> open_source(const std::string& path, SpoolMaker& spools) {
  auto input = SMITH_TRY(InputFile::open(path));
  Opened opened;
  opened.bytes = input->is_regular() ? input->size() : 0;
  if (path != "-" && input->is_regular()) {
    opened.file = std::move(input);
    InputFile& file = *opened.file;
    opened.open = [&file]() -> Result<std::unique_ptr<ByteSource>> {
      return std::unique_ptr<ByteSource>(SMITH_TRY(file.again()));
    };
    return opened;
  }
  opened.spool = SMITH_TRY(spool_input(*input, spools));
  Spool& spool = *opened.spool;
  opened.open = [&spool]() -> Result<std::unique_ptr<ByteSource>> {
    return std::unique_ptr<ByteSource>(std::make_unique<SpoolSource>(spool));
  };
  return opened;
}

Result<std::optional<contract::Contract>> given_contract(const Settings& settings) {
  auto path = settings.given("contract");
  if (!path.has_value()) return std::optional<contract::Contract>();
  return std::optional(SMITH_TRY(read_contract(*path).in("--contract")));
}

}  // namespace

Result<Exit> convert_command(const Invocation& invocation, Console& console) {
  smith::PipelineSetup setup;
  setup.options = SMITH_TRY(engine_options(invocation.settings));
  setup.options.empty_source = smith::EmptySource::table;
  setup.contract = SMITH_TRY(given_contract(invocation.settings));
  Paths paths = SMITH_TRY(paths_of(invocation, setup.options.target));
  store::BudgetSpools spools(smith::spool_bytes_max(setup.options),
                             std::filesystem::temp_directory_path().string());
  smith::Progress progress;
  StopSignals signals(progress);
  setup.spools = &spools;
  setup.progress = &progress;
  auto converter = SMITH_TRY(smith::make_pipeline(std::move(setup)));
  Opened source = SMITH_TRY(open_source(paths.source, spools));
  FileOutputs outputs(paths);
  Stopwatch watch;
  Result<silver::Account> account = [&] {
    ProgressLine line(console, paths.source, progress, source.bytes);
    return converter->convert(paths.source, source.open, outputs);
  }();
  if (!account && signals.exit() != Exit::ok) return signals.exit();
  if (!account) return std::move(account).error().in(paths.source);
  if (!account->refused()) SMITH_TRY(outputs.keep());
  smith::RunResult result;
  result.account = std::move(*account);
  bool refused = result.account.refused();
  result.status = refused ? smith::Status::rejected : smith::status_of(result.account);
  result.output = refused ? "" : paths.output;
  result.quarantine = refused ? "" : outputs.rejects_folder();
  result.bytes_out = refused ? 0 : outputs.bytes_out();
  result.duration_ms = static_cast<uint64_t>(watch.micros() / 1000);
  result.memory_peak_bytes = memory_peak_bytes();
  std::string text =
      console.json() ? smith::result_json(result).dump() : result_text(result, console);
  // With the output on standard output, what is said about it goes to the other stream.
  bool aside = paths.output == "-" || (refused && !console.json());
  if (aside) {
    console.note(text);
  } else if (console.json() || !console.quiet()) {
    console.result(text);
  }
  if (refused) return Exit::negative;
  bool strict = invocation.settings.text("fail-on") == "reject";
  bool rejects = result.status == smith::Status::success_with_rejects;
  return strict && rejects ? Exit::negative : Exit::ok;
}

}  // namespace silversmith::app
