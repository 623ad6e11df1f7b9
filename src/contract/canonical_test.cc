// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "contract/parse.h"

namespace silversmith::contract {
namespace {

TEST(CanonicalJson, is_what_the_hash_is_taken_of) {
  auto contract = parse_contract("name: n\nschema: {fields: [{name: a, format: default}]}\n", "f");
  ASSERT_TRUE(contract);
  // A change of this text gives every silver file another generation: it must be meant.
  EXPECT_EQ(canonical_json(*contract).canonical(),
            R"({"dialect":{},"encoding":"utf-8","name":"n","schema":{"fields":[{"constraints":)"
            R"({"required":false},"format":"default","missingValues":[""],"name":"a",)"
            R"("silver:onTypeError":"quarantine","type":"any"}],"fieldsMatch":"exact",)"
            R"("missingValues":[""]},"silver:contract":{"version":1},"silver:policy":)"
            R"({"blankLines":"skip","extraFields":"keep","limits":{"maxBadRatio":0.5,)"
            R"("maxBadRows":null,"maxFieldBytes":null,"maxRecordBytes":null,"minRows":0,)"
            R"("ratioAfterRows":1000},"missingFields":"fail","required":"quarantine",)"
            R"("structural":"quarantine","type":"quarantine"},"silver:target":)"
            R"({"compression":"snappy"}})");
}

TEST(EffectiveJson, is_a_contract_of_the_same_hash) {
  auto contract = parse_contract(
      "name: n\ntitle: t\n"
      "dialect: {delimiter: ';', quoteChar: '', escapeChar: '\\', lineTerminator: \"\\r\",\n"
      "  skipInitialSpace: true, commentChar: '#', nullSequence: '\\N', headerRows: [1, 2],\n"
      "  headerJoin: '_'}\n"
      "schema:\n  fieldsMatch: [partial]\n  missingValues: [NULL, ~, \"\\x01\"]\n  fields:\n"
      "  - {name: d, type: date, format: 'fmt:%d.%m.%Y', missingValues: []}\n"
      "  - {name: b, type: boolean, trueValues: [yes], falseValues: [no]}\n"
      "  - {name: n, type: number, 'silver:physical': 'decimal( 38 , 38 )'}\n"
      "'silver:contract': {version: 7, owner: o, match: [a, b]}\n"
      "'silver:policy': {missingFields: null, limits: {maxBadRatio: null, maxRecordBytes: 9}}\n",
      "f");
  ASSERT_TRUE(contract) << contract.error().message;
  std::string shown = effective_json(*contract).pretty();
  auto again = parse_contract(shown, "shown");
  ASSERT_TRUE(again) << again.error().message << shown;
  EXPECT_EQ(again->hash, contract->hash);
  EXPECT_EQ(effective_json(*again), effective_json(*contract));
  EXPECT_EQ(effective_json(*again).find("silver:contract")->text_or("owner", ""), "o");
}

}  // namespace
}  // namespace silversmith::contract
