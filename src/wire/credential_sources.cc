// SPDX-License-Identifier: Apache-2.0
#include "wire/credential_sources.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "base/uri.h"
#include "wire/date.h"
#include "wire/http.h"
#include "wire/url.h"
#include "wire/xml.h"

namespace silversmith::wire {

namespace {

// What is asked stands on this machine or near it, and somebody waits.
constexpr uint32_t near_connect_ms = 1'000;
constexpr uint32_t near_first_byte_ms = 2'000;
constexpr uint32_t sts_connect_ms = 5'000;
constexpr uint32_t sts_first_byte_ms = 10'000;
constexpr uint32_t tries_max = 3;
constexpr int64_t tries_micros_max = 5'000'000;
constexpr Backoff pauses = {400'000, 1'600'000};
constexpr int64_t look_micros = 50'000;
constexpr size_t answer_bytes_max = size_t{64} << 10;
constexpr std::streamsize token_bytes_max = 64 << 10;

struct Ask {
  std::string method;
  std::string url;
  std::vector<Header> headers = {};
  std::string body = {};
  bool near = true;
  bool may_be_absent = false;  // nobody there is an answer
};

struct Asked {
  Result<HttpAnswer> answer;
  bool connected;
};

// A setting that is wrong says nothing about the object that waits for credentials.
Error of_setting(Error error) {
  if (error.code == Code::invalid) error.code = Code::denied;
  return error;
}

Result<Asked> ask_once(const SourceSetup& setup, const Ask& what) {
  Result<Url> parsed = parse_url(what.url);
  if (!parsed.ok()) return of_setting(std::move(parsed).error());
  const Url& url = *parsed;
  HttpOptions options;
  options.connections_max = 1;
  options.connect_ms_max = what.near ? near_connect_ms : sts_connect_ms;
  options.first_byte_ms_max = what.near ? near_first_byte_ms : sts_first_byte_ms;
  options.body_bytes_max = answer_bytes_max;
  options.stop = setup.stop;
  options.direct = what.near;
  Result<HttpClient> client =
      HttpClient::make(setup.network, {url.host, url.port, url.tls, "", unsigned_service}, options);
  if (!client.ok()) return of_setting(std::move(client).error());
  TextBody body(what.body);
  Request request{what.method, url.target.empty() ? "/" : url.target, what.headers, nullptr, 0};
  if (!what.body.empty()) request.body = &body;
  Exchange exchange = client->start(std::move(request));
  Result<HttpAnswer> answer = exchange.finish();
  return Asked{std::move(answer), exchange.connected()};
}

// Up to three times where trouble passes; none begins later than a few seconds after the first.
Result<Asked> ask(const SourceSetup& setup, const Ask& what) {
  Clock& clock = system_clock();
  Jitter jitter(static_cast<uint64_t>(clock.wall_micros()));
  int64_t until = clock.steady_micros() + tries_micros_max;
  for (uint32_t tries = 1;; ++tries) {
    Asked asked = SMITH_TRY(ask_once(setup, what));
    bool passing = asked.answer.ok() ? passes_by_itself(asked.answer->status)
                                     : asked.answer.error().code == Code::busy;
    bool absent = what.may_be_absent && !asked.connected;
    if (!passing || absent || tries == tries_max) return asked;
    int64_t from = clock.steady_micros() + pauses.pause_micros(tries, jitter);
    if (from >= until) return asked;
    while (clock.steady_micros() < from && !(setup.stop != nullptr && *setup.stop)) {
      clock.sleep_micros(look_micros);
    }
  }
}

Error of_status(const std::string& source, int status, const std::string& said) {
  bool passing = passes_by_itself(status);
  return {passing ? Code::busy : Code::denied,
          source + " answered " + std::to_string(status) + (said.empty() ? "" : " " + said),
          passing ? "" : "see what that source allows", ""};
}

Error malformed(const std::string& source) {
  return {Code::denied, source + " answered 200 without credentials that can be read",
          "see what that source answers", ""};
}

// Half of a pair is none.
Result<FoundCredentials> whole(const std::string& source, FoundCredentials found) {
  if (found.access_key_id.empty() || found.secret_access_key.empty()) return malformed(source);
  return found;
}

// The document of a container's endpoint and of an instance's metadata.
Result<FoundCredentials> in_json(const std::string& source, const std::string& body) {
  Result<Json> json = parse_json(body);
  if (!json.ok()) return malformed(source);
  std::string code = json->text_or("Code", "Success");
  if (code != "Success") {
    return Error{Code::denied, source + " answered " + code + ": " + json->text_or("Message", ""),
                 "see the role of this machine", ""};
  }
  FoundCredentials found{json->text_or("AccessKeyId", ""), json->text_or("SecretAccessKey", ""),
                         json->text_or("Token", ""), date_micros(json->text_or("Expiration", ""))};
  return whole(source, std::move(found));
}

Result<std::string> token_in(const std::string& source, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(static_cast<size_t>(token_bytes_max), '\0');
  file.read(text.data(), token_bytes_max);
  text.resize(static_cast<size_t>(file.gcount()));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  bool whole = file.eof() && !text.empty() && text.find_first_of("\r\n") == std::string::npos;
  if (whole) return text;
  return Error{Code::denied, source + ": there is no token in " + path,
               "see that the file is there, readable, and holds one line", ""};
}

// Tokens go over plain HTTP to this machine and to the addresses that AWS gives containers only.
bool may_be_told(const Url& url) {
  constexpr std::array<std::string_view, 4> known = {"169.254.170.2", "169.254.170.23",
                                                     "fd00:ec2::23", "::1"};
  bool is_number = url.host.find_first_not_of("0123456789.") == std::string::npos;
  bool is_here = url.host == "localhost" || (is_number && url.host.starts_with("127."));
  if (url.tls || is_here) return true;
  return std::find(known.begin(), known.end(), url.host) != known.end();
}

const XmlElement* child(const XmlElement* of, std::string_view name) {
  if (of == nullptr) return nullptr;
  for (const XmlElement& element : of->children) {
    if (element.name == name) return &element;
  }
  return nullptr;
}

Error refused_by_sts(const std::string& source, const HttpAnswer& answer) {
  Result<XmlElement> root = parse_xml(answer.body);
  const XmlElement* error = root.ok() ? child(&*root, "Error") : nullptr;
  std::string name(error == nullptr ? "" : error->text_of("Code"));
  std::string said = name;
  if (error != nullptr) said += ": " + std::string(error->text_of("Message"));
  Error told = of_status(source, answer.status, said);
  for (std::string_view passing : {"Throttling", "ThrottlingException", "RequestLimitExceeded",
                                   "IDPCommunicationError", "InternalFailure"}) {
    if (name == passing) told.code = Code::busy;
  }
  if (told.code == Code::busy) told.hint = "";
  return told;
}

}  // namespace

Result<FoundCredentials> from_container(const SourceSetup& setup) {
  const CredentialOptions& options = setup.options;
  Result<Url> url = parse_url(options.container_url).in("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (!url.ok()) return of_setting(std::move(url).error());
  std::string source = "the container's credentials endpoint " + url->origin() + url->target;
  if (!may_be_told(*url)) {
    return Error{Code::denied, source + " is neither https nor on this machine",
                 "AWS_CONTAINER_CREDENTIALS_FULL_URI names https, localhost, 169.254.170.2 or "
                 "169.254.170.23",
                 ""};
  }
  Ask what{"GET", options.container_url, {{"Accept", "application/json"}}};
  std::string token = options.container_token;
  if (!options.container_token_file.empty()) {
    token = SMITH_TRY(token_in(source, options.container_token_file));
  }
  if (!token.empty()) what.headers.push_back({"Authorization", token});
  Asked asked = SMITH_TRY(ask(setup, what).in(source));
  if (!asked.answer.ok()) return std::move(asked.answer).error().in(source);
  if (asked.answer->status != 200) return of_status(source, asked.answer->status, "");
  return in_json(source, asked.answer->body);
}

Result<FoundCredentials> from_web_identity(const SourceSetup& setup) {
  const CredentialOptions& options = setup.options;
  std::string source = "STS for the web identity " + options.role_arn + " at " + options.sts_url;
  if (options.role_arn.empty()) {
    return Error{Code::denied,
                 "the web identity " + options.web_identity_token_file + " has no role",
                 "set AWS_ROLE_ARN", ""};
  }
  std::string token = SMITH_TRY(token_in(source, options.web_identity_token_file));
  std::string name = options.role_session_name.empty() ? "silversmith" : options.role_session_name;
  Ask what{"POST", options.sts_url, {{"Content-Type", "application/x-www-form-urlencoded"}}};
  what.near = false;
  what.body = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=" +
              uri_encoded(options.role_arn) + "&RoleSessionName=" + uri_encoded(name) +
              "&WebIdentityToken=" + uri_encoded(token);
  Asked asked = SMITH_TRY(ask(setup, what).in(source));
  if (!asked.answer.ok()) return std::move(asked.answer).error().in(source);
  if (asked.answer->status != 200) return refused_by_sts(source, *asked.answer);
  Result<XmlElement> root = parse_xml(asked.answer->body);
  const XmlElement* result = root.ok() ? child(&*root, "AssumeRoleWithWebIdentityResult") : nullptr;
  const XmlElement* given = child(result, "Credentials");
  if (given == nullptr) return malformed(source);
  return whole(
      source,
      {std::string(given->text_of("AccessKeyId")), std::string(given->text_of("SecretAccessKey")),
       std::string(given->text_of("SessionToken")), date_micros(given->text_of("Expiration"))});
}

namespace {

// 1. a token (version 2)   2. the name of the role   3. its credentials
class Instance {
 public:
  explicit Instance(const SourceSetup& setup) : setup_(setup) {}

  // Nothing: nobody is there, or knows the path.
  Result<std::optional<std::string>> say(const std::string& method, const std::string& path) {
    Ask what{method, setup_.options.instance_url + path, headers_};
    what.may_be_absent = !setup_.options.instance_named && status_ == 0;
    Asked asked = SMITH_TRY(ask(setup_, what).in(source()));
    bool absent = !asked.connected && what.may_be_absent;
    if (!asked.answer.ok() && absent && asked.answer.error().code == Code::busy) {
      return std::optional<std::string>();
    }
    if (!asked.answer.ok()) return std::move(asked.answer).error().in(source());
    status_ = asked.answer->status;
    if (status_ == 404) return std::optional<std::string>();
    if (status_ != 200) return of_status(source(), status_, "");
    return std::optional<std::string>(asked.answer->body);
  }

  std::string source() const { return "instance metadata at " + setup_.options.instance_url; }
  void set_headers(std::vector<Header> headers) { headers_ = std::move(headers); }
  int status() const { return status_; }

 private:
  const SourceSetup& setup_;
  std::vector<Header> headers_;
  int status_ = 0;  // of the last answer; 0: nothing has answered yet
};

}  // namespace

Result<std::optional<FoundCredentials>> from_instance(const SourceSetup& setup) {
  Instance instance(setup);
  instance.set_headers({{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}});
  Result<std::optional<std::string>> token = instance.say("PUT", "/latest/api/token");
  if (instance.status() == 0 && token.ok()) return std::optional<FoundCredentials>();
  bool old = instance.status() == 403 || instance.status() == 404 || instance.status() == 405;
  old = old && setup.options.instance_v1;
  bool has_token = token.ok() && token->has_value();
  if (!has_token && !old) {
    if (!token.ok()) return std::move(token).error();
    return of_status(instance.source(), instance.status(), "when asked for a token");
  }
  instance.set_headers({});
  if (has_token) instance.set_headers({{"X-aws-ec2-metadata-token", **token}});
  std::string path = "/latest/meta-data/iam/security-credentials/";
  std::optional<std::string> roles = SMITH_TRY(instance.say("GET", path));
  if (!roles.has_value()) return std::optional<FoundCredentials>();
  std::string role(trim(split(*roles, '\n').front()));
  std::optional<std::string> body = SMITH_TRY(instance.say("GET", path + uri_encoded_path(role)));
  if (!body.has_value()) return of_status(instance.source(), 404, "for the role " + role);
  return std::optional<FoundCredentials>(SMITH_TRY(in_json(instance.source(), *body)));
}

}  // namespace silversmith::wire
