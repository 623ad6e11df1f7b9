// SPDX-License-Identifier: Apache-2.0
// file → object: the small writes around a commit. Objects whose name says what is in them are
// put once: whoever comes second finds the same bytes there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/store.h"

namespace silversmith::silver {

enum class Put : uint8_t { now, before };  // `before`: the object was there already

// Puts `bytes` under `key` unless there is an object. Fails with denied, busy (unknown outcome).
Result<Put> put_once(store::Store& target, std::string_view key, std::string_view bytes);
// Commits a filled upload under `key` unless there is an object. Fails as put_once does.
Result<Put> commit_once(store::Store& target, store::Upload& upload, std::string_view key);

// Whether there is an object. Fails with denied, busy.
Result<bool> exists(store::Store& target, std::string_view key);

// The whole of a small object. Fails with missing, limit (over `bytes_max`), conflict, denied,
// busy.
Result<std::string> read_small(store::Store& from, std::string_view key, uint64_t bytes_max);

}  // namespace silversmith::silver
