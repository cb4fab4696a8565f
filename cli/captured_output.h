// An Output whose text a test can read.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "cli/output.h"

namespace egressctl::cli::testing {

class CapturedOutput {
 public:
  CapturedOutput();

  [[nodiscard]] Output& output() { return output_; }

  // All that was written so far.
  [[nodiscard]] std::string text() const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
  Output output_;
};

}  // namespace egressctl::cli::testing
