#include "lib/base/parallel.h"

#include <atomic>
#include <vector>

#include <doctest/doctest.h>

namespace egressctl {
namespace {

TEST_CASE("parallel_for: every index is worked on once, whatever the number of threads") {
  for (const std::size_t threads : {0U, 1U, 2U, 7U, 50U}) {
    CAPTURE(threads);
    std::vector<std::atomic<int>> calls(1000);
    parallel_for(calls.size(), threads, [&](std::size_t i) { ++calls[i]; });
    for (const std::atomic<int>& count : calls) CHECK(count == 1);
  }
}

TEST_CASE("parallel_for: nothing to do, and one thread in order") {
  parallel_for(0, 4, [](std::size_t) { FAIL("called"); });
  std::vector<std::size_t> order;
  parallel_for(4, 1, [&](std::size_t i) { order.push_back(i); });
  CHECK(order == std::vector<std::size_t>{0, 1, 2, 3});
}

}  // namespace
}  // namespace egressctl
