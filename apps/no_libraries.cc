// SPDX-License-Identifier: Apache-2.0
// Of static programs: nothing loads a shared library, since each would bring a second C library
// along and the two end the process (docs/decisions/0061-static-programs.md).
#include <dlfcn.h>
#include <nss.h>

// The AWS Common Runtime looks for libnuma at its start and does without.
extern "C" void* dlopen(const char*, int) noexcept { return nullptr; }

namespace {

// The C library would load what /etc/nsswitch.conf names; these two are part of it. Hosts are for
// connections, users for the home directory with its AWS profile.
__attribute__((constructor)) void look_up_without_plugins() {
  __nss_configure_lookup("hosts", "files dns");
  __nss_configure_lookup("passwd", "files");
}

}  // namespace
