#include "lib/base/unified_diff.h"

#include <doctest/doctest.h>

namespace egressctl {
namespace {

TEST_CASE("unified diff: a hunk with its context") {
  CHECK(unified_diff("a", "b", "1\n2\n3\n", "1\nx\n3\n") ==
        "--- a\n+++ b\n@@ -1,3 +1,3 @@\n 1\n-2\n+x\n 3\n");
}

TEST_CASE("unified diff: equal texts have none") {
  CHECK(unified_diff("a", "b", "x", "x").empty());
}

TEST_CASE("unified diff: a missing final newline is marked") {
  CHECK(unified_diff("a", "b", "x\n", "x").find("\\ No newline at end of file") !=
        std::string::npos);
}

}  // namespace
}  // namespace egressctl
