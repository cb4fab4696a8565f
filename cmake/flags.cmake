# egressctl_warnings: what every target of ours is compiled with. Links as
#
#   target_link_libraries(<target> PRIVATE egressctl_warnings)
#
# Sanitizers alone hold for the whole build: code with and without them must not be mixed.

add_library(egressctl_build INTERFACE)
target_include_directories(egressctl_build INTERFACE ${PROJECT_SOURCE_DIR})
# The same program from whatever folder it is built in. Of two that match, the last one counts.
target_compile_options(egressctl_build INTERFACE
  -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=
  -ffile-prefix-map=${PROJECT_BINARY_DIR}=build
)

# A quarter off the time that clang needs for all of it. Off elsewhere: gcc gains nothing, ccache does not
# see through it, and a file that forgot one of these headers would go unnoticed. Not <filesystem>: it
# brings std::quoted, which is found for strings before our own.
if(EGRESSCTL_PCH)
  target_precompile_headers(egressctl_build INTERFACE
    <algorithm>
    <fmt/format.h>
    <functional>
    <map>
    <optional>
    <set>
    <string>
    <string_view>
    <unordered_map>
    <unordered_set>
    <vector>
  )
endif()

# egressctl_precompile(<target> <header>...)
#
# With EGRESSCTL_PCH: headers of our own or of a library that most files of the target read, too.
function(egressctl_precompile target)
  if(EGRESSCTL_PCH)
    list(TRANSFORM ARGN REPLACE "(.+)" "<\\1>")
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()

if(EGRESSCTL_HARDENING)
  target_compile_options(egressctl_build INTERFACE
    -U_FORTIFY_SOURCE
    -D_FORTIFY_SOURCE=2
    -fstack-protector-strong
    -fstack-clash-protection
    -D_GLIBCXX_ASSERTIONS
  )
  target_link_options(egressctl_build INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

add_library(egressctl_warnings INTERFACE)
target_link_libraries(egressctl_warnings INTERFACE egressctl_build)
target_compile_options(egressctl_warnings INTERFACE
  -Wall
  -Wextra
  -Wconversion
  -Wshadow
  -Wpedantic
  $<$<BOOL:${EGRESSCTL_WERROR}>:-Werror>
)

if(EGRESSCTL_SANITIZE)
  # What the sanitizers add makes gcc see uninitialised memory in <regex> (GCC bug 105562).
  target_compile_options(egressctl_warnings INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  add_compile_options(
    -fsanitize=${EGRESSCTL_SANITIZE}
    -fno-sanitize-recover=all
    -fno-omit-frame-pointer
  )
  add_link_options(-fsanitize=${EGRESSCTL_SANITIZE})
endif()

include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)

if(EGRESSCTL_LTO)
  include(CheckIPOSupported)
  check_ipo_supported(RESULT EGRESSCTL_LTO_WORKS OUTPUT lto_output LANGUAGES CXX)
  if(EGRESSCTL_LTO_WORKS)
    # Objects that hold machine code, too: tests link without optimising all of it again.
    target_compile_options(egressctl_build INTERFACE -flto=auto -ffat-lto-objects)
  else()
    message(STATUS "no link-time optimisation: ${lto_output}")
  endif()
endif()
