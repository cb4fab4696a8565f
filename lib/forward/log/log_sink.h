// Takes lines from all threads and writes them to a file or stdout on a thread of its own, so that
// no connection waits for a slow reader of logs.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "lib/base/result.h"
#include "lib/forward/io/unique_fd.h"

namespace egressctl::forward {

// Told why lines are lost.
using LogFailure = std::function<void(const std::string& why)>;

class LogSink {
 public:
  // "-" and "/dev/stdout" are stdout, "/dev/stderr" is stderr; a file is appended to. Fails with
  // ErrorCode::Io. `on_failure` is told on the sink's thread when lines begin to be lost, because
  // the file does not take them; it may be empty.
  [[nodiscard]] static Result<std::unique_ptr<LogSink>> open(const std::string& path,
                                                             LogFailure on_failure = {});

  // Whether open() would succeed, without making the file.
  [[nodiscard]] static Result<void> check(const std::string& path);
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;
  ~LogSink();  // writes what is left, but waits a second at most for who takes nothing

  // Whole lines. Drops them when too many wait already; see dropped().
  void write(std::string_view lines);

  // Opens the file anew, as after a rotation. Keeps the old one when it can't.
  void reopen();

  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }  // bytes

 private:
  LogSink(std::string path, UniqueFd fd, LogFailure on_failure);
  void run();
  void write_out(std::string_view lines);
  [[nodiscard]] bool wait_for_room();

  std::string path_;
  UniqueFd fd_;
  LogFailure on_failure_;
  bool is_file_ = false;  // which takes all at once
  bool failing_ = false;  // the last lines were lost
  std::mutex mutex_;
  std::condition_variable wakeup_;
  std::string waiting_;
  bool reopen_ = false;
  bool stopping_ = false;
  UniqueFd stop_;  // an event: it is to end
  std::chrono::steady_clock::time_point last_chance_{};
  std::atomic<std::uint64_t> dropped_{0};
  std::thread thread_;
};

}  // namespace egressctl::forward
