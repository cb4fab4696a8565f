#include "lib/forward/log/log_sink.h"

#include <sys/stat.h>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/testing/files.h"
#include "lib/testing/temporary_folder.h"

namespace egressctl::forward {
namespace {

using egressctl::testing::read_file;
using egressctl::testing::TemporaryFolder;

TEST_CASE("log sink: a file has all lines, also those behind a rotation") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "log";
  {
    const auto sink = LogSink::open(path);
    REQUIRE(sink);
    (*sink)->write("one\n");
    (*sink)->write("two\n");
  }
  CHECK_EQ(read_file(path), "one\ntwo\n");
}

TEST_CASE("log sink: a reader that takes nothing does not keep the process from its end") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "pipe";
  REQUIRE_EQ(::mkfifo(path.c_str(), 0600), 0);
  const UniqueFd reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  REQUIRE(reader.valid());
  auto sink = LogSink::open(path);
  REQUIRE(sink);
  const std::string line(std::size_t{1} << 20, 'x');
  (*sink)->write(line);
  sink->reset();  // comes back
  // What had room is there.
  std::string got(line.size(), '\0');
  CHECK_GT(::read(reader.get(), got.data(), got.size()), 0);
}

TEST_CASE("log sink: what can't be written is told once, and counted") {
  std::atomic<int> told{0};
  auto sink = LogSink::open("/dev/full", [&](const std::string& why) {
    CHECK(why.find("No space left on device") != std::string::npos);
    ++told;
  });
  REQUIRE(sink);
  (*sink)->write("one\n");
  while ((*sink)->dropped() < 4) ::sched_yield();
  (*sink)->write("two\n");
  while ((*sink)->dropped() < 8) ::sched_yield();
  CHECK_EQ(told, 1);
}

}  // namespace
}  // namespace egressctl::forward
