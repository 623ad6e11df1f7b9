// SPDX-License-Identifier: Apache-2.0
#include "support/http_message.h"

#include <time.h>

#include <array>
#include <cctype>

#include "base/text.h"

namespace silversmith::test {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

constexpr char http_date_format[] = "%a, %d %b %Y %H:%M:%S GMT";

}  // namespace

const std::string* Headers::find(std::string_view name) const {
  std::string wanted = lower(name);
  for (const Field& field : fields_) {
    if (field.first == wanted) return &field.second;
  }
  return nullptr;
}

std::string Headers::get(std::string_view name) const {
  const std::string* found = find(name);
  return found == nullptr ? std::string() : *found;
}

void Headers::add(std::string_view name, std::string_view value) {
  fields_.emplace_back(lower(name), value);
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return field.first == lower(name); });
}

std::string_view reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 416: return "Range Not Satisfiable";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    default: return "Status";
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out.push_back(text[at]);
      continue;
    }
    if (at + 2 >= text.size()) return std::nullopt;
    int high = hex_digit(text[at + 1]);
    int low = hex_digit(text[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
    at += 2;
  }
  return out;
}

std::string percent_encoded(std::string_view text, Slash slash) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    if (unreserved(c) || (c == '/' && slash == Slash::literal)) {
      out.push_back(c);
      continue;
    }
    auto byte = static_cast<uint8_t>(c);
    out.push_back('%');
    out.push_back(digits[byte >> 4]);
    out.push_back(digits[byte & 15]);
  }
  return out;
}

std::optional<Query> parse_query(std::string_view query) {
  Query out;
  for (std::string_view part : split(query, '&')) {
    if (part.empty()) continue;
    std::string spaced(part);
    for (char& c : spaced) c = c == '+' ? ' ' : c;
    size_t equals = std::min(spaced.find('='), spaced.size());
    auto name = percent_decoded(std::string_view(spaced).substr(0, equals));
    auto value =
        percent_decoded(std::string_view(spaced).substr(std::min(equals + 1, spaced.size())));
    if (!name || !value) return std::nullopt;
    out.emplace_back(*std::move(name), *std::move(value));
  }
  return out;
}

const std::string* find(const Query& query, std::string_view name) {
  for (const auto& [key, value] : query) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string http_date(int64_t wall_micros) {
  time_t seconds = wall_micros / 1'000'000;
  tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  size_t size = strftime(text.data(), text.size(), http_date_format, &parts);
  return {text.data(), size};
}

std::optional<int64_t> parse_http_date(std::string_view text) {
  tm parts{};
  std::string whole(text);
  const char* end = strptime(whole.c_str(), http_date_format, &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return int64_t{timegm(&parts)} * 1'000'000;
}

}  // namespace silversmith::test
