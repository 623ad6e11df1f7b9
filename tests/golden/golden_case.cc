// SPDX-License-Identifier: Apache-2.0
#include "golden_case.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/text.h"
#include "bronze/reader.h"
#include "config.h"
#include "contract/parse.h"
#include "parquet/reader.h"
#include "plain/writer.h"
#include "smith/pipeline.h"
#include "store/spool.h"
#include "support/memory_source.h"

namespace silversmith::golden {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view want_names[] = {"want.schema", "want.jsonl", "want.out",  "want.rejects",
                                           "want.json",   "want.fault", "want.error"};

std::optional<std::string> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Result<Case> read_case(const fs::path& folder) {
  Case golden;
  golden.folder = folder.string();
  golden.name = folder.filename().string();
  golden.topic = folder.parent_path().filename().string();
  for (const char* name : {"input.csv", "input.csv.gz", "input.csv.zst"}) {
    auto bytes = read_file(folder / name);
    if (!bytes.has_value()) continue;
    golden.input_name = name;
    golden.input = *std::move(bytes);
  }
  if (golden.input_name.empty()) {
    return Error{Code::missing, golden.folder + " has no input.csv", "", ""};
  }
  golden.contract = read_file(folder / "contract.yaml").value_or("");
  std::string lines = read_file(folder / "args").value_or("");
  for (std::string_view line : split(lines, '\n')) {
    if (!line.empty()) golden.arguments.emplace_back(line);
  }
  return golden;
}

class StringSink : public ByteSink {
 public:
  Result<> write(std::string_view bytes) override {
    text += bytes;
    return {};
  }
  std::string text;
};

class StringFile : public RandomAccess {
 public:
  explicit StringFile(const std::string& bytes) : bytes_(bytes) {}
  uint64_t size() const override { return bytes_.size(); }
  Result<> read_at(uint64_t offset, std::span<char> into) override {
    if (offset > bytes_.size() || into.size() > bytes_.size() - offset) {
      return Error{Code::corrupt, "read past the end", "", ""};
    }
    std::copy_n(bytes_.data() + offset, into.size(), into.data());
    return {};
  }

 private:
  const std::string& bytes_;
};

class MemoryOutputs : public smith::Outputs {
 public:
  Result<ByteSink*> silver() override { return &silver_; }
  Result<ByteSink*> rejects_csv() override { return &csv_; }
  Result<ByteSink*> rejects_parquet() override { return &parquet_; }
  Result<parquet::KeyValues> seal(silver::Account& account) override {
    return parquet::KeyValues{{"silversmith.source_key", account.key}};
  }

  StringSink silver_, csv_, parquet_;
};

Result<smith::EngineOptions> options_of(const Case& golden, const Way& way) {
  std::vector<std::string> arguments = {"convert", golden.input_name};
  arguments.insert(arguments.end(), golden.arguments.begin(), golden.arguments.end());
  app::Invocation invocation = SMITH_TRY(app::parse_arguments(arguments));
  smith::EngineOptions options = SMITH_TRY(app::engine_options(invocation.settings));
  options.threads = way.threads;
  options.chunk_bytes = way.chunk_bytes;
  options.span_bytes_min = way.span_bytes_min;
  return options;
}

// Calls `take(column texts as JSON)` for each row of a Parquet file.
template <class Take>
Result<> for_each_row(parquet::Reader& reader, Take take) {
  for (size_t group = 0; group < reader.row_groups(); ++group) {
    std::vector<parquet::DecodedColumn> columns;
    for (size_t c = 0; c < reader.schema().size(); ++c) {
      columns.push_back(SMITH_TRY(reader.read(group, c)));
    }
    for (uint32_t row = 0; row < reader.row_group_rows(group); ++row) take(columns, row);
  }
  return {};
}

Result<> render_silver(const Made& made, Wants& wants) {
  StringFile file(made.silver);
  parquet::Reader reader = SMITH_TRY(parquet::Reader::open(file));
  SMITH_TRY(reader.verify());
  const parquet::Schema& schema = reader.schema();
  for (const parquet::ColumnSpec& column : schema) {
    wants["want.schema"] += column.name + " " + frame::describe(column.type) + "\n";
  }
  std::string& rows = wants["want.jsonl"];
  return for_each_row(reader, [&](const auto& columns, uint32_t row) {
    for (size_t c = 0; c < columns.size(); ++c) {
      rows += (c == 0 ? "{" : ",") + quote_json(schema[c].name) + ":" +
              plain::value_json(columns[c].column, row);
    }
    rows += "}\n";
  });
}

Result<> render_rejects(const Made& made, Wants& wants) {
  if (made.rejects_parquet.empty()) return {};
  constexpr std::string_view shown[] = {"row",      "line",        "line_end", "byte_start",
                                        "byte_end", "reason",      "field",    "value",
                                        "message",  "error_count", "action"};
  StringFile file(made.rejects_parquet);
  parquet::Reader reader = SMITH_TRY(parquet::Reader::open(file));
  SMITH_TRY(reader.verify());
  const parquet::Schema& schema = reader.schema();
  std::string& lines = wants["want.rejects"];
  return for_each_row(reader, [&](const auto& columns, uint32_t row) {
    std::string line;
    for (size_t c = 0; c < columns.size(); ++c) {
      if (std::find(std::begin(shown), std::end(shown), schema[c].name) == std::end(shown))
        continue;
      line += (line.empty() ? "{" : ",") + quote_json(schema[c].name) + ":" +
              plain::value_json(columns[c].column, row);
    }
    lines += line + "}\n";
  });
}

Json counts_of(const silver::Account& account) {
  Json reasons = Json::object();
  for (const auto& [code, count] : account.reasons) reasons.set(code, count);
  Json json = Json::object();
  json.set("rows_read", account.rows_read)
      .set("rows", account.rows)
      .set("rows_quarantined", account.rows_quarantined)
      .set("rows_skipped", account.rows_skipped)
      .set("cells_nullified", account.cells_nullified)
      .set("bytes_in", account.bytes_in)
      .set("reasons", reasons);
  return json;
}

Result<> render(const Made& made, Wants& wants) {
  wants["want.json"] = counts_of(made.account).dump() + "\n";
  for (const silver::FileFault& fault : made.account.faults) {
    Json json = Json::object();
    json.set("code", fault.code).set("message", fault.message).set("hint", fault.hint);
    wants["want.fault"] += json.dump() + "\n";
  }
  if (made.account.refused()) return {};
  if (made.target == smith::Target::parquet) {
    SMITH_TRY(render_silver(made, wants));
  } else {
    wants["want.out"] = made.silver;
  }
  return render_rejects(made, wants);
}

struct Cut {
  uint64_t begin = 0;
  uint64_t end = 0;
};

// The places of the quarantined records, from rejects.parquet.
std::vector<Cut> cuts_of(const Made& made) {
  std::vector<Cut> cuts;
  StringFile file(made.rejects_parquet);
  auto reader = parquet::Reader::open(file);
  SMITH_CHECK(reader.ok(), "rejects.parquet can't be read");
  size_t begin = 0;
  size_t end = 0;
  size_t action = 0;
  const parquet::Schema& schema = reader->schema();
  for (size_t c = 0; c < schema.size(); ++c) {
    if (schema[c].name == "byte_start") begin = c;
    if (schema[c].name == "byte_end") end = c;
    if (schema[c].name == "action") action = c;
  }
  Result<> read = for_each_row(*reader, [&](const auto& columns, uint32_t row) {
    if (plain::value_text(columns[action].column, row) != "quarantined") return;
    cuts.push_back({static_cast<uint64_t>(columns[begin].column.template as<int64_t>()[row]),
                    static_cast<uint64_t>(columns[end].column.template as<int64_t>()[row])});
  });
  SMITH_CHECK(read.ok(), "rejects.parquet can't be read");
  return cuts;
}

}  // namespace

Result<std::vector<Case>> read_cases(const std::string& root) {
  std::vector<fs::path> folders;
  std::error_code failed;
  for (const auto& entry : fs::recursive_directory_iterator(root, failed)) {
    bool leaf = entry.is_directory() && entry.path().parent_path() != fs::path(root);
    if (leaf) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  std::vector<Case> cases;
  for (const fs::path& folder : folders) cases.push_back(SMITH_TRY(read_case(folder)));
  if (cases.empty()) return Error{Code::missing, "no golden case below " + root, "", ""};
  return cases;
}

Result<Made> make(const Case& golden, const Way& way) {
  smith::PipelineSetup setup;
  setup.options = SMITH_TRY(options_of(golden, way));
  if (!golden.contract.empty()) {
    setup.contract = SMITH_TRY(contract::parse_contract(golden.contract, "contract.yaml"));
  }
  store::BudgetSpools spools(uint64_t{64} << 20, fs::temp_directory_path().string());
  setup.spools = &spools;
  Made made;
  made.target = setup.options.target;
  auto converter = SMITH_TRY(smith::make_pipeline(std::move(setup)));
  MemoryOutputs outputs;
  made.account = SMITH_TRY(converter->convert(
      "bronze/" + golden.input_name,
      [&]() -> Result<std::unique_ptr<ByteSource>> {
        return std::unique_ptr<ByteSource>(
            std::make_unique<test::MemorySource>(golden.input, way.piece_bytes));
      },
      outputs));
  if (made.account.refused()) return made;
  made.silver = std::move(outputs.silver_.text);
  made.rejects_csv = std::move(outputs.csv_.text);
  made.rejects_parquet = std::move(outputs.parquet_.text);
  return made;
}

Wants wants_of(const Result<Made>& made) {
  Wants wants;
  if (!made.ok()) {
    wants["want.error"] = std::string(name_of(made.error().code)) + ": " + made.error().message +
                          "\n" + made.error().hint + "\n";
    return wants;
  }
  Result<> rendered = render(*made, wants);
  if (!rendered.ok()) wants["want.error"] = "unreadable output: " + rendered.error().message + "\n";
  return wants;
}

Wants read_wants(const Case& golden) {
  Wants wants;
  for (std::string_view name : want_names) {
    auto text = read_file(fs::path(golden.folder) / name);
    if (text.has_value()) wants[std::string(name)] = *std::move(text);
  }
  return wants;
}

std::string decoded_input(const Case& golden) {
  test::MemorySource raw(golden.input);
  bronze::Reader reader(raw);
  std::string text;
  char block[4096];
  while (true) {
    auto got = reader.read(block);
    if (!got.ok() || *got == 0) break;
    text.append(block, *got);
  }
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

std::string expected_rejects_csv(const Made& made, const std::string& decoded) {
  // The header is what stands before the first record that is not one: rejects.csv begins with
  // the same bytes as the file.
  std::string body;
  for (const Cut& cut : cuts_of(made)) {
    size_t end = cut.end;
    if (end < decoded.size() && decoded[end] == '\r') ++end;
    bool newline = end < decoded.size() && decoded[end] == '\n';
    if (newline) ++end;
    body += decoded.substr(cut.begin, end - cut.begin);
  }
  return body;
}

}  // namespace silversmith::golden
