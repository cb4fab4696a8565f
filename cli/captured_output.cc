#include "cli/captured_output.h"

#include <array>

#include <doctest/doctest.h>
#include <unistd.h>

namespace egressctl::cli::testing {

CapturedOutput::CapturedOutput() : file_(std::tmpfile()), output_(-1) {
  REQUIRE(file_ != nullptr);
  output_ = Output(fileno(file_.get()));
}

std::string CapturedOutput::text() const {
  std::string text;
  std::array<char, 4096> chunk{};
  ssize_t count = 0;
  while ((count = ::pread(fileno(file_.get()), chunk.data(), chunk.size(),
                          static_cast<off_t>(text.size()))) > 0)
    text.append(chunk.data(), static_cast<std::size_t>(count));
  return text;
}

}  // namespace egressctl::cli::testing
