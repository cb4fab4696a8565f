#include "cli/input.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <unordered_set>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "lib/base/text.h"

namespace egressctl::cli {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 16;

// Closes a descriptor that was opened here.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ > STDERR_FILENO) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

tl::unexpected<Error> failure(const std::string& name, int error) {
  const ErrorCode code = error == ENOENT ? ErrorCode::NotFound : ErrorCode::Io;
  const std::string reason = error == EISDIR ? "it is a folder; name a file in it"
                             : error == EFBIG
                                 ? fmt::format("it is larger than {} MiB", kMaxInputBytes >> 20)
                                 : std::generic_category().message(error);
  return fail(code, fmt::format("can't read {}: {}", name, reason));
}

// Reads to the end; the errno of what went wrong in its place.
tl::expected<std::string, int> read_all(int descriptor) {
  std::string text;
  std::array<char, kChunkBytes> chunk{};
  while (true) {
    const ssize_t count = ::read(descriptor, chunk.data(), chunk.size());
    if (count == 0) return text;
    if (count < 0) {
      if (errno == EINTR) continue;
      return tl::unexpected<int>(errno);
    }
    if (text.size() + static_cast<std::size_t>(count) > kMaxInputBytes)
      return tl::unexpected<int>(EFBIG);
    text.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

bool is_manifest(const std::filesystem::path& path) {
  const std::string extension = to_lower(path.extension().string());
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

bool is_hidden(const std::filesystem::path& path) {
  return path.filename().string().starts_with('.');
}

// The manifests in a folder and in those below it.
Result<std::vector<std::string>> list_folder(const std::string& folder) {
  namespace fs = std::filesystem;
  std::vector<std::string> out;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  while (!error && entry != fs::recursive_directory_iterator()) {
    const bool folder_below = entry->is_directory(error);
    if (is_hidden(entry->path())) {
      if (folder_below) entry.disable_recursion_pending();
    } else if (!folder_below && is_manifest(entry->path())) {
      out.push_back(entry->path().string());
    }
    entry.increment(error);
  }
  if (error) return fail(ErrorCode::Io, fmt::format("can't read {}: {}", folder, error.message()));
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

Result<std::unique_ptr<const Source>> read_input(const std::string& path,
                                                 const std::string& stdin_name) {
  const bool standard = path == "-";
  const std::string& name = standard ? stdin_name : path;
  const Descriptor file(standard ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return failure(name, errno);
  // What says its size is refused before memory is spent on it.
  struct stat status {};
  if (::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode) &&
      static_cast<std::uintmax_t>(status.st_size) > kMaxInputBytes)
    return failure(name, EFBIG);
  auto text = read_all(file.get());
  if (!text) return failure(name, text.error());
  return std::make_unique<const Source>(name, *std::move(text));
}

Result<std::vector<std::unique_ptr<const Source>>> read_inputs(
    const std::vector<std::string>& paths) {
  std::vector<std::unique_ptr<const Source>> out;
  std::unordered_set<std::string> seen;
  for (const std::string& path : paths) {
    std::error_code error;
    std::vector<std::string> files = {path};
    if (std::filesystem::is_directory(path, error)) {
      auto listed = list_folder(path);
      if (!listed) return tl::unexpected(listed.error());
      files = *std::move(listed);
    }
    for (const std::string& file : files) {
      if (!seen.insert(file).second) continue;
      auto source = read_input(file);
      if (!source) return tl::unexpected(source.error());
      out.push_back(*std::move(source));
    }
  }
  return out;
}

}  // namespace egressctl::cli
