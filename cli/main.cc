#include <csignal>
#include <exception>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/app.h"

int main(int argc, char** argv) {
  using namespace egressctl::cli;
  // A reader that went away is seen by write() failing with EPIPE.
  std::signal(SIGPIPE, SIG_IGN);
  Output out(STDOUT_FILENO);
  Output err(STDERR_FILENO);
  try {
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    return static_cast<int>(run(arguments, out, err, process_environment()));
  } catch (const std::exception& exception) {
    err.write(fmt::format("egressctl: internal error: {}\n", exception.what()));
  } catch (...) {
    err.write("egressctl: internal error\n");
  }
  return static_cast<int>(ExitCode::Failure);
}
