// SPDX-License-Identifier: Apache-2.0
// JSON Lines that outlive a crash: what was written is on the disk when sync() says so. For what is
// about to be removed elsewhere.
#pragma once

#include <memory>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "files.h"

namespace silversmith::app {

class ExportFile {
 public:
  // A file that is there is added to; the half line of one that was killed is ended first.
  // Fails with missing (no such folder), denied, invalid (a directory).
  static Result<std::unique_ptr<ExportFile>> open(const std::string& path);
  // For open(), which is the way in.
  ExportFile(std::string path, Descriptor fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  Result<> add(const Json& line);
  // Fails with busy: the disk is full or broken.
  Result<> sync();

 private:
  Result<> end_half_line();

  std::string path_;
  Descriptor fd_;
};

}  // namespace silversmith::app
