// SPDX-License-Identifier: Apache-2.0
// A static program must not load shared libraries: they bring a second C library along. The AWS
// Common Runtime looks for libnuma at its start and does without; this is its "there is none".
#include <dlfcn.h>

extern "C" void* dlopen(const char*, int) noexcept { return nullptr; }
