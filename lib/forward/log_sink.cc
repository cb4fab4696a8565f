#include "lib/forward/log_sink.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace egressctl::forward {
namespace {

constexpr std::size_t kMostWaiting = std::size_t{8} << 20;

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
      thread_([this] { run(); }) {}

LogSink::~LogSink() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
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

void LogSink::write_out(std::string_view lines) {
  if (lines.empty()) return;
  while (!lines.empty()) {
    const ssize_t written = ::write(fd_.get(), lines.data(), lines.size());
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
      if (UniqueFd fd = open_file(path_); fd.valid()) fd_ = std::move(fd);
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
