#include "lib/base/quoted_list.h"

#include <array>

#include <doctest/doctest.h>

namespace egressctl {
namespace {

TEST_CASE("quoted list: commas, and a word before the last") {
  constexpr std::array<std::string_view, 3> kNames{"a", "b c", "d"};
  const std::span<const std::string_view> names(kNames);
  CHECK(quoted_list({}).empty());
  CHECK(quoted_list(names.first(1)) == R"("a")");
  CHECK(quoted_list(names.first(2)) == R"("a" and "b c")");
  CHECK(quoted_list(names) == R"("a", "b c" and "d")");
}

}  // namespace
}  // namespace egressctl
