#include "lib/spec/version.h"

#include <regex>
#include <string>

#include <doctest/doctest.h>

#include "lib/spec/formats.h"
#include "lib/spec/rules.h"

namespace egressctl::spec {
namespace {

TEST_CASE("version: a release with or without its patch number") {
  CHECK(parse_version("1.30") == IstioVersion{30});
  CHECK(parse_version("1.30.2") == IstioVersion{30});
  CHECK(parse_version("1.3") == IstioVersion{3});
  for (const char* text : {"", "1", "1.", "1.x", "2.30", "1.30.", "1.30.2.1", "v1.30", "1.030",
                           "1.30-alpha", "1.9999", "1.-3", " 1.30"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_version(text).has_value());
  }
}

TEST_CASE("version: a guess is made for near misses that lead to a supported release") {
  CHECK(guess_version("1.3") == IstioVersion{30});
  CHECK(guess_version("1.2") == IstioVersion{20});
  CHECK(guess_version("v1.26.1") == IstioVersion{26});
  CHECK(guess_version("1.26-alpha.0") == IstioVersion{26});
  for (const char* text : {"latest", "1.19", "1.31", "1.5", "", "v"}) {
    CAPTURE(text);
    CHECK_FALSE(guess_version(text).has_value());
  }
}

TEST_CASE("version: the schema's pattern takes exactly the supported releases") {
  const std::regex pattern{std::string(kVersionFormat.pattern)};
  for (int minor = 0; minor < 110; ++minor) {
    const IstioVersion version{minor};
    CAPTURE(minor);
    CHECK(parse_version(to_string(version)) == version);
    CHECK(std::regex_match(to_string(version), pattern) == is_supported(version));
    CHECK(std::regex_match(to_string(version) + ".7", pattern) == is_supported(version));
  }
}

TEST_CASE("version: what a feature needs is a release that is supported") {
  CHECK(is_supported(kStrictSince));
  CHECK(is_supported(kDynamicDnsSince));
  CHECK(is_supported(Istio{}.version.value));
}

}  // namespace
}  // namespace egressctl::spec
