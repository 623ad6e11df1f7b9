// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "doctor.h"
#include "files.h"
#include "smith/memory.h"
#include "smith/pipeline.h"

namespace silversmith::app {

namespace {

constexpr uint64_t small_file_bytes_max = uint64_t{1} << 20;
constexpr uint64_t space_bytes_min = uint64_t{64} << 20;
constexpr uint64_t space_bytes_good = uint64_t{1} << 30;
constexpr rlim_t descriptors_min = 64;
constexpr rlim_t descriptors_good = 256;

// "MemAvailable:   123 kB" of /proc/meminfo.
std::optional<uint64_t> available_memory() {
  Result<std::string> text = read_whole_file("/proc/meminfo", small_file_bytes_max);
  if (!text.ok()) return std::nullopt;
  for (std::string_view line : split(*text, '\n')) {
    constexpr std::string_view name = "MemAvailable:";
    if (!line.starts_with(name)) continue;
    std::string_view number = trim(line.substr(name.size()));
    std::optional<uint64_t> kilobytes = parse_number(number.substr(0, number.find(' ')));
    if (kilobytes.has_value()) return *kilobytes * 1024;
  }
  return std::nullopt;
}

// What a container allows; nothing where there is no bound.
std::optional<uint64_t> container_memory() {
  for (const char* path :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    Result<std::string> text = read_whole_file(path, small_file_bytes_max);
    if (!text.ok()) continue;
    std::optional<uint64_t> bytes = parse_number(text->substr(0, text->find('\n')));
    constexpr uint64_t no_bound = uint64_t{1} << 60;
    if (bytes.has_value() && *bytes < no_bound) return bytes;
  }
  return std::nullopt;
}

void check_memory(const smith::EngineOptions& engine, Diagnosis& diagnosis) {
  uint64_t wanted = engine.memory_bytes_max;
  std::optional<uint64_t> there = available_memory();
  std::optional<uint64_t> allowed = container_memory();
  if (allowed.has_value()) there = std::min(there.value_or(*allowed), *allowed);
  std::string found = human_bytes(wanted) + " are to be used";
  if (there.has_value()) found += ", " + human_bytes(*there) + " are there";
  bool fits = !there.has_value() || wanted <= *there;
  diagnosis.add({"machine", "memory", fits ? Outcome::ok : Outcome::failed, found,
                 fits ? "" : "give less with --memory: the system may end the process"});
}

void check_descriptors(Diagnosis& diagnosis) {
  struct rlimit limit {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  Outcome outcome = limit.rlim_cur < descriptors_min    ? Outcome::failed
                    : limit.rlim_cur < descriptors_good ? Outcome::warning
                                                        : Outcome::ok;
  diagnosis.add({"machine", "open files", outcome, std::to_string(limit.rlim_cur),
                 outcome == Outcome::ok ? "" : "raise the limit: ulimit -n 1024"});
}

}  // namespace

void check_machine(const Settings& settings, const std::string& scratch, Diagnosis& diagnosis) {
  diagnosis.add({"machine", "silversmith", Outcome::ok, std::string(smith::engine_version())});
  Result<smith::EngineOptions> engine = engine_options(settings);
  if (!engine.ok()) {
    diagnosis.add_error("machine", "settings", engine.error());
    return;
  }
  check_memory(*engine, diagnosis);
  uint32_t cores = smith::usable_cores();
  diagnosis.add({"machine", "threads", Outcome::ok,
                 std::to_string(engine->threads == 0 ? cores : engine->threads) + " on " +
                     std::to_string(cores) + (cores == 1 ? " core" : " cores")});
  check_descriptors(diagnosis);
  struct statvfs space {};
  std::string where = scratch.empty() ? scratch_folder() : scratch;
  // Made when it is first used: its parents tell as well.
  while (statvfs(where.c_str(), &space) != 0) {
    std::filesystem::path parent = std::filesystem::path(where).parent_path();
    if (parent.empty() || parent == where) {
      diagnosis.add({"machine", "scratch space", Outcome::failed, scratch + " is not there"});
      return;
    }
    where = parent.string();
  }
  uint64_t bytes = uint64_t{space.f_bavail} * space.f_frsize;
  Outcome outcome = bytes < space_bytes_min    ? Outcome::failed
                    : bytes < space_bytes_good ? Outcome::warning
                                               : Outcome::ok;
  diagnosis.add({"machine", "scratch space", outcome, human_bytes(bytes) + " at " + where,
                 outcome == Outcome::ok ? "" : "make room: what passes --memory goes there"});
}

}  // namespace silversmith::app
