// SPDX-License-Identifier: Apache-2.0
// An engine for tests of what stands around it: an object is one line of text, converted under the
// one contract that there is. Never linked into the product.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "smith/converter.h"

namespace silversmith::test {

using smith::Converter;
using smith::Converters;
using smith::Outputs;
using smith::Reread;
using smith::Terms;

// Takes the text as one accepted record, "bad" as a record for quarantine, "refuse" as a refusal.
class OneLine : public Converter {
 public:
  OneLine(Terms terms, std::function<void()>& meanwhile)
      : terms_(std::move(terms)), meanwhile_(meanwhile) {}
  const Terms& terms() const override { return terms_; }
  Result<silver::Account> convert(const std::string&, const OpenSource& open,
                                  Outputs& outputs) override {
    std::unique_ptr<ByteSource> source = SMITH_TRY(open());
    std::string text(100, '\0');
    text.resize(SMITH_TRY(source->read(text)));
    if (auto act = std::exchange(meanwhile_, nullptr)) act();
    silver::Account account;
    if (text == "refuse") account.faults = {{"limit-exceeded", "no", ""}};
    if (text == "untyped") return Error{Code::invalid, "an option is wrong", "", ""};
    if (text == "broken") account.faults = {{"compression-error", "bad gzip", ""}};
    if (account.refused()) return account;
    account.rows_read = text == "bad" ? 2 : 1;
    account.rows_quarantined = text == "bad" ? 1 : 0;
    account.rows = 1;
    ByteSink* silver = SMITH_TRY(outputs.silver());
    SMITH_TRY(silver->write(text));
    if (text == "bad") {
      ByteSink* rejects = SMITH_TRY(outputs.rejects_csv());
      SMITH_TRY(rejects->write("a reject"));
    }
    SMITH_TRY(outputs.seal(account));
    return account;
  }

 private:
  Terms terms_;
  std::function<void()>& meanwhile_;
};

class OneContract : public Converters {
 public:
  Terms terms{"orders", 1, std::string(64, 'c'), "hash", "terms"};
  uint64_t newest = 1;
  std::function<void()> meanwhile;  // happens once, in the middle of the next conversion
  Code failing = Code::stopped;
  bool fails = false;
  std::function<void()> before_failing;
  Result<std::unique_ptr<Converter>> for_key(std::string_view, Reread reread) override {
    if (fails && before_failing) before_failing();
    if (fails) return Error{failing, "two contracts match", "", ""};
    if (reread == Reread::now) terms.version = newest;
    std::unique_ptr<Converter> converter = std::make_unique<OneLine>(terms, meanwhile);
    return converter;
  }
};

}  // namespace silversmith::test
