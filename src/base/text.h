// SPDX-License-Identifier: Apache-2.0
// Small text helpers that more than one stage needs: showing bytes in messages, numbers for
// people, UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace silversmith {

// The bytes between double quotes, for a message: control bytes and bytes that are not UTF-8 as
// \xNN, " and \ escaped, cut to `bytes_max` bytes with "..." behind the quote.
std::string show(std::string_view bytes, size_t bytes_max = 60);

// Control bytes and bytes that are not UTF-8 as \xNN.
std::string escaped(std::string_view bytes);
// The bytes themselves where a terminal may have them, else as show() has them.
std::string printable(std::string_view bytes);

std::string join(const std::vector<std::string>& parts, std::string_view between_parts);
std::vector<std::string_view> split(std::string_view text, char at);           // views into `text`
std::string_view trim(std::string_view text);                                  // blanks and tabs
std::string lowered(std::string_view text);                                    // ASCII case
bool equal_ignoring_case(std::string_view left, std::string_view right);       // ASCII case
bool ends_with_ignoring_case(std::string_view text, std::string_view suffix);  // ASCII case
// The whole text as a number of digits alone; nothing when it is not, or passes 64 bits.
std::optional<uint64_t> parse_number(std::string_view text);

std::string human_bytes(uint64_t bytes);  // "1.97 GB", powers of 1000
std::string human_count(uint64_t count);  // "8 100 412"
// "256MiB", "256MB", "256 M", "1G", "1073741824": M and MiB are powers of 1024, MB of 1000.
std::optional<uint64_t> parse_bytes(std::string_view text);

// The offset of the first byte that does not continue a well-formed UTF-8 text (RFC 3629:
// no overlongs, no surrogates, nothing above U+10FFFF), or nullopt. Fast on ASCII.
std::optional<size_t> find_invalid_utf8(std::string_view bytes);
// The longest beginning of at most `bytes_max` bytes that ends between characters. Requires UTF-8.
std::string_view cut_utf8(std::string_view text, size_t bytes_max);
// The same with "..." in place of what is cut off, within the bound, which is three at least.
std::string shortened(std::string_view text, size_t bytes_max);

}  // namespace silversmith
