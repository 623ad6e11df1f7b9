// SPDX-License-Identifier: Apache-2.0
// An empty folder for one test, removed with what is in it.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/check.h"

namespace silversmith {

class TempFolder {
 public:
  TempFolder() {
    std::string name = std::filesystem::temp_directory_path() / "silversmith-";
    name += std::string(6, 'X');  // as mkdtemp(3) wants it
    SMITH_CHECK(::mkdtemp(name.data()) != nullptr, "no temporary folder");
    path_ = name;
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  std::string at(const std::string& name) const { return path_ + "/" + name; }

  // Writes in place, as a careless producer does.
  void put(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories(std::filesystem::path(at(name)).parent_path());
    std::ofstream(at(name), std::ios::binary | std::ios::trunc) << bytes;
  }
  std::string get(const std::string& name) const {
    std::ifstream from(at(name), std::ios::binary);
    std::stringstream bytes;
    bytes << from.rdbuf();
    return bytes.str();
  }

 private:
  std::string path_;
};

}  // namespace silversmith
