#include "lib/base/istio_version.h"

#include <doctest/doctest.h>

namespace egressctl {
namespace {

TEST_CASE("version: a release with or without its patch number") {
  CHECK(parse_istio_version("1.30") == IstioVersion{30});
  CHECK(parse_istio_version("1.30.2") == IstioVersion{30});
  CHECK(parse_istio_version("1.3") == IstioVersion{3});
  for (const char* text : {"", "1", "1.", "1.x", "2.30", "1.30.", "1.30.2.1", "v1.30", "1.030",
                           "1.30-alpha", "1.9999", "1.-3", " 1.30"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_istio_version(text).has_value());
  }
}

TEST_CASE("version: a guess is made for near misses that lead to a supported release") {
  CHECK(guess_istio_version("1.3") == IstioVersion{30});
  CHECK(guess_istio_version("1.2") == IstioVersion{20});
  CHECK(guess_istio_version("v1.26.1") == IstioVersion{26});
  CHECK(guess_istio_version("1.26-alpha.0") == IstioVersion{26});
  for (const char* text : {"latest", "1.19", "1.31", "1.5", "", "v"}) {
    CAPTURE(text);
    CHECK_FALSE(guess_istio_version(text).has_value());
  }
}

}  // namespace
}  // namespace egressctl
