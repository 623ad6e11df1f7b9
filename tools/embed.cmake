# SPDX-License-Identifier: Apache-2.0
# Writes a C++ source whose function returns a file's text, at build time:
#   cmake -DFROM=FILE -DTO=FILE.cc -DHEADER=folder/x.h -DSPACE=a::b -DNAME=function -P tools/embed.cmake
# A literal holds 16 kB at most, so that every compiler takes it; the pieces join by themselves. What
# they join to is longer than the standard promises, which our compilers take and only warn of.
file(READ ${FROM} text)
string(LENGTH "${text}" length)
set(pieces "")
set(at 0)
while(at LESS length)
  string(SUBSTRING "${text}" ${at} 8000 piece)
  string(LENGTH "${piece}" taken)
  string(APPEND pieces "    R\"embedded(${piece})embedded\"\n")
  math(EXPR at "${at} + ${taken}")
endwhile()
file(WRITE ${TO} "// Written by tools/embed.cmake.
#include \"${HEADER}\"

#pragma GCC diagnostic ignored \"-Woverlength-strings\"

namespace ${SPACE} {

std::string_view ${NAME}() {
  static constexpr char text[] =
${pieces}      ;
  return {text, sizeof text - 1};
}

}  // namespace ${SPACE}
")
