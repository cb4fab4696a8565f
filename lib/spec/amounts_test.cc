#include "lib/spec/amounts.h"

#include <regex>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "lib/spec/formats.h"

namespace egressctl::spec {
namespace {

TEST_CASE("durations: hours, minutes and seconds in this order make seconds") {
  const std::pair<const char*, int> kGood[] = {{"60s", 60},      {"5m", 300},  {"1h", 3600},
                                               {"1h30m", 5400},  {"1m1s", 61}, {"0s", 0},
                                               {"1h1m1s", 3661}, {"090s", 90}};
  for (const auto& row : kGood) {
    const auto& text = row.first;
    const auto& seconds = row.second;
    CAPTURE(text);
    CHECK(parse_seconds(text) == seconds);
  }
}

TEST_CASE("durations: fractions, other units, signs and other orders are none") {
  for (const char* text : {"", "s", "5", "1.5m", "500ms", "1d", "-5s", "+5s", "5s1m", "5m5m", " 5s",
                           "5s ", "5S", "99999999999999999999h", "9999999999999h"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_seconds(text).has_value());
  }
}

TEST_CASE("quantities: decimal and binary suffixes scale") {
  const std::pair<const char*, double> kGood[] = {
      {"2", 2.0},  {"100m", 0.1},     {"0.5", 0.5},
      {".5", 0.5}, {"128Mi", 0x1p27}, {"1.5Gi", 1610612736},
      {"1k", 1e3}, {"128M", 128e6},   {"3.", 3.0},
      {"0", 0.0},  {"1Ei", 0x1p60}};
  for (const auto& row : kGood) {
    const auto& text = row.first;
    const auto& number = row.second;
    CAPTURE(text);
    REQUIRE(parse_quantity(text).has_value());
    CHECK(*parse_quantity(text) == doctest::Approx(number));
  }
}

TEST_CASE("quantities: what Kubernetes has no suffix for is none") {
  for (const char* text :
       {"", ".", "128MB", "1K", "1mi", "-1", "+1", "1 Gi", "two", "1.2.3", "Gi", "1e3"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_quantity(text).has_value());
  }
}

TEST_CASE("amounts: the schema's patterns take what the reader takes") {
  const std::regex duration{std::string(kDurationFormat.pattern)};
  const std::regex quantity{std::string(kQuantityFormat.pattern)};
  for (const std::string text : {"60s", "1h30m", "", "5", "500ms", "5s1m", "2", "100m", "0.5", ".5",
                                 "3.", ".", "128Mi", "128MB", "1K", "1.2.3", "-1"}) {
    CAPTURE(text);
    CHECK(std::regex_match(text, duration) == parse_seconds(text).has_value());
    CHECK(std::regex_match(text, quantity) == parse_quantity(text).has_value());
  }
}

}  // namespace
}  // namespace egressctl::spec
