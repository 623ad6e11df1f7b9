// SPDX-License-Identifier: Apache-2.0
#include "process.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <new>

#include "base/clock.h"
#include "console.h"
#include "smith/pipeline.h"

namespace silversmith::app {

namespace {

// A closed standard descriptor would be given to the next file that is opened, and what is meant
// for a person would be written into it. What stands in for it can't be used the way it is meant,
// so that using it stays an error.
void fill_standard_descriptors() {
  for (int fd = 0; fd <= 2; ++fd) {
    bool closed = fcntl(fd, F_GETFD) < 0 && errno == EBADF;
    if (closed && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0) return;
  }
}

}  // namespace

uint64_t seed_of_process() {
  return static_cast<uint64_t>(system_clock().wall_micros()) ^ static_cast<uint64_t>(getpid())
                                                                   << 32;
}

int run_program(const std::function<int()>& body) {
  // A large block goes back to the system when it is freed. By itself the allocator raises this
  // bound to the largest block ever freed, and one long record would stay with us for good.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  std::set_new_handler(out_of_memory);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // a write past the limit on file sizes then fails like any other
  fill_standard_descriptors();
  try {
    return body();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "internal error: %s\n", error.what());
  } catch (...) {
    std::fprintf(stderr, "internal error\n");
  }
  return static_cast<int>(Exit::internal);
}

}  // namespace silversmith::app
