#include "cli/forward/child.h"

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <string_view>

#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

namespace egressctl::cli {
namespace {

// The later of two with one name would be lost on most programs.
std::vector<std::string> environment_with(std::vector<std::string> variables) {
  const std::size_t own = variables.size();
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view text = *each;
    const std::string_view start = text.substr(0, text.find('=') + 1);
    const auto end = variables.begin() + static_cast<std::ptrdiff_t>(own);
    if (std::none_of(variables.begin(), end,
                     [&](const std::string& variable) { return variable.starts_with(start); }))
      variables.emplace_back(text);
  }
  return variables;
}

}  // namespace

Result<Child> Child::start(const std::string& command, const std::vector<std::string>& variables) {
  std::vector<std::string> environment = environment_with(variables);
  std::vector<char*> pointers;
  pointers.reserve(environment.size() + 1);
  for (std::string& variable : environment) pointers.push_back(variable.data());
  pointers.push_back(nullptr);
  std::array<std::string, 3> words = {"sh", "-c", command};
  std::array<char*, 4> arguments = {words[0].data(), words[1].data(), words[2].data(), nullptr};
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t pipe;
  sigemptyset(&none);
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &pipe);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t id = 0;
  const int error =
      posix_spawn(&id, "/bin/sh", nullptr, &attributes, arguments.data(), pointers.data());
  posix_spawnattr_destroy(&attributes);
  if (error != 0)
    return fail(ErrorCode::Io, fmt::format("can't run a shell: {}", std::strerror(error)));
  return Child(id);
}

std::optional<int> Child::exit_code() {
  int status = 0;
  if (::waitpid(id_, &status, WNOHANG) != id_) return std::nullopt;
  constexpr int kSignalled = 128;
  return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalled + WTERMSIG(status);
}

void Child::ask_to_end() const {
  ::kill(id_, SIGTERM);
}

}  // namespace egressctl::cli
