#include "cli/input.h"

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <future>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "cli/input_paths.h"
#include "lib/lint/kustomization.h"
#include "lib/lint/run_rules.h"

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

std::string reason_of(int error) {
  switch (error) {
    case EISDIR: return "it is a folder; name a file in it";
    case EFBIG: return fmt::format("it is larger than {} MiB", kMaxInputBytes >> 20);
    case ETIMEDOUT: return "it is a FIFO, and nobody writes to it";
    default: return std::generic_category().message(error);
  }
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

// Opens a FIFO for reading, which waits for a writer; -1 with errno when none comes in time.
int open_fifo(const std::string& path, std::chrono::milliseconds wait) {
  std::promise<std::pair<int, int>> opened;
  auto result = opened.get_future();
  std::thread opener([path, opened = std::move(opened)]() mutable {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    opened.set_value({descriptor, errno});
  });
  const bool in_time = result.wait_for(wait) == std::future_status::ready;
  // Becoming a writer for a moment is what wakes it up.
  if (!in_time) {
    const Descriptor writer(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    if (writer.get() < 0) {  // the FIFO is gone, and nobody can open it any more
      opener.detach();
      errno = ETIMEDOUT;
      return -1;
    }
    result.wait();
  }
  opener.join();
  const auto [descriptor, error] = result.get();
  if (in_time) {
    errno = error;
    return descriptor;
  }
  if (descriptor >= 0) ::close(descriptor);
  errno = ETIMEDOUT;
  return -1;
}

int open_input(const std::string& path, std::chrono::milliseconds fifo_wait) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode))
    return open_fifo(path, fifo_wait);
  return ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
}

// Reads a file whole; the errno of what went wrong in its place.
tl::expected<std::string, int> read_text(const std::string& path,
                                         std::chrono::milliseconds fifo_wait) {
  const Descriptor file(path == kStandardInput ? STDIN_FILENO : open_input(path, fifo_wait));
  if (file.get() < 0) return tl::unexpected<int>(errno);
  // What says its size is refused before memory is spent on it.
  struct stat status {};
  if (::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode) &&
      static_cast<std::uintmax_t>(status.st_size) > kMaxInputBytes)
    return tl::unexpected<int>(EFBIG);
  return read_all(file.get());
}

// What was wrong with a file that a person named, or that was found.
void add_problem(const std::string& path, int error, Diagnostics& problems) {
  problems.report(lint::kUnreadableInput, {}, "can't read it: {}", reason_of(error)).path(path);
}

}  // namespace

Result<std::unique_ptr<const Source>> read_input(const std::string& path,
                                                 const std::string& stdin_name,
                                                 std::chrono::milliseconds fifo_wait) {
  const std::string& name = path == kStandardInput ? stdin_name : path;
  auto text = read_text(path, fifo_wait);
  if (text) return std::make_unique<const Source>(name, *std::move(text));
  return fail(text.error() == ENOENT ? ErrorCode::NotFound : ErrorCode::Io,
              fmt::format("can't read {}: {}", name, reason_of(text.error())));
}

namespace {

namespace fs = std::filesystem;

std::string normal(const fs::path& path) {
  return path.lexically_normal().string();
}

// Leaves out what a kustomization.yaml among the sources names as a patch; what a person names
// stays.
void leave_out_patches(const std::vector<std::string>& named,
                       std::vector<std::unique_ptr<const Source>>& sources) {
  std::set<std::string> patches;
  for (const auto& source : sources) {
    const fs::path path(source->path());
    if (!lint::is_kustomization(path.filename().string())) continue;
    for (const std::string& patch : lint::named_patches(*source))
      patches.insert(normal(path.parent_path() / patch));
  }
  for (const std::string& path : named) patches.erase(normal(path));
  if (patches.empty()) return;
  std::erase_if(sources,
                [&](const auto& source) { return patches.contains(normal(source->path())); });
}

}  // namespace

Inputs read_inputs(const std::vector<std::string>& paths, const InputOptions& options) {
  Inputs out;
  for (const std::string& path : list_inputs(paths, options, out.problems)) {
    const std::string& name = path == kStandardInput ? options.stdin_name : path;
    auto text = read_text(path, kFifoWait);
    if (text)
      out.sources.push_back(std::make_unique<const Source>(name, *std::move(text)));
    else
      add_problem(name, text.error(), out.problems);
  }
  leave_out_patches(paths, out.sources);
  return out;
}

std::string no_object_in(const std::vector<std::string>& paths, std::size_t files) {
  return fmt::format("{} in {}",
                     files == 0 ? "no file ends in .yaml, .yml or .json" : "no Kubernetes object",
                     fmt::join(paths, ", "));
}

}  // namespace egressctl::cli
