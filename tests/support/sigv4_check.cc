// SPDX-License-Identifier: Apache-2.0
#include "support/sigv4_check.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <optional>

#include "base/hash.h"
#include "base/text.h"
#include "support/checksums.h"
#include "support/fake_s3_error.h"

namespace silversmith::test {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

// The three parts of an Authorization header.
struct Claim {
  std::string access_key;
  std::string date;  // YYYYMMDD
  std::string region;
  std::string signed_headers;
  std::string signature;

  std::string scope() const { return date + "/" + region + "/s3/aws4_request"; }
};

Error malformed(const std::string& why) {
  return refuse("AuthorizationHeaderMalformed", "The authorization header is malformed; " + why);
}

Result<Claim> parse_claim(std::string_view header) {
  if (!header.starts_with(algorithm)) {
    return refuse("InvalidRequest", "Please use " + std::string(algorithm) + ".");
  }
  std::map<std::string, std::string, std::less<>> parts;
  for (std::string_view part : split(header.substr(algorithm.size()), ',')) {
    part = trim(part);
    size_t equals = std::min(part.find('='), part.size());
    parts.emplace(part.substr(0, equals), part.substr(std::min(equals + 1, part.size())));
  }
  std::string credential = parts["Credential"];
  auto words = split(credential, '/');
  if (words.size() != 5 || words[3] != "s3" || words[4] != "aws4_request") {
    return malformed(
        "the Credential is mal-formed; expecting <key>/YYYYMMDD/REGION/s3/aws4_request");
  }
  Claim claim{std::string(words[0]), std::string(words[1]), std::string(words[2]),
              parts["SignedHeaders"], parts["Signature"]};
  if (claim.signed_headers.empty() || claim.signature.empty()) {
    return malformed("it has no SignedHeaders or no Signature.");
  }
  return claim;
}

// "20261124T190311Z"
std::string amz_date(int64_t wall_micros) {
  time_t seconds = wall_micros / 1'000'000;
  tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  size_t size = strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts);
  return {text.data(), size};
}

std::optional<int64_t> parse_amz_date(const std::string& text) {
  tm parts{};
  const char* end = strptime(text.c_str(), "%Y%m%dT%H%M%SZ", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return int64_t{timegm(&parts)} * 1'000'000;
}

// Blanks at the ends go, blanks inside become one.
std::string canonical_value(std::string_view value) {
  std::string out;
  for (char c : trim(value)) {
    if (c != ' ' || out.empty() || out.back() != ' ') out.push_back(c);
  }
  return out;
}

std::string canonical_query(const Query& query) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : query) {
    parts.push_back(percent_encoded(name, Slash::encoded) + "=" +
                    percent_encoded(value, Slash::encoded));
  }
  std::sort(parts.begin(), parts.end());
  return join(parts, "&");
}

Result<std::string> canonical_request(const HttpRequest& request, const Claim& claim) {
  auto path = percent_decoded(request.path);
  auto query = parse_query(request.query);
  if (!path || !query) return refuse("InvalidURI", "Couldn't parse the specified URI.");
  std::string out = request.method + "\n" + percent_encoded(*path, Slash::literal) + "\n" +
                    canonical_query(*query) + "\n";
  for (std::string_view name : split(claim.signed_headers, ';')) {
    std::vector<std::string> values;
    for (const auto& [field, value] : request.headers.all()) {
      if (field == name) values.push_back(canonical_value(value));
    }
    out.append(name).append(":").append(join(values, ",")).append("\n");
  }
  return out + "\n" + claim.signed_headers + "\n" + request.headers.get("x-amz-content-sha256");
}

std::string signature_of(const std::string& canonical, const Claim& claim, const std::string& date,
                         const std::string& secret_key) {
  std::string key = hmac_sha256("AWS4" + secret_key, claim.date);
  key = hmac_sha256(hmac_sha256(hmac_sha256(key, claim.region), "s3"), "aws4_request");
  std::string text(algorithm);
  text += "\n" + date + "\n" + claim.scope() + "\n" + sha256_hex(canonical);
  return to_hex(hmac_sha256(key, text));
}

// Host and every x-amz- header: what is not signed could have been added on the way.
Result<> check_coverage(const HttpRequest& request, const Claim& claim) {
  auto names = split(claim.signed_headers, ';');
  auto is_signed = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const auto& [name, value] : request.headers.all()) {
    // Trailers of a body come behind the signature.
    bool trailer = lower(request.headers.get("x-amz-trailer")) == name;
    if ((name == "host" || (name.starts_with("x-amz-") && !trailer)) && !is_signed(name)) {
      return refuse("AccessDenied",
                    "There were headers present in the request which were not signed",
                    element("HeadersNotSigned", name));
    }
  }
  return {};
}

Result<> check_date(const Claim& claim, const std::string& date, int64_t skew_micros_max,
                    int64_t wall_micros) {
  auto then = parse_amz_date(date);
  if (!then) {
    return refuse("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header");
  }
  if (claim.date != date.substr(0, 8)) {
    return malformed("the date of the Credential is not that of x-amz-date.");
  }
  if (std::llabs(*then - wall_micros) > skew_micros_max) {
    return refuse("RequestTimeTooSkewed",
                  "The difference between the request time and the current time is too large.",
                  element("RequestTime", date) + element("ServerTime", amz_date(wall_micros)));
  }
  return {};
}

Result<> check_payload(const HttpRequest& request) {
  std::string declared = request.headers.get("x-amz-content-sha256");
  if (declared == "UNSIGNED-PAYLOAD" || declared == "STREAMING-UNSIGNED-PAYLOAD-TRAILER") return {};
  if (declared.starts_with("STREAMING-")) {
    // Its chunks carry signatures, and one that nobody verifies would be worse than none.
    return refuse("NotImplemented", "This fake does not verify the signatures of chunks: " +
                                        declared + "; use STREAMING-UNSIGNED-PAYLOAD-TRAILER.");
  }
  std::string found = sha256_hex(request.body);
  if (declared == found) return {};
  return refuse(
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
      element("ClientComputedContentSHA256", declared) + element("S3ComputedContentSHA256", found));
}

}  // namespace

Result<std::string> check_sigv4(const HttpRequest& request, const SigV4Options& options,
                                int64_t wall_micros) {
  const std::string* header = request.headers.find("authorization");
  if (header == nullptr) return refuse("AccessDenied", "Access Denied");
  Claim claim = SMITH_TRY(parse_claim(*header));
  auto credential =
      std::find_if(options.credentials.begin(), options.credentials.end(),
                   [&](const Credential& known) { return known.access_key == claim.access_key; });
  if (credential == options.credentials.end()) {
    return refuse("InvalidAccessKeyId",
                  "The AWS Access Key Id you provided does not exist in our records.",
                  element("AWSAccessKeyId", claim.access_key));
  }
  if (claim.region != options.region) {
    return malformed("the region '" + claim.region + "' is wrong; expecting '" + options.region +
                     "'");
  }
  if (!request.headers.has("x-amz-content-sha256")) {
    return refuse("MissingSecurityHeader", "Your request was missing a required header",
                  element("MissingHeaderName", "x-amz-content-sha256"));
  }
  std::string date = request.headers.get("x-amz-date");
  SMITH_TRY(check_date(claim, date, options.skew_micros_max, wall_micros));
  SMITH_TRY(check_coverage(request, claim));
  if (request.headers.get("x-amz-security-token") != credential->session_token) {
    return refuse("InvalidToken", "The provided token is malformed or otherwise invalid.");
  }
  std::string canonical = SMITH_TRY(canonical_request(request, claim));
  if (signature_of(canonical, claim, date, credential->secret_key) != claim.signature) {
    return refuse("SignatureDoesNotMatch",
                  "The request signature we calculated does not match the signature you provided. "
                  "Check your key and signing method.",
                  element("AWSAccessKeyId", claim.access_key) +
                      element("SignatureProvided", claim.signature) +
                      element("CanonicalRequest", canonical));
  }
  SMITH_TRY(check_payload(request));
  return claim.access_key;
}

Headers sign_sigv4(const HttpRequest& request, const SigV4Options& options, int64_t wall_micros) {
  const Credential& credential = options.credentials.front();
  std::string date = amz_date(wall_micros);
  HttpRequest signed_one = request;
  Headers added;
  added.add("x-amz-date", date);
  if (!request.headers.has("x-amz-content-sha256")) {
    added.add("x-amz-content-sha256", sha256_hex(request.body));
  }
  if (!credential.session_token.empty()) {
    added.add("x-amz-security-token", credential.session_token);
  }
  for (const auto& [name, value] : added.all()) signed_one.headers.add(name, value);
  std::vector<std::string> names;
  for (const auto& [name, value] : signed_one.headers.all()) {
    if (name == "host" || name.starts_with("x-amz-")) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  Claim claim{credential.access_key, date.substr(0, 8), options.region, join(names, ";"), ""};
  auto canonical = canonical_request(signed_one, claim);
  std::string signature = signature_of(canonical.value(), claim, date, credential.secret_key);
  added.add("authorization", std::string(algorithm) + " Credential=" + claim.access_key + "/" +
                                 claim.scope() + ", SignedHeaders=" + claim.signed_headers +
                                 ", Signature=" + signature);
  return added;
}

}  // namespace silversmith::test
