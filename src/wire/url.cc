// SPDX-License-Identifier: Apache-2.0
#include "wire/url.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "base/uri.h"

namespace silversmith::wire {

namespace {

constexpr std::string_view secure = "https://";
constexpr std::string_view plain = "http://";

Error no_url(std::string_view text) {
  size_t at = text.rfind('@');
  std::string shown(at == std::string_view::npos ? text : text.substr(at + 1));
  return {Code::invalid, show(shown) + " is no URL that can be used",
          "wanted http://HOST[:PORT] or https://HOST[:PORT]", ""};
}

// The host in front of ":PORT", or of nothing; false when what follows is no port.
bool take_host(std::string_view authority, Url& url) {
  size_t end = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
  size_t colon = authority.find(':', end == std::string_view::npos ? 0 : end);
  std::string_view host = authority.substr(0, colon);
  if (authority.starts_with('[')) {
    if (end == std::string_view::npos || host.size() != end + 1) return false;
    host = host.substr(1, end - 1);
  }
  url.host = host;
  if (host.empty()) return false;
  if (colon == std::string_view::npos) return true;
  std::optional<uint64_t> port = parse_number(authority.substr(colon + 1));
  if (!port.has_value() || *port == 0 || *port > 65'535) return false;
  url.port = static_cast<uint16_t>(*port);
  return true;
}

}  // namespace

std::string Url::authority() const {
  std::string named = host.find(':') == std::string::npos ? host : "[" + host + "]";
  bool usual = port == (tls ? 443 : 80);
  return named + (usual ? "" : ":" + std::to_string(port));
}

std::string Url::origin() const { return std::string(tls ? secure : plain) + authority(); }

Result<Url> parse_url(std::string_view text) {
  Url url;
  url.tls = text.starts_with(secure);
  if (!url.tls && !text.starts_with(plain)) return no_url(text);
  std::string_view rest = text.substr(url.tls ? secure.size() : plain.size());
  if (rest.find_first_of("# \t\r\n") != std::string_view::npos) return no_url(text);
  size_t slash = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, slash);
  url.target = rest.substr(slash);
  if (url.target.starts_with('?')) url.target.insert(0, "/");
  if (size_t at = authority.rfind('@'); at != std::string_view::npos) {
    std::string_view user = authority.substr(0, at);
    size_t colon = std::min(user.find(':'), user.size());
    url.user = uri_decoded(user.substr(0, colon));
    if (colon < user.size()) url.password = uri_decoded(user.substr(colon + 1));
    authority.remove_prefix(at + 1);
  }
  url.port = url.tls ? 443 : 80;
  if (!take_host(authority, url)) return no_url(text);
  return url;
}

}  // namespace silversmith::wire
