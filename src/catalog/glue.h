// SPDX-License-Identifier: Apache-2.0
// One database of AWS Glue's Data Catalog over its API (AWS JSON 1.1). Nothing is repeated here.
// https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html
#pragma once

#include <string>

#include "catalog/catalog.h"
#include "wire/http.h"

namespace silversmith::catalog {

class GlueCatalog : public Catalog {
 public:
  // `client` outlives this.
  GlueCatalog(wire::HttpClient& client, std::string database)
      : client_(client), database_(std::move(database)) {}

  Result<std::optional<Held>> table(const std::string& name) override;
  Result<Written> create(const Json& input) override;
  Result<Written> update(const Json& input, const std::string& version) override;
  Result<uint64_t> add_partitions(const std::string& table,
                                  const std::vector<Json>& inputs) override;

 private:
  Json in_database() const;

  wire::HttpClient& client_;
  std::string database_;
};

}  // namespace silversmith::catalog
