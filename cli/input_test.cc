#include "cli/input.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <doctest/doctest.h>
#include <unistd.h>

#include "lib/testing/temporary_folder.h"

namespace egressctl::cli {
namespace {

using egressctl::testing::TemporaryFolder;

TEST_CASE("input: a file is read whole, with every byte that is in it") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "x.yaml").string();
  const std::string text("a: 1\r\n\0\xFF", 8);
  std::ofstream(path, std::ios::binary) << text;
  const auto source = read_input(path);
  REQUIRE(source.has_value());
  CHECK((*source)->text() == text);
  CHECK((*source)->path() == path);
}

TEST_CASE("input: an empty file is an empty source") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "x.yaml").string();
  std::ofstream(path) << "";
  const auto source = read_input(path);
  REQUIRE(source.has_value());
  CHECK((*source)->text().empty());
}

TEST_CASE("input: a FIFO is read until its writer closes it, however it is cut up") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "pipe").string();
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  const std::string part(100'000, 'x');
  std::thread writer([&] {
    std::ofstream out(path);
    for (int i = 0; i < 3; ++i) out << part << std::flush;
  });
  const auto source = read_input(path);
  writer.join();
  REQUIRE(source.has_value());
  CHECK((*source)->text().size() == 3 * part.size());
}

TEST_CASE("input: a FIFO that nobody writes to is given up") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "pipe").string();
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  const auto source = read_input(path, "<stdin>", std::chrono::milliseconds(1));
  REQUIRE_FALSE(source.has_value());
  CHECK(source.error().message == "can't read " + path + ": it is a FIFO, and nobody writes to it");
}

// The writer gets the FIFO open when all files have been found and the first is being read.
TEST_CASE("input: a file that vanishes while others are read is told, and the rest is read") {
  const TemporaryFolder folder;
  const std::string pipe = (folder.path() / "pipe").string();
  const auto files = folder.path() / "set";
  std::filesystem::create_directory(files);
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  for (const char* name : {"a.yaml", "b.yaml", "c.yaml"}) std::ofstream(files / name) << name;
  std::thread writer([&] {
    std::ofstream out(pipe);
    std::filesystem::remove(files / "b.yaml");
    out << "first" << std::flush;
  });
  const Inputs inputs = read_inputs({pipe, files.string()});
  writer.join();
  REQUIRE(inputs.sources.size() == 3);
  CHECK(inputs.sources[0]->text() == "first");
  CHECK(inputs.sources[1]->text() == "a.yaml");
  CHECK(inputs.sources[2]->text() == "c.yaml");
  REQUIRE(inputs.problems.size() == 1);
  CHECK(inputs.problems[0].message == "can't read it: No such file or directory");
}

TEST_CASE("input: what can't be read is an error that names it and says why") {
  const TemporaryFolder folder;
  const std::string missing = (folder.path() / "none.yaml").string();
  const auto not_there = read_input(missing);
  REQUIRE_FALSE(not_there.has_value());
  CHECK(not_there.error().code == ErrorCode::NotFound);
  CHECK(not_there.error().message == "can't read " + missing + ": No such file or directory");

  const std::string directory = folder.path().string();
  const auto a_folder = read_input(directory);
  REQUIRE_FALSE(a_folder.has_value());
  CHECK(a_folder.error().code == ErrorCode::Io);
  CHECK(a_folder.error().message ==
        "can't read " + directory + ": it is a folder; name a file in it");

  const auto not_a_folder = read_input("/dev/null/x.yaml");
  REQUIRE_FALSE(not_a_folder.has_value());
  CHECK(not_a_folder.error().code == ErrorCode::Io);
}

TEST_CASE("input: a file that is too large is refused before it is read") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "large.yaml").string();
  std::ofstream(path) << "";
  REQUIRE(truncate(path.c_str(), static_cast<off_t>(kMaxInputBytes) + 1) == 0);
  const auto source = read_input(path);
  REQUIRE_FALSE(source.has_value());
  CHECK(source.error().message == "can't read " + path + ": it is larger than 1024 MiB");
}

}  // namespace
}  // namespace egressctl::cli
