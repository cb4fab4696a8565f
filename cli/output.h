// An output stream of the process whose failures are noticed.
#pragma once

#include <string_view>

namespace egressctl::cli {

// Writes to a file descriptor, at once and without a buffer: pass whole texts. Not safe to share
// between threads.
class Output {
 public:
  // The descriptor stays open and belongs to the caller.
  explicit Output(int descriptor) : descriptor_(descriptor) {}

  // Writes all of `text`. After a failure nothing more is written.
  void write(std::string_view text);

  // The errno of the first failure, or 0. EPIPE: the reader went away, which is no failure of ours
  // (SIGPIPE must be ignored for it to come up here).
  [[nodiscard]] int error() const { return error_; }

  [[nodiscard]] bool is_terminal() const;

 private:
  int descriptor_;
  int error_ = 0;
};

}  // namespace egressctl::cli
