#include "lib/base/duration.h"

#include <string>
#include <utility>

#include <doctest/doctest.h>

namespace egressctl {

using namespace std::chrono_literals;

TEST_CASE("durations are numbers with units, added up") {
  const std::pair<std::string_view, std::chrono::nanoseconds> table[] = {{"0", 0ns},
                                                                         {"10s", 10s},
                                                                         {"300ms", 300ms},
                                                                         {"1.5h", 90min},
                                                                         {"2h45m", 165min},
                                                                         {"-1s", -1s},
                                                                         {"+5m", 5min},
                                                                         {"1us", 1us},
                                                                         {"1µs", 1us},
                                                                         {".5s", 500ms},
                                                                         {"1h0m0.25s", 1h + 250ms},
                                                                         {"7ns", 7ns}};
  for (const auto& row : table) {
    const auto& text = row.first;
    const auto& expected = row.second;
    CAPTURE(text);
    REQUIRE(parse_duration(text).has_value());
    CHECK(*parse_duration(text) == expected);
  }
}

TEST_CASE("anything else is no duration") {
  for (const std::string_view text :
       {"", "10", "s", "-", "1 s", "1d", "1s5", "1..5s", ".s", "1S", "999999999999h", "10s "}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

}  // namespace egressctl
