// SPDX-License-Identifier: Apache-2.0
// Writes the want.* files of golden cases anew, for a reviewer to read: tools/golden calls it.
//   golden_write ROOT [TOPIC/CASE]...
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "golden_case.h"

namespace {

namespace golden = silversmith::golden;

bool write(const golden::Case& one, const golden::Wants& wants) {
  for (const auto& [name, text] : golden::read_wants(one)) {
    if (!wants.contains(name)) std::filesystem::remove(one.folder + "/" + name);
  }
  for (const auto& [name, text] : wants) {
    std::ofstream file(one.folder + "/" + name, std::ios::binary | std::ios::trunc);
    file << text;
    if (!file.flush()) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty()) {
    std::fprintf(stderr, "usage: golden_write ROOT [TOPIC/CASE]...\n");
    return 2;
  }
  auto cases = golden::read_cases(words[0]);
  if (!cases.ok()) {
    std::fprintf(stderr, "%s\n", cases.error().message.c_str());
    return 1;
  }
  for (const golden::Case& one : *cases) {
    std::string name = one.topic + "/" + one.name;
    bool named =
        words.size() == 1 || std::find(words.begin() + 1, words.end(), name) != words.end();
    if (!named) continue;
    if (!write(one, golden::wants_of(golden::make(one, golden::Way())))) {
      std::fprintf(stderr, "can't write %s\n", one.folder.c_str());
      return 1;
    }
    std::printf("%s\n", name.c_str());
  }
  return 0;
}
