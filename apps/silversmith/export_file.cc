// SPDX-License-Identifier: Apache-2.0
#include "export_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "store/folder.h"

namespace silversmith::app {

namespace {

Error system_error(const std::string& what, const std::string& path) {
  return store::file_error(errno, what + " " + path);
}

Result<> write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    ssize_t put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return system_error("can't write", path);
    text.remove_prefix(static_cast<size_t>(put));
  }
  return {};
}

// So that the name itself is on the disk.
Result<> sync_folder(const std::string& path) {
  size_t slash = path.rfind('/');
  std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || fsync(fd.get()) != 0) return system_error("can't make durable", path);
  return {};
}

}  // namespace

Result<std::unique_ptr<ExportFile>> ExportFile::open(const std::string& path) {
  Descriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (fd.get() < 0) return system_error("can't open", path);
  auto file = std::make_unique<ExportFile>(path, std::move(fd));
  SMITH_TRY(file->end_half_line());
  SMITH_TRY(sync_folder(path));
  return file;
}

Result<> ExportFile::end_half_line() {
  off_t end = lseek(fd_.get(), 0, SEEK_END);
  char last = '\n';
  // A pipe has no end, and nothing half-written.
  if (end <= 0 || pread(fd_.get(), &last, 1, end - 1) != 1 || last == '\n') return {};
  return write_all(fd_.get(), "\n", path_);
}

Result<> ExportFile::add(const Json& line) {
  return write_all(fd_.get(), line.dump() + "\n", path_);
}

Result<> ExportFile::sync() {
  if (fsync(fd_.get()) != 0 && errno != EINVAL) return system_error("can't write", path_);
  return {};
}

}  // namespace silversmith::app
