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

// What this run reads, or a later one as its settings, is not its output.
Result<> check_output(const Paths& paths, const Settings& settings) {
  if (paths.output == "-") return {};
  auto refuse_if = [&](const std::string& used, const std::string& what) -> Result<> {
    if (used.empty() || used == "-" || !same_place(paths.output, used)) return {};
    return Error{Code::invalid, paths.output + " is " + what, "give another -o", ""};
  };
  SMITH_TRY(refuse_if(paths.source, "the source itself"));
  SMITH_TRY(refuse_if(settings.text("contract"), "the contract"));
  for (const std::string& file : configuration_files(settings)) {
    SMITH_TRY(refuse_if(file, "a file of settings"));
  }
  return {};
}

// The files of rejects are written anew or removed by every run, so nothing else may be one.
Result<> check_rejects(const Paths& paths, const Settings& settings) {
  if (!paths.rejects.has_value()) return {};
  if (paths.output != "-" && place_holds(paths.output, *paths.rejects)) {
    return Error{Code::invalid, *paths.rejects + " can't be both a file and the folder of rejects",
                 "give another --rejects", ""};
  }
  std::vector<std::string> all = configuration_files(settings);
  all.insert(all.end(), {paths.source, paths.output, settings.text("contract")});
  for (const char* name : {"rejects.csv", "rejects.parquet"}) {
    std::string file = *paths.rejects + "/" + name;
    for (const std::string& used : all) {
      if (used.empty() || used == "-" || !same_place(file, used)) continue;
      return Error{Code::invalid, used + " is where this run's own rejects go",
                   "give another --rejects, or move the file", ""};
    }
  }
  return {};
}

Result<Paths> paths_of(const Invocation& invocation, smith::Target target) {
  Paths paths;
  paths.source = invocation.operands.at(0);
  if (auto given = invocation.settings.given("output")) {
    paths.output = *given;
    if (invocation.operands.size() > 1) {
      return Error{Code::invalid,
                   "the output is given twice: " + invocation.operands[1] + " and -o",
                   "give one of them", ""};
    }
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
  Destination to = SMITH_TRY(destination_of(paths.output));
  // Whatever name it has: what is said about the run goes to the other stream then.
  if (to.descriptor == STDOUT_FILENO) paths.output = "-";
  if (paths.output == "-" && isatty(STDOUT_FILENO) == 1 && target == smith::Target::parquet) {
    return Error{Code::invalid, "Parquet is not for a terminal", "give -o FILE", ""};
  }
  SMITH_TRY(check_output(paths, invocation.settings));
  if (auto given = invocation.settings.given("rejects")) {
    paths.rejects = *given;
  } else if (!to.streams) {
    paths.rejects = paths.output + ".rejects";
  }
  SMITH_TRY(check_rejects(paths, invocation.settings));
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

  // Rejects first: when the output is there, its rejects are complete. What an earlier run left
  // goes last, as it belongs to the output that is replaced.
  Result<> keep() {
    if (csv_ != nullptr) SMITH_TRY(csv_->keep());
    if (parquet_ != nullptr) SMITH_TRY(parquet_->keep());
    if (silver_ != nullptr) SMITH_TRY(silver_->keep());
    if (csv_ == nullptr) remove_reject("rejects.csv");
    if (parquet_ == nullptr) remove_reject("rejects.parquet");
    return {};
  }

  // The older output stays when a file is refused; rejects of an earlier input do not.
  void refuse() {
    csv_.reset();
    parquet_.reset();
    silver_.reset();
    remove_reject("rejects.csv");
    remove_reject("rejects.parquet");
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
    SMITH_TRY(make_folder());
    file = SMITH_TRY(OutputFile::create(*paths_.rejects + "/" + name));
    return file.get();
  }

  Result<> make_folder() {
    std::error_code failed;
    made_folder_ |= std::filesystem::create_directories(*paths_.rejects, failed);
    if (!failed) return {};
    return Error{Code::denied, "can't make " + *paths_.rejects + ": " + failed.message(), "", ""};
  }

  void remove_reject(std::string_view name) {
    if (!paths_.rejects.has_value()) return;
    std::error_code ignored;
    std::filesystem::remove(*paths_.rejects + "/" + std::string(name), ignored);
    bool folder =
        std::filesystem::is_directory(std::filesystem::symlink_status(*paths_.rejects, ignored));
    if (folder && rejects_folder().empty()) std::filesystem::remove(*paths_.rejects, ignored);
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

Result<Opened> open_source(const std::string& path, SpoolMaker& spools,
                           const smith::Progress& progress) {
  auto input = SMITH_TRY(InputFile::open(path));
  input->stop_on(progress.stop);
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

// What is said about a run: on standard output, unless the output itself is there. A refusal is
// always told.
void tell(const smith::RunResult& result, bool aside, Console& console) {
  bool refused = result.status == smith::Status::rejected;
  std::string text =
      console.json() ? smith::result_json(result).dump() : result_text(result, console);
  if (aside || (refused && !console.json())) {
    refused || console.json() ? console.warning(text) : console.note(text);
  } else if (console.json() || !console.quiet()) {
    console.result(text);
  }
}

smith::RunResult result_of(silver::Account account, const Paths& paths,
                           const FileOutputs& outputs) {
  smith::RunResult result;
  result.account = std::move(account);
  if (result.account.refused()) {
    result.status = smith::Status::rejected;
    return result;
  }
  result.status = smith::status_of(result.account);
  result.output = paths.output;
  result.quarantine = outputs.rejects_folder();
  result.bytes_out = outputs.bytes_out();
  return result;
}

Result<smith::RunResult> convert(const Invocation& invocation, Console& console, Paths& paths) {
  smith::PipelineSetup setup;
  setup.options = SMITH_TRY(engine_options(invocation.settings));
  setup.options.empty_source = smith::EmptySource::table;
  setup.contract = SMITH_TRY(given_contract(invocation.settings));
  paths = SMITH_TRY(paths_of(invocation, setup.options.target));
  store::BudgetSpools spools(smith::spool_bytes_max(setup.options), scratch_folder());
  smith::Progress progress;
  StopSignals signals(progress);
  setup.spools = &spools;
  setup.progress = &progress;
  auto converter = SMITH_TRY(smith::make_pipeline(std::move(setup)));
  Opened source = SMITH_TRY(open_source(paths.source, spools, progress));
  FileOutputs outputs(paths);
  Stopwatch watch;
  Result<silver::Account> account = [&] {
    ProgressLine line(console, paths.source, progress, source.bytes);
    return converter->convert(paths.source, source.open, outputs);
  }();
  if (!account) return std::move(account).error().in(paths.source);
  if (account->refused()) {
    outputs.refuse();
  } else {
    SMITH_TRY(outputs.keep());
  }
  smith::RunResult result = result_of(std::move(*account), paths, outputs);
  result.duration_ms = static_cast<uint64_t>(watch.micros() / 1000);
  result.memory_peak_bytes = memory_peak_bytes();
  return result;
}

}  // namespace

Result<Exit> convert_command(const Invocation& invocation, Console& console) {
  Paths paths;
  Result<smith::RunResult> converted = convert(invocation, console, paths);
  bool aside = paths.output == "-";
  if (!converted) {
    Error error = std::move(converted).error();
    smith::RunResult result;
    result.account.key = invocation.operands.at(0);
    result.error = smith::RunError{error.code, error.type, error.message, error.hint};
    smith::log_result(console.log(), result);
    if (console.json()) tell(result, aside, console);
    if (error.code == Code::stopped) return StopSignals::exit();
    console.error(error);
    return exit_of(error);
  }
  const smith::RunResult& result = *converted;
  smith::log_result(console.log(), result);
  tell(result, aside, console);
  if (result.status == smith::Status::rejected) return Exit::negative;
  bool strict = invocation.settings.text("fail-on") == "reject";
  bool rejects = result.status == smith::Status::success_with_rejects;
  return strict && rejects ? Exit::negative : Exit::ok;
}

}  // namespace silversmith::app
