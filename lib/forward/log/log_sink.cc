#include "lib/forward/log/log_sink.h"

#include <sys/eventfd.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

namespace egressctl::forward {
namespace {

constexpr std::size_t kMostWaiting = std::size_t{8} << 20;
// What a pipe that has room for something takes without waiting: see pipe(7), PIPE_BUF.
constexpr std::size_t kPipeBytes = 4096;
constexpr std::chrono::seconds kLastWords{1};

bool is_regular_file(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

UniqueFd open_file(const std::string& path) {
  // Opening these would fail where they are sockets, as a service's are.
  for (const auto& [name, fd] :
       {std::pair("-", STDOUT_FILENO), std::pair("/dev/stdout", STDOUT_FILENO),
        std::pair("/dev/stderr", STDERR_FILENO)})
    if (path == name) return UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  constexpr mode_t kMode = 0640;
  return UniqueFd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kMode));
}

// For `errno`.
tl::unexpected<Error> cant_write(const std::string& path) {
  return fail(ErrorCode::Io,
              fmt::format("can't write the access log {}: {}", path, std::strerror(errno)));
}

}  // namespace

Result<std::unique_ptr<LogSink>> LogSink::open(const std::string& path, LogFailure on_failure) {
  UniqueFd fd = open_file(path);
  if (!fd.valid()) return cant_write(path);
  return std::unique_ptr<LogSink>(new LogSink(path, std::move(fd), std::move(on_failure)));
}

Result<void> LogSink::check(const std::string& path) {
  if (path == "-" || path.starts_with("/dev/")) return {};
  std::string place = path;
  int wanted = W_OK;
  if (::access(path.c_str(), F_OK) != 0) {
    place = std::filesystem::absolute(path).parent_path().string();
    wanted = W_OK | X_OK;
  }
  if (::access(place.c_str(), wanted) == 0) return {};
  return cant_write(path);
}

LogSink::LogSink(std::string path, UniqueFd fd, LogFailure on_failure)
    : path_(std::move(path)),
      fd_(std::move(fd)),
      on_failure_(std::move(on_failure)),
      is_file_(is_regular_file(fd_.get())),
      stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this] { run(); }) {}

LogSink::~LogSink() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    last_chance_ = std::chrono::steady_clock::now() + kLastWords;
  }
  ::eventfd_write(stop_.get(), 1);
  wakeup_.notify_one();
  thread_.join();
}

void LogSink::write(std::string_view lines) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + lines.size() > kMostWaiting) {
      dropped_ += lines.size();
      return;
    }
    first = waiting_.empty();
    waiting_ += lines;
  }
  if (first) wakeup_.notify_one();
}

void LogSink::reopen() {
  {
    const std::lock_guard lock(mutex_);
    reopen_ = true;
  }
  wakeup_.notify_one();
}

// A pipe or a terminal may be full for as long as its reader likes, but not keep the process from
// its end. False: there was no room in time.
bool LogSink::wait_for_room() {
  std::array<pollfd, 2> wanted = {{{fd_.get(), POLLOUT, 0}, {stop_.get(), POLLIN, 0}}};
  while (true) {
    int wait = -1;
    nfds_t count = wanted.size();
    if (wanted[1].revents != 0) {
      const auto left = last_chance_ - std::chrono::steady_clock::now();
      wait = static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count());
      count = 1;
      if (wait <= 0) return false;
    }
    if (::poll(wanted.data(), count, wait) < 0 && errno != EINTR) return true;
    if (wanted[0].revents != 0) return true;
  }
}

void LogSink::write_out(std::string_view lines) {
  if (lines.empty()) return;
  while (!lines.empty()) {
    if (!is_file_ && !wait_for_room()) {
      dropped_ += lines.size();
      return;
    }
    const std::size_t size = is_file_ ? lines.size() : std::min(lines.size(), kPipeBytes);
    const ssize_t written = ::write(fd_.get(), lines.data(), size);
    if (written > 0) lines.remove_prefix(static_cast<std::size_t>(written));
    if (written >= 0 || errno == EINTR) continue;
    const int error = errno;
    dropped_ += lines.size();
    if (!std::exchange(failing_, true) && on_failure_)
      on_failure_(
          fmt::format("lines of the access log {} are lost: {}", path_, std::strerror(error)));
    return;
  }
  failing_ = false;
}

void LogSink::run() {
  std::string lines;
  std::unique_lock lock(mutex_);
  while (true) {
    wakeup_.wait(lock, [this] { return stopping_ || reopen_ || !waiting_.empty(); });
    if (reopen_) {
      reopen_ = false;
      if (UniqueFd fd = open_file(path_); fd.valid()) {
        fd_ = std::move(fd);
        is_file_ = is_regular_file(fd_.get());
      }
    }
    lines.swap(waiting_);
    const bool last = stopping_;
    lock.unlock();
    write_out(lines);
    lines.clear();
    lock.lock();
    if (last && waiting_.empty()) return;
  }
}

}  // namespace egressctl::forward
