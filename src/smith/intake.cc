// SPDX-License-Identifier: Apache-2.0
#include "smith/intake.h"

#include <utility>

#include "base/buffer.h"
#include "base/hash.h"
#include "smith/policy.h"

namespace silversmith::smith {

namespace {

constexpr size_t read_bytes = size_t{256} << 10;

Error changed(const std::string& where) {
  return {Code::conflict, where + " changed while it was read", "", ""};
}

}  // namespace

struct Intake::State {
  store::Store& source;
  std::string key;
  std::unique_ptr<store::Object> object;
  const std::atomic<bool>* stop;
  bool hashes = false;  // the store names no versions: the content hash is the version
  std::string version;
  bool lent = false;  // a stream has begun to read `object`

  // Notes the hash of a stream that was read to its end.
  Result<> note(const std::string& hash) {
    if (!hashes) return {};
    if (!version.empty() && version != hash) return changed(source.where(key));
    if (version.empty()) source.remember(key, object->head(), hash);
    version = hash;
    return {};
  }
};

class HashingSource : public ByteSource {
 public:
  // Reads `own`, or the intake's object when there is none.
  HashingSource(Intake::State& intake, std::unique_ptr<store::Object> own)
      : intake_(intake), own_(std::move(own)), object_(own_ ? *own_ : *intake.object) {}

  Result<size_t> read(std::span<char> into) override {
    if (intake_.stop != nullptr && intake_.stop->load(std::memory_order_relaxed)) {
      return Error{Code::stopped, "asked to stop", "", ""};
    }
    size_t count = SMITH_TRY(object_.read(into));
    if (intake_.hashes) hash_.update({into.data(), count});
    if (count == 0 && !into.empty()) SMITH_TRY(intake_.note(hash_.digest().hex()));
    return count;
  }

 private:
  Intake::State& intake_;
  std::unique_ptr<store::Object> own_;
  store::Object& object_;
  ContentHash hash_;
};

Intake::Intake(std::unique_ptr<State> state) : state_(std::move(state)) {}
Intake::Intake(Intake&&) noexcept = default;
Intake::~Intake() = default;

Result<Intake> Intake::open(store::Store& source, std::string_view key,
                            const std::atomic<bool>* stop) {
  std::unique_ptr<store::Object> object = SMITH_TRY(source.open(key));
  std::string version = object->head().version;
  bool hashes = version.empty();
  return Intake(std::make_unique<State>(
      State{source, std::string(key), std::move(object), stop, hashes, std::move(version), false}));
}

const store::Head& Intake::head() const { return state_->object->head(); }

bool Intake::version_known() const { return !state_->version.empty(); }

Result<std::string> Intake::version() {
  if (version_known()) return state_->version;
  std::unique_ptr<ByteSource> stream = SMITH_TRY(opener()());
  Buffer<char> block;
  block.resize(read_bytes);
  while (SMITH_TRY(stream->read(block.span())) > 0) continue;
  return state_->version;
}

Converter::OpenSource Intake::opener() {
  State* state = state_.get();
  return [state]() -> Result<std::unique_ptr<ByteSource>> {
    // The first stream reads what was opened: in S3 that is a request less, and the bytes are on
    // their way already.
    if (!std::exchange(state->lent, true)) {
      std::unique_ptr<ByteSource> first = std::make_unique<HashingSource>(*state, nullptr);
      return first;
    }
    if (state->object->rewind()) {
      std::unique_ptr<ByteSource> again = std::make_unique<HashingSource>(*state, nullptr);
      return again;
    }
    Result<std::unique_ptr<store::Object>> object = state->source.open(state->key);
    // It was here a moment ago: gone, or something else that can't be read, means changed.
    if (!object.ok()) {
      Action action = action_for(object.error().code);
      bool passes = action == Action::ignore || action == Action::refuse;
      if (passes) return changed(state->source.where(state->key));
      return std::move(object).error();
    }
    if ((*object)->head().tag != state->object->head().tag) {
      return changed(state->source.where(state->key));
    }
    std::unique_ptr<ByteSource> stream =
        std::make_unique<HashingSource>(*state, std::move(*object));
    return stream;
  };
}

Result<bool> Intake::unchanged() { return state_->object->unchanged(); }

}  // namespace silversmith::smith
