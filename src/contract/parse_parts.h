// SPDX-License-Identifier: Apache-2.0
// The parts of parse_contract, one file each. Each reads one mapping of the descriptor into the
// contract and adds what is wrong to `problems`; on problems the contract is not used.
#pragma once

#include "contract/contract.h"
#include "contract/reader.h"

namespace silversmith::contract {

// "schema": fields, how they match the header, missing values.
void parse_schema(const YamlNode& node, Contract& contract, Problems& problems);
// "dialect".
void parse_dialect(const YamlNode& node, DeclaredDialect& dialect, Problems& problems);
// "silver:catalog".
void parse_catalog(const YamlNode& node, CatalogSettings& catalog, Problems& problems);
// "silver:policy".
void parse_policy(const YamlNode& node, Policy& policy, Problems& problems);

}  // namespace silversmith::contract
