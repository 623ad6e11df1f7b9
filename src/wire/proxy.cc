// SPDX-License-Identifier: Apache-2.0
#include "wire/proxy.h"

#include <algorithm>

#include "base/text.h"

namespace silversmith::wire {

namespace {

// "10.1.2.3" as a number.
std::optional<uint32_t> address_of(std::string_view text) {
  uint32_t address = 0;
  auto parts = split(text, '.');
  if (parts.size() != 4) return std::nullopt;
  for (std::string_view part : parts) {
    std::optional<uint64_t> byte = parse_number(part);
    if (!byte.has_value() || *byte > 255) return std::nullopt;
    address = address << 8 | static_cast<uint32_t>(*byte);
  }
  return address;
}

bool in_network(std::string_view host, std::string_view network) {
  size_t slash = network.find('/');
  std::optional<uint32_t> address = address_of(host);
  std::optional<uint32_t> base = address_of(network.substr(0, slash));
  std::optional<uint64_t> bits = parse_number(network.substr(slash + 1));
  if (!address.has_value() || !base.has_value() || !bits.has_value() || *bits > 32) return false;
  uint32_t mask = *bits == 0 ? 0 : ~uint32_t{0} << (32 - *bits);
  return (*address & mask) == (*base & mask);
}

bool covers(std::string_view entry, const ProxyQuery& query) {
  if (entry.find('/') != std::string_view::npos) return in_network(query.host, entry);
  size_t colon = entry.rfind(':');
  bool has_port = colon != std::string_view::npos && entry.find(':') == colon;
  if (has_port) {
    if (parse_number(entry.substr(colon + 1)) != query.port) return false;
    entry = entry.substr(0, colon);
  }
  if (entry.starts_with('[') && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
  while (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.empty()) return false;
  if (equal_ignoring_case(entry, query.host)) return true;
  return !address_of(query.host).has_value() &&
         ends_with_ignoring_case(query.host, "." + std::string(entry));
}

}  // namespace

bool passes_proxy_by(std::string_view none, const ProxyQuery& query) {
  if (trim(none) == "*") return true;
  std::string entries(none);
  std::replace(entries.begin(), entries.end(), ' ', ',');
  auto names = split(entries, ',');
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return covers(trim(name), query); });
}

Result<std::optional<Url>> proxy_for(const ProxyOptions& options, const ProxyQuery& query) {
  const std::string& given = query.tls ? options.https : options.http;
  if (given.empty() || passes_proxy_by(options.none, query)) return std::optional<Url>();
  bool bare = given.find("://") == std::string::npos;
  Url proxy = SMITH_TRY(
      parse_url(bare ? "http://" + given : given).in(query.tls ? "HTTPS_PROXY" : "HTTP_PROXY"));
  return std::optional<Url>(std::move(proxy));
}

}  // namespace silversmith::wire
