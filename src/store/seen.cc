// SPDX-License-Identifier: Apache-2.0
#include "store/seen.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/hash.h"

namespace silversmith::store {

namespace {

constexpr int64_t rest_nanos = 2'000'000'000;
constexpr size_t note_bytes_max = 1024;

std::string place_of(std::string_view key) {
  std::string name = content_hash(key).hex();
  return ".silversmith/seen/" + name.substr(0, 2) + "/" + name.substr(2);
}

// "<checksum> <state> <version>": the checksum is over what follows it and over the key.
std::string state_text(const FileState& file) {
  std::string text;
  for (uint64_t number :
       {file.device, file.inode, file.size, static_cast<uint64_t>(file.modified_nanos),
        static_cast<uint64_t>(file.changed_nanos)}) {
    text += std::to_string(number) + " ";
  }
  return text;
}

std::string checksum_of(std::string_view key, std::string_view rest) {
  return content_hash(std::string(key) + '\n' + std::string(rest)).hex();
}

}  // namespace

std::string Seen::recall(std::string_view key, const FileState& file) {
  Result<Place> place = state_.find(place_of(key));
  if (!place.ok()) return "";
  FileOps& ops = state_.ops();
  Descriptor note(ops, ops.open_at(place->parent.number(), place->name, OpenMode::read));
  if (!note.is_open()) return "";
  std::array<char, note_bytes_max> bytes;
  int64_t count = ops.read_at(note.number(), 0, bytes);
  if (count <= 33) return "";
  std::string_view text(bytes.data(), static_cast<size_t>(count));
  std::string_view rest = text.substr(33);
  if (text.substr(0, 32) != checksum_of(key, rest)) return "";
  std::string wanted = state_text(file);
  if (!rest.starts_with(wanted)) return "";
  return std::string(rest.substr(wanted.size()));
}

void Seen::remember(std::string_view key, const FileState& file, std::string_view version,
                    int64_t looked_micros) {
  int64_t touched = std::max(file.modified_nanos, file.changed_nanos);
  if (looked_micros * 1000 - touched < rest_nanos) return;
  Result<Place> place = state_.make(place_of(key));
  if (!place.ok()) return;
  FileOps& ops = state_.ops();
  // Two writers of one note write under their own names; the last rename wins, and both are true.
  // Drafts stand in tmp, where the next start sweeps what a killed process leaves; one that is
  // swept too early only costs the note.
  Result<Place> drafts = state_.make(".silversmith/tmp/seen-" + std::to_string(::getpid()) + "-" +
                                     place->name.substr(0, 16));
  if (!drafts.ok()) return;
  FileOps::Place draft{drafts->parent.number(), drafts->name};
  Descriptor note(ops, ops.open_at(draft.first, draft.second, OpenMode::create));
  if (!note.is_open()) {
    ops.unlink(draft.first, draft.second);  // left by a process of the same number
    return;
  }
  std::string rest = state_text(file) + std::string(version);
  std::string text = checksum_of(key, rest) + " " + rest;
  bool whole = ops.write(note.number(), text) == static_cast<int64_t>(text.size());
  bool noted = whole && ops.rename(draft, {place->parent.number(), place->name}) >= 0;
  if (!noted) ops.unlink(draft.first, draft.second);
}

}  // namespace silversmith::store
