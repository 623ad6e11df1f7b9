# SPDX-License-Identifier: Apache-2.0
# Builds for arm64 with Debian's cross compiler, and runs what must run under qemu. Libraries come
# from SMITH_ARM64_ROOT, where tools/setup unpacks Debian's packages of that architecture: installed
# ones would push out their namesakes (libyaml-cpp-dev is not co-installable).
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SMITH_ARM64_ROOT)
if(SMITH_ARM64_ROOT)
  list(APPEND CMAKE_FIND_ROOT_PATH ${SMITH_ARM64_ROOT})
endif()
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
