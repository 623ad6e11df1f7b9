// SPDX-License-Identifier: Apache-2.0
#include "store/s3_rights.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/uri.h"
#include "store/s3_errors.h"
#include "store/s3_scratch.h"
#include "wire/date.h"
#include "wire/xml.h"

namespace silversmith::store {

namespace {

constexpr std::string_view no_tag = "\"00000000000000000000000000000000\"";
// Of no text that anybody would put.
constexpr std::string_view wrong_md5 = "AAAAAAAAAAAAAAAAAAAAAA==";
constexpr std::string_view versions_use = "without it a sweep asks one HEAD more of every object";

class RightsProbe {
 public:
  RightsProbe(S3Service& service, const RightsQuery& query, Clock& clock)
      : service_(service), scratch_(service), query_(query), clock_(clock) {}

  Rights run() {
    Result<> done = try_all();
    if (!done.ok()) rights_.error = std::move(done).error();
    rights_.left = scratch_.clear();
    return std::move(rights_);
  }

 private:
  struct Listing {
    bool allowed = false;
    std::string first;  // key of an object there; "" where there is none
  };

  Result<> try_all() {
    SMITH_TRY(greet());
    for (const std::string& prefix : query_.read) SMITH_TRY(may_read(prefix));
    if (query_.sweeps) SMITH_TRY(may_list_versions());
    for (const std::string& prefix : query_.write) SMITH_TRY(may_write(prefix));
    for (const std::string& prefix : query_.upload) SMITH_TRY(may_upload(prefix));
    return {};
  }

  void row(std::string right, const std::string& on, RightState state, const Said& said) {
    rights_.rows.push_back({std::move(right), service_.where(on) + "*", RightNeed::to_convert,
                            state, said.text(), ""});
  }

  // The first answer: is there such a bucket, do clocks and region agree.
  Result<> greet() {
    std::string prefix = query_.read.empty() ? query_.scratch : query_.read.front();
    S3Request request{S3Action::list, "GET", "", list_query(prefix), {}, nullptr};
    int64_t before = clock_.wall_micros();
    wire::HttpAnswer answer = SMITH_TRY(send(request));
    int64_t middle = (before + clock_.wall_micros()) / 2;
    int64_t theirs = wire::date_micros(answer.header("Date"));
    // Of a date without fractions of a second, the middle of that second.
    if (theirs != 0) rights_.clock_ahead_micros = middle - theirs - 500'000;
    rights_.region = answer.header("x-amz-bucket-region");
    if (!is_of_s3(answer)) return no_s3(service_.where(""), answer);
    bool denied_here = answer.status == 403 && said_name(answer) == "AccessDenied";
    if (answer.good() || denied_here) return {};
    return service_.error_of(request, answer);
  }

  // S3 answers a listing in XML of its own, and says what is wrong likewise.
  static bool is_of_s3(const wire::HttpAnswer& answer) {
    if (!answer.good() && answer.body.empty()) return true;
    Result<wire::XmlElement> root = wire::parse_xml(answer.body);
    if (!root.ok()) return false;
    return root->name == (answer.good() ? "ListBucketResult" : "Error");
  }

  // What passes is asked again; whatever else is said is an answer.
  Result<wire::HttpAnswer> send(const S3Request& request) {
    for (Tries tries;;) {
      wire::Exchange exchange = service_.start(request);
      Result<wire::HttpAnswer> answer = exchange.finish();
      bool passes = !answer.ok() || (answer->status >= 500 && answer->status != 501);
      if (!passes) return answer;
      Error error = answer.ok() ? service_.error_of(request, *answer)
                                : std::move(answer).error().in(service_.where(request.key));
      if (!service_.again(error, tries, exchange.quiet_since_micros())) return error;
    }
  }

  static std::string said_name(const wire::HttpAnswer& answer) {
    Result<wire::XmlElement> root = wire::parse_xml(answer.body);
    return root.ok() && root->name == "Error" ? std::string(root->text_of("Code")) : "";
  }

  std::string list_query(const std::string& prefix) const {
    return "encoding-type=url&list-type=2&max-keys=1&prefix=" +
           uri_encoded(service_.options().prefix + prefix);
  }

  Result<Listing> list(const std::string& prefix) {
    S3Request request{S3Action::list, "GET", "", list_query(prefix), {}, nullptr};
    wire::HttpAnswer answer = SMITH_TRY(send(request));
    Said said{answer.status, said_name(answer), "", "", "", false};
    Listing listing;
    listing.allowed = answer.good();
    rights_.rows.push_back({"s3:ListBucket", service_.where(prefix), RightNeed::to_convert,
                            listing.allowed ? RightState::held : RightState::missing, said.text(),
                            listing.allowed ? "" : "it is a right on the bucket, not on objects"});
    Result<wire::XmlElement> root = wire::parse_xml(answer.body);
    if (!listing.allowed || !root.ok()) return listing;
    for (const wire::XmlElement& entry : root->children) {
      if (entry.name == "Contents") listing.first = form_decoded(entry.text_of("Key"));
    }
    const std::string& own = service_.options().prefix;
    if (listing.first.starts_with(own)) listing.first.erase(0, own.size());
    return listing;
  }

  Result<> may_read(const std::string& prefix) {
    Listing listing = SMITH_TRY(list(prefix));
    if (!listing.first.empty()) {
      Said said = SMITH_TRY(scratch_.head(listing.first, {}));
      bool held = said.good() || said.status == 404;
      bool first = rights_.versions == Versions::unknown && said.good();
      // "null" is what was there before versions were kept, or since they are no longer.
      if (first && said.version != "null") {
        rights_.versions = said.version.empty() ? Versions::none : Versions::kept;
      }
      row("s3:GetObject", prefix, held ? RightState::held : RightState::missing, said);
      if (!held && said.status != 403) rights_.rows.back().state = RightState::unknown;
      if (!held) rights_.rows.back().hint = "an encrypted object needs kms:Decrypt as well";
    }
    return may_see_absent(prefix, listing);
  }

  // Whoever may not list is told 403 of what is not there, and so is who may list only with a
  // prefix, as HEAD names none.
  Result<> may_see_absent(const std::string& prefix, const Listing& listing) {
    Said said = SMITH_TRY(scratch_.head(prefix + query_.scratch + "absent", {}));
    bool held = said.status == 404;
    if (held && !listing.first.empty()) return {};
    if (held) {
      row("s3:GetObject", prefix, RightState::held, said);
      return {};
    }
    bool told = !listing.allowed || rights_.rows.back().state == RightState::missing;
    if (told) return {};
    bool reads = !listing.first.empty();
    row(reads ? "s3:ListBucket" : "s3:GetObject", prefix, RightState::missing, said);
    rights_.rows.back().hint =
        "of an object that is not there the store says 403: s3:GetObject is missing on it, or "
        "s3:ListBucket is given on a condition (s3:prefix), which HEAD can't meet";
    return {};
  }

  Result<> may_list_versions() {
    std::string query = "encoding-type=url&max-keys=1&prefix=" +
                        uri_encoded(service_.options().prefix + query_.read.front()) + "&versions=";
    S3Request request{S3Action::list_versions, "GET", "", query, {}, nullptr};
    wire::HttpAnswer answer = SMITH_TRY(send(request));
    Said said{answer.status, said_name(answer), "", "", "", false};
    RightState state = answer.good() ? RightState::held : RightState::missing;
    rights_.rows.push_back({"s3:ListBucketVersions", service_.where(""), RightNeed::to_sweep_well,
                            state, said.text(),
                            answer.good() ? std::string() : std::string(versions_use)});
    return {};
  }

  // GetObject is needed to replace on a condition, and PutObject; HEAD tells which of them lacks.
  Result<> may_write(const std::string& prefix) {
    std::string key = prefix + query_.scratch + "absent";
    Said look = SMITH_TRY(scratch_.head(key, {}));
    bool may_look = look.status == 404 || look.good();
    Said said = SMITH_TRY(scratch_.put(key, "", {{"If-Match", std::string(no_tag)}}));
    bool held = said.status == 404 || said.status == 412 || said.good();
    row("s3:GetObject", prefix, may_look ? RightState::held : RightState::missing, look);
    if (!may_look) {
      rights_.rows.back().hint =
          "it is needed to replace on a condition; without s3:ListBucket on the bucket the store "
          "says 403 of what is not there, too";
    }
    // The denial may be about the other right: a PUT that is refused for its checksum asks for this
    // one alone.
    if (!held && !may_look) {
      said = SMITH_TRY(
          scratch_.put(key, "", {{"If-None-Match", "*"}, {"Content-MD5", std::string(wrong_md5)}}));
      held = said.good() || said.name == "BadDigest" || said.status == 412;
    }
    row("s3:PutObject", prefix, held ? RightState::held : RightState::missing, said);
    if (!held && said.status != 403) rights_.rows.back().state = RightState::unknown;
    if (!held) rights_.rows.back().hint = "with SSE-KMS kms:GenerateDataKey and kms:Decrypt too";
    return {};
  }

  Result<> may_upload(const std::string& prefix) {
    std::string key = prefix + query_.scratch + "parts";
    Said begun = SMITH_TRY(scratch_.begin(key));
    std::string place = service_.where(prefix) + "*";
    bool told = std::any_of(rights_.rows.begin(), rights_.rows.end(), [&](const RightRow& row) {
      return row.right == "s3:PutObject" && row.on == place && row.state != RightState::held;
    });
    if (!begun.good() && told) return {};
    if (!begun.good()) {
      // A policy of the bucket may ask of uploads what they can't have.
      row("s3:PutObject", prefix, RightState::missing, begun);
      rights_.rows.back().hint =
          "CreateMultipartUpload is refused; a bucket policy that asks for a condition must "
          "exempt it (s3:ObjectCreationOperation)";
      return {};
    }
    Said gone = SMITH_TRY(scratch_.abort(key, begun.upload_id));
    row("s3:AbortMultipartUpload", prefix, gone.good() ? RightState::held : RightState::missing,
        gone);
    return {};
  }

  S3Service& service_;
  S3Scratch scratch_;
  const RightsQuery& query_;
  Clock& clock_;
  Rights rights_;
};

}  // namespace

Rights probe_rights(S3Service& service, const RightsQuery& query, Clock& clock) {
  return RightsProbe(service, query, clock).run();
}

}  // namespace silversmith::store
