// SPDX-License-Identifier: Apache-2.0
#include "parquet/row_group.h"

#include <utility>
#include <vector>

#include "base/check.h"
#include "parquet/column_writer.h"
#include "parquet/row_group_state.h"

namespace silversmith::parquet {

RowGroup::RowGroup(std::unique_ptr<State> state) : state_(std::move(state)) {}
RowGroup::RowGroup(RowGroup&&) noexcept = default;
RowGroup& RowGroup::operator=(RowGroup&&) noexcept = default;
RowGroup::~RowGroup() = default;

uint64_t RowGroup::rows() const { return state_->rows; }
uint64_t RowGroup::bytes() const { return state_->pages.size(); }

struct RowGroupWriter::State {
  PageWriter pages;
  std::vector<std::unique_ptr<ColumnWriter>> columns;
  uint64_t rows = 0;

  State(const WriterOptions& options, SpoolMaker* spools) : pages(options, spools) {}
};

RowGroupWriter::RowGroupWriter(const Schema& schema, const WriterOptions& options,
                               SpoolMaker* spools)
    : state_(std::make_unique<State>(options, spools)) {
  for (size_t i = 0; i < schema.size(); ++i) {
    if (i == options.late_column) continue;
    state_->columns.push_back(make_column_writer(schema[i], options, state_->pages));
  }
}
RowGroupWriter::RowGroupWriter(RowGroupWriter&&) noexcept = default;
RowGroupWriter::~RowGroupWriter() = default;

Result<> RowGroupWriter::append(std::span<const frame::Column> columns, uint32_t rows) {
  SMITH_CHECK(columns.size() == state_->columns.size(), "a batch of another schema");
  for (size_t i = 0; i < columns.size(); ++i) {
    SMITH_CHECK(columns[i].rows == rows, "a column of another length");
    SMITH_TRY(state_->columns[i]->append(columns[i]));
  }
  state_->rows += rows;
  return {};
}

uint64_t RowGroupWriter::rows() const { return state_->rows; }

Result<RowGroup> RowGroupWriter::finish() {
  auto product = std::make_unique<RowGroup::State>();
  for (auto& column : state_->columns) product->chunks.push_back(SMITH_TRY(column->finish()));
  product->rows = std::exchange(state_->rows, 0);
  product->pages = state_->pages.take();
  return RowGroup(std::move(product));
}

}  // namespace silversmith::parquet
