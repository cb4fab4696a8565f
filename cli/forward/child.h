// A command that runs beside this program.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"

namespace egressctl::cli {

class Child {
 public:
  // Has a shell run the command with this program's environment and `variables` ("NAME=value"),
  // which come first. Its signals are as they were before this program changed them. Fails with
  // ErrorCode::Io.
  [[nodiscard]] static Result<Child> start(const std::string& command,
                                           const std::vector<std::string>& variables);

  // How it has ended, as a shell would say it (128 and the signal); nothing while it runs.
  [[nodiscard]] std::optional<int> exit_code();

  void ask_to_end() const;

 private:
  explicit Child(pid_t id) : id_(id) {}

  pid_t id_;
};

}  // namespace egressctl::cli
