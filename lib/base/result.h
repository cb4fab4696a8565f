// Expected failures: a value, or an Error with a code and a message.
//
// Findings about the user's YAML are no errors; see lib/base/diagnostic.h.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace egressctl {

// What kind of failure it was; the command line maps it to an exit code.
enum class ErrorCode {
  Usage,     // wrong flags or a wrong configuration file: exit code 2
  NotFound,  // a file or folder that does not exist: exit code 3
  Io,        // reading, writing or renaming failed: exit code 3
  Invalid,   // input that can't be used at all: exit code 1
};

// A failure, worded for the person at the terminal.
struct Error {
  ErrorCode code = ErrorCode::Invalid;
  std::string message;  // lower-case start, no final stop
};

template <typename T>
using Result = tl::expected<T, Error>;

// Makes the failing half of a Result.
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace egressctl
