// A folder for files that others are to read while the program runs.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace egressctl::cli {

class ScratchFolder {
 public:
  // Under the system's folder for temporary files, for its owner alone. Removed with all in it by
  // the destructor. Fails with ErrorCode::Io.
  [[nodiscard]] static Result<std::unique_ptr<ScratchFolder>> make();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  // Fails with ErrorCode::Io.
  [[nodiscard]] Result<void> write(std::string_view name, std::string_view text) const;

 private:
  explicit ScratchFolder(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

}  // namespace egressctl::cli
