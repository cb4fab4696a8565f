#include "cli/progress.h"

#include <doctest/doctest.h>

#include "cli/captured_output.h"

namespace egressctl::cli {
namespace {

using testing::CapturedOutput;

TEST_CASE("progress: what is quick, or not for a terminal, says nothing") {
  CapturedOutput err;
  { const Progress progress(err.output(), true, "working"); }
  { const Progress progress(err.output(), false, "working", std::chrono::milliseconds(0)); }
  CHECK(err.text().empty());
}

TEST_CASE("progress: what takes long says so once, and the line is cleared") {
  CapturedOutput err;
  {
    const Progress progress(err.output(), true, "working", std::chrono::milliseconds(0));
    while (err.text().empty()) std::this_thread::yield();
  }
  CHECK(err.text() == "working\r\x1b[K");
}

}  // namespace
}  // namespace egressctl::cli
