// Tells a person who waits that something is being done.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "cli/output.h"

namespace egressctl::cli {

inline constexpr std::chrono::milliseconds kProgressDelay{1000};

// While it lives longer than `delay`, `text` stands on the last line of a terminal; the destructor
// clears the line. Nothing else may be written to `err` meanwhile. `enabled`: whether it is one.
class Progress {
 public:
  Progress(Output& err, bool enabled, std::string text,
           std::chrono::milliseconds delay = kProgressDelay);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  void wait(std::chrono::milliseconds delay);

  Output& err_;
  std::string text_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  bool shown_ = false;
  std::thread thread_;  // the last member: it uses the others
};

}  // namespace egressctl::cli
