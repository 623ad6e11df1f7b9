// SPDX-License-Identifier: Apache-2.0
// A disposable note per key: "a file in this state has this content hash", so that a sweep need
// not read what it has read before (docs/decisions/0006-folder-tag.md: a source's version is its
// content). One small file a key, replaced by rename, with a checksum: what does not read back
// whole is as good as absent. Losing all of it costs time.
#pragma once

#include <string>
#include <string_view>

#include "store/folder.h"

namespace silversmith::store {

class Seen {
 public:
  // `state` must outlive this: the folder that holds .silversmith.
  explicit Seen(Folder& state) : state_(state) {}

  // The version noted for the key while the file is still in that state; "" when there is none.
  std::string recall(std::string_view key, const FileState& file);
  // Notes it, unless the file had changed within two seconds before `looked_micros`: a file
  // system's times are coarse, and a later change could leave the same state behind.
  void remember(std::string_view key, const FileState& file, std::string_view version,
                int64_t looked_micros);

 private:
  Folder& state_;
};

}  // namespace silversmith::store
