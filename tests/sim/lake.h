// SPDX-License-Identifier: Apache-2.0
// The lake of one simulation: a folder's semantics or S3's, on the Store seam or behind HTTP; and
// what the world outside does to it, and reads from it, without any of our code in between.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "store/store.h"

namespace silversmith::sim {

enum class Semantics : uint8_t {
  folder,        // a tag for every write, versions by content hash
  s3,            // the ETag is the content; a version is ETag, size and second of a write
  s3_versioned,  // the ETag is the content; every write has an id, a delete leaves a marker
};
const char* name_of(Semantics semantics);

// How the clients of a lake in S3 write and read.
struct Habits {
  bool in_parts = false;  // silver goes up in parts
  size_t range_bytes = 16;
};

// A request of a client, seen where its effect is: behind HTTP.
enum class Passing : uint8_t { pass, drop };
class Gate {
 public:
  virtual ~Gate() = default;
  virtual Passing before_effect(const std::string& request) = 0;
  // `written` is the key that has been written just now, or empty.
  virtual Passing before_answer(const std::string& written) = 0;
};

class Lake {
 public:
  virtual ~Lake() = default;

  // The lake as one actor's processes reach it. Lives as long as the lake.
  virtual store::Store& store(size_t actor) = 0;
  // What somebody else does, without conditions.
  virtual void put(const std::string& key, const std::string& bytes) = 0;
  virtual void erase(const std::string& key) = 0;
  virtual std::optional<std::string> peek(const std::string& key) = 0;
  virtual std::vector<std::string> keys(const std::string& prefix) = 0;
  // The version of the object that is there now, as the product must call it.
  virtual std::string version(const std::string& key) = 0;
  // Uploads in parts that were begun and neither completed nor aborted.
  virtual size_t open_uploads() { return 0; }
  // From now on whoever asks for what is not there is told that it may not (S3: 403 for 404).
  virtual void hide_absence(bool) {}
  // The next request of that kind meets trouble of the service's own.
  virtual void trouble(uint64_t) {}
  // Whether the gate sees each request: then calls of the store are no steps of their own.
  virtual bool gated() const { return false; }
};

std::unique_ptr<Lake> make_folder_lake();
// `clock` outlives the lake, as `gate` does.
std::unique_ptr<Lake> make_s3_lake(Semantics semantics, const Habits& habits, Clock& clock);
struct HttpLakeSetup {
  Semantics semantics;
  Habits habits;
  Clock& clock;
  Gate& gate;
  size_t actors;
};
// Nothing where this build has no client of S3.
std::unique_ptr<Lake> make_http_lake(const HttpLakeSetup& setup);

}  // namespace silversmith::sim
