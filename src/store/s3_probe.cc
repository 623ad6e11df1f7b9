// SPDX-License-Identifier: Apache-2.0
#include "store/s3_probe.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "store/s3_scratch.h"

namespace silversmith::store {

namespace {

constexpr size_t racers = 8;
constexpr size_t completing_racers = 4;
constexpr int races = 3;  // of each kind; a store that checks first and then writes loses one soon
constexpr int tries_max = 3;
constexpr std::string_view stale = "00000000000000000000000000000000";

enum class Ask : uint8_t { put, complete, remove };
enum class Says : uint8_t {  // which condition the request has
  none_match,
  match,  // the tag of what was there
  match_stale,
  none_match_tag,
  match_any,
  both,
};
enum class Before : uint8_t { absent, present };
enum class Meanwhile : uint8_t { nothing, same, other, gone };  // during an upload in parts

struct Case {
  const char* name;
  Need need;
  Ask ask;
  Says says;
  Before before;
  Meanwhile meanwhile;
  std::array<int, 3> wanted;  // the first is AWS's; 0 is none
};

using enum Need;
using enum Ask;
using enum Says;
using enum Before;
using enum Meanwhile;
constexpr Case cases[] = {
    {"If-None-Match: *, nothing there", always, put, none_match, absent, nothing, {200}},
    {"If-None-Match: *, an object there", always, put, none_match, present, nothing, {412}},
    {"If-Match, the object unchanged", always, put, match, present, nothing, {200}},
    {"If-Match, another object there", always, put, match_stale, present, nothing, {412}},
    {"If-Match, nothing there", always, put, match_stale, absent, nothing, {404, 412}},
    {"If-None-Match: *, nothing there", parts, complete, none_match, absent, nothing, {200}},
    {"If-None-Match: *, an object there", parts, complete, none_match, present, nothing, {412}},
    {"If-None-Match: *, put meanwhile", parts, complete, none_match, absent, other, {412, 409}},
    {"If-Match, the object unchanged", parts, complete, match, present, nothing, {200}},
    {"If-Match, another object there", parts, complete, match_stale, present, nothing, {412}},
    {"If-Match, nothing there", parts, complete, match_stale, absent, nothing, {404, 412}},
    {"If-Match, another put meanwhile", parts, complete, match, present, other, {412, 409}},
    {"If-Match, deleted meanwhile", parts, complete, match, present, gone, {404, 412, 409}},
    {"If-Match, the same bytes put meanwhile", never, complete, match, present, same, {409}},
    {"If-None-Match: *, deleted meanwhile", never, complete, none_match, present, gone, {409}},
    {"If-None-Match with a tag", never, put, none_match_tag, present, nothing, {501}},
    {"If-Match: *", never, put, match_any, present, nothing, {501}},
    {"with both conditions", never, put, both, present, nothing, {501}},
    {"If-Match, another object there", never, remove, match_stale, present, nothing, {412}},
};

std::string name_of(const Case& one) {
  switch (one.ask) {
    case Ask::put: return std::string("PUT ") + one.name;
    case Ask::complete: return std::string("Complete ") + one.name;
    case Ask::remove: return std::string("DELETE ") + one.name;
  }
  return one.name;
}

std::string quoted_text(std::string_view tag) { return "\"" + std::string(tag) + "\""; }

S3Scratch::Headers headers_of(Says says, const std::string& tag) {
  switch (says) {
    case Says::none_match: return {{"If-None-Match", "*"}};
    case Says::match: return {{"If-Match", quoted_text(tag)}};
    case Says::match_stale: return {{"If-Match", quoted_text(stale)}};
    case Says::none_match_tag: return {{"If-None-Match", quoted_text(tag)}};
    case Says::match_any: return {{"If-Match", "*"}};
    case Says::both: return {{"If-Match", quoted_text(tag)}, {"If-None-Match", "*"}};
  }
  return {};
}

class S3Probe {
 public:
  S3Probe(S3Service& service, std::string scratch)
      : service_(service), scratch_(service), prefix_(std::move(scratch)) {}

  Probe run() {
    Result<bool> removes = may_remove();
    Result<> done;
    if (!removes.ok()) {
      probe_.error = std::move(removes).error();
    } else if (*removes) {
      done = try_all();
    }
    if (!done.ok()) probe_.error = std::move(done).error();
    probe_.left = scratch_.clear();
    return std::move(probe_);
  }

 private:
  std::string next_key() { return prefix_ + std::to_string(++keys_); }

  // Asked of what is not there, so that nothing is left behind by who may only write.
  Result<bool> may_remove() {
    Said said = SMITH_TRY(scratch_.remove(next_key(), headers_of(Says::match_stale, "")));
    if (said.status != 403) return may_remove_versions();
    probe_.not_tried = "DELETE " + service_.where(prefix_) + "*: " + said.text();
    // A condition on what is there asks for the right to read it as well. Where reading is denied
    // too, nothing tells whether removing is: a DELETE without a condition might leave a marker.
    Said look = SMITH_TRY(scratch_.head(next_key(), {}));
    probe_.missing_right =
        look.status == 403 ? "s3:DeleteObject and s3:GetObject" : "s3:DeleteObject";
    return false;
  }

  // A DELETE in a bucket that keeps versions leaves them, unless it names one, which is another
  // right. One object tells which bucket it is; where its version stays, there is no second.
  Result<bool> may_remove_versions() {
    std::string key;
    Said made;
    for (int i = 0; i < tries_max; ++i) {
      key = next_key();
      made = SMITH_TRY(make(key, "first"));
      if (!made.repeated) break;  // else its version is not known
    }
    bool kept = !made.version.empty() && made.version != "null";
    if (!made.repeated) probe_.versions = kept ? Versions::kept : Versions::none;
    if (made.version.empty()) return true;
    Said gone = SMITH_TRY(scratch_.remove_version(key, made.version));
    if (gone.status != 403) return true;
    probe_.not_tried =
        "DELETE " + service_.where(key) + "?versionId=" + made.version + ": " + gone.text();
    probe_.missing_right = "s3:DeleteObjectVersion";
    return false;
  }

  Result<> try_all() {
    for (const Case& one : cases) SMITH_TRY(try_case(one));
    SMITH_TRY(read_pinned());
    SMITH_TRY(keep_metadata());
    SMITH_TRY(race_puts(Says::none_match, "PUT If-None-Match: *"));
    SMITH_TRY(race_puts(Says::match, "PUT If-Match"));
    return race_completes();
  }

  // An object for the next row, as it was made; no condition but that it is not there.
  Result<Said> make(const std::string& key, const std::string& bytes) {
    Said said = SMITH_TRY(scratch_.put(key, bytes, headers_of(Says::none_match, "")));
    bool there = said.good() || (said.status == 412 && said.repeated);
    if (there) return said;
    return refused("PUT", key, said);
  }

  Error refused(const std::string& what, const std::string& key, const Said& said) const {
    std::string hint = said.status == 501 ? "use a store that writes on If-None-Match: *"
                                          : "the role needs s3:PutObject and s3:GetObject on it";
    return {Code::denied, what + " " + service_.where(key) + ": " + said.text(), std::move(hint),
            ""};
  }

  // A policy may refuse writes without a condition: each has the one that holds.
  Result<> put_meanwhile(const std::string& key, const std::string& bytes, const std::string& tag) {
    Says says = tag.empty() ? Says::none_match : Says::match;
    Said said = SMITH_TRY(scratch_.put(key, bytes, headers_of(says, tag)));
    bool there = said.good() || (said.status == 412 && said.repeated);
    if (there) return {};
    return refused("PUT", key, said);
  }

  Result<> happen(Meanwhile meanwhile, const std::string& key, const std::string& tag) {
    switch (meanwhile) {
      case Meanwhile::nothing: return {};
      case Meanwhile::same: return put_meanwhile(key, "before", tag);
      case Meanwhile::other: return put_meanwhile(key, "another", tag);
      case Meanwhile::gone: break;
    }
    Said said = SMITH_TRY(scratch_.remove(key, {}));
    if (said.good()) return {};
    return refused("DELETE", key, said);
  }

  Result<Said> ask(const Case& one, const std::string& key) {
    std::string tag;
    if (one.before == Before::present) tag = SMITH_TRY(make(key, "before")).tag;
    S3Scratch::Headers headers = headers_of(one.says, tag);
    if (one.ask == Ask::put) return scratch_.put(key, "after", headers);
    if (one.ask == Ask::remove) return scratch_.remove(key, headers);
    S3Scratch::Part part = SMITH_TRY(scratch_.begin_with_part(key, "after"));
    SMITH_TRY(happen(one.meanwhile, key, tag));
    return scratch_.complete(part, headers);
  }

  // After a lost answer a request is asked again, and its own effect may be what it meets.
  Result<> try_case(const Case& one) {
    Said said;
    bool holds = false;
    for (int i = 0; i < tries_max; ++i) {
      said = SMITH_TRY(ask(one, next_key()));
      holds = std::find(one.wanted.begin(), one.wanted.end(), said.status) != one.wanted.end();
      if (holds || !said.repeated) break;
    }
    if (said.status == 403) return refused(name_of(one), prefix_, said);
    row(name_of(one), one.need, std::to_string(one.wanted.front()), said.text());
    probe_.rows.back().holds = holds;
    return {};
  }

  void row(std::string name, Need need, std::string wanted, std::string found) {
    bool holds = wanted == found;
    probe_.rows.push_back({std::move(name), need, std::move(wanted), std::move(found), holds});
  }

  Result<> read_pinned() {
    std::string key = next_key();
    std::string tag = SMITH_TRY(make(key, "0123456789")).tag;
    Said part = SMITH_TRY(scratch_.read(key, {{"Range", "bytes=2-5"}}));
    row("GET of a range", Need::always, "206", part.text());
    Said same =
        SMITH_TRY(scratch_.read(key, {{"Range", "bytes=2-5"}, {"If-Match", quoted_text(tag)}}));
    row("GET of a range If-Match, the object unchanged", Need::always, "206", same.text());
    Said stale_read =
        SMITH_TRY(scratch_.read(key, {{"Range", "bytes=2-5"}, {"If-Match", quoted_text(stale)}}));
    row("GET of a range If-Match, another object there", Need::always, "412",
        std::to_string(stale_read.status));
    return {};
  }

  Result<> keep_metadata() {
    std::string key = next_key();
    S3Scratch::Headers headers = headers_of(Says::none_match, "");
    headers.push_back({"x-amz-meta-sm-generation", "g-1"});
    SMITH_TRY(scratch_.put(key, "x", headers));
    Result<wire::HttpAnswer> answer = service_.call({S3Action::look, "HEAD", key, "", {}, nullptr});
    if (!answer.ok()) return std::move(answer).error();
    bool kept = answer->header("x-amz-meta-sm-generation") == "g-1";
    row("metadata", Need::always, "kept", kept ? "kept" : "lost");
    return {};
  }

  // Exactly one writer of those that see the same state may win.
  void race_row(const std::string& name, Need need, size_t winners_max, size_t winners_min) {
    size_t worst = winners_max > 1 ? winners_max : winners_min;
    row(name, need, "1 winner", std::to_string(worst) + (worst == 1 ? " winner" : " winners"));
  }

  static size_t winners(const std::vector<Said>& all) {
    return static_cast<size_t>(
        std::count_if(all.begin(), all.end(), [](const Said& said) { return said.good(); }));
  }

  Result<> race_puts(Says says, const std::string& name) {
    size_t most = 0;
    size_t least = racers;
    for (int i = 0; i < races; ++i) {
      std::string key = next_key();
      std::string tag;
      if (says == Says::match) tag = SMITH_TRY(make(key, "before")).tag;
      std::vector<std::string> bytes;
      for (size_t j = 0; j < racers; ++j) bytes.push_back("racer " + std::to_string(j));
      std::vector<Said> all = scratch_.put_at_once(key, bytes, headers_of(says, tag).front());
      // Where an answer is missing, the winner may be the one that was not heard of.
      if (all.size() < racers && winners(all) == 0) continue;
      most = std::max(most, winners(all));
      least = std::min(least, winners(all));
    }
    race_row(name + ", " + std::to_string(racers) + " at once", Need::always, most, least);
    return {};
  }

  Result<> race_completes() {
    size_t most = 0;
    size_t least = completing_racers;
    for (int i = 0; i < races; ++i) {
      std::string key = next_key();
      std::vector<S3Scratch::Part> uploads;
      for (size_t j = 0; j < completing_racers; ++j) {
        uploads.push_back(SMITH_TRY(scratch_.begin_with_part(key, "racer " + std::to_string(j))));
      }
      std::vector<Said> all =
          scratch_.complete_at_once(uploads, headers_of(Says::none_match, "").front());
      if (all.size() < completing_racers && winners(all) == 0) continue;
      most = std::max(most, winners(all));
      least = std::min(least, winners(all));
    }
    race_row("Complete If-None-Match: *, " + std::to_string(completing_racers) + " at once",
             Need::parts, most, least);
    return {};
  }

  S3Service& service_;
  S3Scratch scratch_;
  std::string prefix_;
  uint64_t keys_ = 0;
  Probe probe_;
};

}  // namespace

Probe probe_s3(S3Service& service, const std::string& scratch) {
  return S3Probe(service, scratch).run();
}

}  // namespace silversmith::store
