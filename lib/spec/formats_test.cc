#include "lib/spec/formats.h"

#include <regex>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "lib/spec/hosts.h"
#include "lib/spec/rules.h"

namespace egressctl::spec {
namespace {

const std::vector<std::string>& samples() {
  static const std::vector<std::string> kSamples = {"",
                                                    "a",
                                                    "A",
                                                    "9",
                                                    "-",
                                                    "_",
                                                    ".",
                                                    "a-",
                                                    "-a",
                                                    "a-b",
                                                    "a_b",
                                                    "a.b",
                                                    "a..b",
                                                    ".a",
                                                    "a.",
                                                    "a.-b",
                                                    "a b",
                                                    "a/b",
                                                    "a/b/c",
                                                    "/a",
                                                    "a/",
                                                    "A.b/c",
                                                    "app.kubernetes.io/part-of",
                                                    "Web",
                                                    "web-",
                                                    "x.y.z",
                                                    "web:1",
                                                    "é",
                                                    "*",
                                                    "*.a",
                                                    "*.a.b",
                                                    "*.*.a",
                                                    "a.*",
                                                    "*a.b",
                                                    "10.a",
                                                    std::string(63, 'a'),
                                                    std::string(64, 'a'),
                                                    std::string(253, 'a'),
                                                    std::string(254, 'a'),
                                                    std::string(255, 'a'),
                                                    std::string(256, 'a'),
                                                    std::string(63, 'a') + ".b",
                                                    std::string(64, 'a') + ".b",
                                                    "p/" + std::string(63, 'n'),
                                                    "p/" + std::string(64, 'n')};
  return kSamples;
}

TEST_CASE("formats: the schema's pattern takes what the reader takes") {
  for (const TextFormat* format :
       {&kDnsLabelFormat, &kDnsSubdomainFormat, &kDestinationNameFormat, &kTrustDomainFormat,
        &kLabelValueFormat, &kLabelKeyFormat, &kNonEmptyFormat}) {
    const std::regex pattern{std::string(format->pattern)};
    REQUIRE(static_cast<bool>(format->accepts));
    for (const std::string& sample : samples()) {
      CAPTURE(format->pattern);
      CAPTURE(sample);
      CHECK(std::regex_match(sample, pattern) == format->accepts(sample));
    }
  }
}

TEST_CASE("formats: the schema's pattern for hosts takes the hosts that the reader takes") {
  const std::regex names{std::string(kHostFormat.pattern)};
  const std::regex hosts{std::string(kHostOrWildcardFormat.pattern)};
  for (const std::string& sample : samples()) {
    CAPTURE(sample);
    const bool usable = !host_mistake(sample).has_value();
    CHECK(std::regex_match(sample, hosts) == usable);
    CHECK(std::regex_match(sample, names) == (usable && !is_wildcard(sample)));
  }
}

TEST_CASE("formats: a label's name may have a prefix, its value may be empty") {
  CHECK(is_label_key("app.kubernetes.io/name"));
  CHECK(is_label_key("app"));
  CHECK_FALSE(is_label_key(""));
  CHECK_FALSE(is_label_key("a/b/c"));
  CHECK(is_label_value(""));
  CHECK(is_label_value("v1.2_x"));
  CHECK_FALSE(is_label_value("v1."));
}

TEST_CASE("formats: versions: the schema's pattern takes exactly the supported releases") {
  const std::regex pattern{std::string(kVersionFormat.pattern)};
  for (int minor = 0; minor < 110; ++minor) {
    const IstioVersion version{minor};
    CAPTURE(minor);
    CHECK(parse_istio_version(to_string(version)) == version);
    CHECK(std::regex_match(to_string(version), pattern) == is_supported(version));
    CHECK(std::regex_match(to_string(version) + ".7", pattern) == is_supported(version));
  }
}

TEST_CASE("formats: versions: what a feature needs is a release that is supported") {
  CHECK(is_supported(kStrictSince));
  CHECK(is_supported(kDynamicDnsSince));
  CHECK(is_supported(Istio{}.version.value));
}

}  // namespace
}  // namespace egressctl::spec
