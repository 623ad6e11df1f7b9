// SPDX-License-Identifier: Apache-2.0
// Writes the matrix of files and what readers must find in them:
//   write_matrix DIR   →   DIR/<name>.parquet, DIR/<name>.json
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>

#include "conformance/matrix.h"
#include "parquet/file.h"

namespace silversmith::conformance {

namespace {

class FileSink : public ByteSink {
 public:
  explicit FileSink(const std::string& path) : out_(path, std::ios::binary) {}
  Result<> write(std::string_view bytes) override {
    out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (out_.good()) return {};
    return Error{Code::limit, "cannot write", "", ""};
  }

 private:
  std::ofstream out_;
};

// A row group goes in by batches of uneven sizes, as it does in the product.
constexpr uint32_t batch_rows_max = 777;

// The column that is written last, if any.
std::optional<size_t> late_column(const MatrixFile& file) {
  for (size_t i = 0; i < file.columns.size(); ++i) {
    if (file.columns[i].pattern == Pattern::constant) return i;
  }
  return std::nullopt;
}

Result<> fill_late(const MatrixFile& file, const MatrixColumn& column,
                   parquet::FileWriter& writer) {
  std::vector<std::string> held;
  frame::Column made = make_column(file, column, {0, 1}, held);
  if (made.is_null(0)) return writer.fill_late(std::nullopt);
  frame::Text text = made.as<frame::Text>()[0];
  return writer.fill_late(std::string_view(text.data, text.size));
}

Result<> write_row_group(const MatrixFile& file, uint32_t first, uint32_t rows,
                         parquet::RowGroupWriter& writer) {
  for (uint32_t done = 0; done < rows;) {
    uint32_t count = std::min(batch_rows_max, rows - done);
    std::vector<std::vector<std::string>> held(file.columns.size());
    std::vector<frame::Column> columns;
    for (size_t i = 0; i < file.columns.size(); ++i) {
      if (i == late_column(file)) continue;
      columns.push_back(make_column(file, file.columns[i], {first + done, count}, held[i]));
    }
    SMITH_TRY(writer.append(columns, count));
    done += count;
  }
  return {};
}

Json expectations(const MatrixFile& file) {
  Json columns = Json::array();
  for (const MatrixColumn& column : file.columns) {
    Json values = Json::array();
    uint32_t first = 0;
    for (uint32_t rows : file.row_groups) {
      std::vector<std::string> held;
      frame::Column made = make_column(file, column, {first, rows}, held);
      for (uint32_t row = 0; row < rows; ++row) values.add(value_json(made, row));
      first += rows;
    }
    Json entry = Json::object();
    entry.set("name", column.spec.name);
    entry.set("kind", frame::name_of(column.spec.type.kind));
    entry.set("precision", int{column.spec.type.precision});
    entry.set("scale", int{column.spec.type.scale});
    entry.set("utc", column.spec.type.utc);
    entry.set("required", column.spec.required);
    entry.set("values", std::move(values));
    columns.add(std::move(entry));
  }
  Json row_groups = Json::array();
  for (uint32_t rows : file.row_groups) row_groups.add(static_cast<int64_t>(rows));
  Json all = Json::object();
  all.set("codec", parquet::name_of(file.codec));
  all.set("row_groups", std::move(row_groups));
  all.set("columns", std::move(columns));
  return all;
}

Result<> write_file(const MatrixFile& file, const std::string& folder) {
  parquet::Schema schema;
  for (const MatrixColumn& column : file.columns) schema.push_back(column.spec);
  auto options = parquet::WriterOptions::for_columns(schema.size());
  options.codec = file.codec;
  options.created_by = "silversmith version 0.1.0 (build conformance)";
  if (file.page_rows_max > 0) options.page_rows_max = file.page_rows_max;
  if (file.page_bytes_max > 0) options.page_bytes_max = file.page_bytes_max;
  FileSink sink(folder + "/" + file.name + ".parquet");
  std::optional<size_t> late = late_column(file);
  options.late_column = late;
  parquet::FileWriter writer(schema, options, sink);
  parquet::RowGroupWriter row_group(schema, options, nullptr);
  uint32_t first = 0;
  for (uint32_t rows : file.row_groups) {
    SMITH_TRY(write_row_group(file, first, rows, row_group));
    parquet::RowGroup finished = SMITH_TRY(row_group.finish());
    SMITH_TRY(writer.append(std::move(finished)));
    first += rows;
  }
  if (late.has_value()) SMITH_TRY(fill_late(file, file.columns[*late], writer));
  SMITH_TRY(writer.finish({{"purpose", "conformance"}}));
  FileSink expected(folder + "/" + file.name + ".json");
  return expected.write(expectations(file).dump());
}

}  // namespace

}  // namespace silversmith::conformance

int main(int argc, char** argv) {
  using namespace silversmith;
  if (argc != 2) return 2;
  for (const auto& file : conformance::matrix()) {
    Result<> written = conformance::write_file(file, argv[1]);
    if (written.ok()) continue;
    std::fprintf(stderr, "%s: %s\n", file.name.c_str(), written.error().message.c_str());
    return 1;
  }
  return 0;
}
