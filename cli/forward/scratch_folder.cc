#include "cli/forward/scratch_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

namespace egressctl::cli {

Result<std::unique_ptr<ScratchFolder>> ScratchFolder::make() {
  std::error_code error;
  const std::filesystem::path base = std::filesystem::temp_directory_path(error);
  if (error)
    return fail(ErrorCode::Io, fmt::format("no folder for temporary files: {}", error.message()));
  std::string path = (base / "egressctl-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr)
    return fail(ErrorCode::Io,
                fmt::format("can't make a folder in {}: {}", base.string(), std::strerror(errno)));
  return std::unique_ptr<ScratchFolder>(new ScratchFolder(path));
}

ScratchFolder::~ScratchFolder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

Result<void> ScratchFolder::write(std::string_view name, std::string_view text) const {
  const std::filesystem::path path = path_ / name;
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file)
    return fail(ErrorCode::Io,
                fmt::format("can't write {}: {}", path.string(), std::strerror(errno)));
  return {};
}

}  // namespace egressctl::cli
