// Reads a file line by line, however long it is.
#pragma once

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>

#include "lib/base/result.h"

namespace egressctl::cli {

class LineReader {
 public:
  // No line is longer; what is behind is left out.
  static constexpr std::size_t kMaxLine = std::size_t{1} << 20;

  // `-` is standard input. Fails with ErrorCode::NotFound or ErrorCode::Io; the
  // message names the path.
  [[nodiscard]] static Result<LineReader> open(const std::string& path);

  // The next line without its end; false behind the last one.
  [[nodiscard]] bool next(std::string& line);

  // Whether it could be read to its end: fails with ErrorCode::Io.
  [[nodiscard]] Result<void> finish() const;

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const;
  };
  using File = std::unique_ptr<std::FILE, Close>;

  LineReader(std::string name, File file);
  bool fill();

  std::string name_;
  File file_;
  std::string buffer_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace egressctl::cli
