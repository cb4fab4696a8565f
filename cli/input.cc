#include "cli/input.h"

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

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

}  // namespace egressctl::cli
