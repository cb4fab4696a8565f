#include "cli/output.h"

#include <cerrno>

#include <unistd.h>

namespace egressctl::cli {

void Output::write(std::string_view text) {
  while (error_ == 0 && !text.empty()) {
    const ssize_t count = ::write(descriptor_, text.data(), text.size());
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
}

bool Output::is_terminal() const {
  return ::isatty(descriptor_) == 1;
}

}  // namespace egressctl::cli
