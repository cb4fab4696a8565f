// Runs the program itself: testdata/cli/*.cmd are shell scripts, the .out beside each is the exit
// code, standard output and standard error that it must have.
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

#include "lib/testing/files.h"
#include "lib/testing/golden.h"
#include "lib/testing/temporary_folder.h"

namespace egressctl::cli {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> scripts() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(testing::testdata() / "cli"))
    if (entry.path().extension() == ".cmd") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// The environment of a script: `egressctl` is found, nothing else has a say in what it prints.
std::vector<std::string> environment() {
  const fs::path binary(EGRESSCTL_BINARY);
  return {fmt::format("PATH={}:/usr/bin:/bin", binary.parent_path().string()),
          fmt::format("TESTDATA={}", testing::testdata().string()), "LC_ALL=C.UTF-8", "TERM=dumb"};
}

// Runs a script with `work` as the current folder and returns what its .out must be.
std::string run_script(const fs::path& script, const fs::path& work, const fs::path& results) {
  const std::string out = (results / "out").string();
  const std::string err = (results / "err").string();
  std::string command = fmt::format("cd '{}' && . '{}'", work.string(), script.string());
  std::array<char*, 4> arguments = {const_cast<char*>("sh"), const_cast<char*>("-c"),
                                    command.data(), nullptr};
  std::vector<std::string> variables = environment();
  std::vector<char*> pointers;
  pointers.reserve(variables.size() + 1);
  for (std::string& variable : variables) pointers.push_back(variable.data());
  pointers.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  constexpr int kWrite = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), kWrite, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), kWrite, 0600);
  pid_t child = 0;
  const int spawned =
      posix_spawn(&child, "/bin/sh", &actions, nullptr, arguments.data(), pointers.data());
  posix_spawn_file_actions_destroy(&actions);
  REQUIRE(spawned == 0);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return fmt::format("exit code {}\n--- stdout\n{}--- stderr\n{}", WEXITSTATUS(status), read(out),
                     read(err));
}

TEST_CASE("program: every script of testdata/cli has its exit code, stdout and stderr") {
  const std::vector<fs::path> all = scripts();
  REQUIRE_FALSE(all.empty());
  for (const fs::path& script : all) {
    CAPTURE(script.filename().string());
    const egressctl::testing::TemporaryFolder work;
    const egressctl::testing::TemporaryFolder results;
    egressctl::testing::check_golden(fs::path(script).replace_extension(".out"),
                                     run_script(script, work.path(), results.path()));
  }
}

}  // namespace
}  // namespace egressctl::cli
