# The libraries that the folders link, under their targets: CLI11::CLI11, OpenSSL::{Crypto,SSL},
# Threads::Threads, fmt::fmt, nlohmann_json::nlohmann_json, tl::expected, yaml-cpp,
# PkgConfig::{CARES,GNUTLS,HOGWEED,HTTPLIB,RE2}, and for tests doctest::doctest. .ci/packages lists the Debian packages.

find_package(CLI11 2.1 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(tl-expected 1.0 REQUIRED)
find_package(Threads REQUIRED)
find_package(yaml-cpp 0.7 REQUIRED)
pkg_check_modules(CARES REQUIRED IMPORTED_TARGET GLOBAL libcares)
pkg_check_modules(GNUTLS REQUIRED IMPORTED_TARGET GLOBAL gnutls>=3.7)
pkg_check_modules(HOGWEED REQUIRED IMPORTED_TARGET GLOBAL hogweed>=3.8 gmp)
# Its flags must be taken: without them the program and the library disagree about its classes.
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET GLOBAL cpp-httplib)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET GLOBAL re2)

if(EGRESSCTL_TESTS)
  find_package(doctest 2.4 REQUIRED)
endif()

# The distribution's interpreter is the one that has the distribution's modules.
if(NOT DEFINED Python3_EXECUTABLE AND EXISTS /usr/bin/python3)
  set(Python3_EXECUTABLE /usr/bin/python3)
endif()
find_package(Python3 COMPONENTS Interpreter)
