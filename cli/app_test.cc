#include "cli/app.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/captured_output.h"

namespace egressctl::cli {
namespace {

struct Run {
  ExitCode code;
  std::string out;
  std::string err;
};

Run run_program(const std::vector<std::string>& arguments) {
  testing::CapturedOutput out;
  testing::CapturedOutput err;
  const ExitCode code = run(arguments, out.output(), err.output(), {});
  return {code, out.text(), err.text()};
}

TEST_CASE("app: the help of every command starts with two examples that name it") {
  for (const std::string command : {"init", "generate", "schema", "completion", "version"}) {
    CAPTURE(command);
    const Run run = run_program({command, "--help"});
    CHECK(run.code == ExitCode::Done);
    CHECK(run.err.empty());
    CHECK(run.out.starts_with("Examples:\n  $ "));
    const std::string examples = run.out.substr(0, run.out.find("\n\n"));
    std::size_t count = 0;
    for (std::size_t at = 0; (at = examples.find("egressctl " + command, at)) != std::string::npos;
         ++at)
      ++count;
    CHECK(count == 2);
    CHECK(run.out.find("Usage: egressctl " + command) != std::string::npos);
  }
}

TEST_CASE("app: wrong usage is code 2, nothing on stdout, and says what was meant") {
  struct Row {
    std::vector<std::string> arguments;
    std::string message;
  };
  for (const Row& row : {
           Row{{"genrate"}, "unknown command \"genrate\"; did you mean \"generate\"?"},
           Row{{"frobnicate"}, "unknown command \"frobnicate\""},
           Row{{"--versoin"}, "unknown flag \"--versoin\"; did you mean \"--version\"?"},
           Row{{"version", "--ouptut=json"},
               "unknown flag \"--ouptut\"; did you mean \"--output\"?"},
           Row{{"generate", "--out_dir", "x"},
               "unknown flag \"--out_dir\"; did you mean \"--out-dir\"?"},
           Row{{"version", "more"}, "unexpected argument \"more\""},
           Row{{"version", "-o", "jsn"}, "--output: unknown value \"jsn\"; did you mean \"json\"?"},
           Row{{"schema"}, "NAME is required"},
           Row{{"schema", "spce"}, "NAME: unknown value \"spce\"; did you mean \"spec\"?"},
           Row{{"\x1b[2J"}, "unknown command \"\\x1b[2J\""},
       }) {
    const Run run = run_program(row.arguments);
    CAPTURE(row.message);
    CHECK(run.code == ExitCode::Usage);
    CHECK(run.out.empty());
    CHECK(run.err.starts_with("egressctl: error: " + row.message + "\nrun `egressctl "));
  }
}

TEST_CASE("app: without a command the help goes to stderr with code 2") {
  const Run run = run_program({});
  CHECK(run.code == ExitCode::Usage);
  CHECK(run.out.empty());
  CHECK(run.err.find("Commands:") != std::string::npos);
}

TEST_CASE("app: common flags are taken before and behind the command") {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"-q", "version"}, {"version", "-q"}}) {
    const Run run = run_program(arguments);
    CHECK(run.code == ExitCode::Done);
    CHECK(run.out.starts_with("egressctl "));
  }
}

TEST_CASE("app: an output that can't be written is a failure") {
  testing::CapturedOutput err;
  const int full = ::open("/dev/full", O_WRONLY);
  REQUIRE(full >= 0);
  Output full_output(full);
  CHECK(run(std::vector<std::string>{"version"}, full_output, err.output(), {}) ==
        ExitCode::Failure);
  ::close(full);
  CHECK(err.text() ==
        "egressctl: error: can't write to standard output: No space left on device\n");
}

}  // namespace
}  // namespace egressctl::cli
