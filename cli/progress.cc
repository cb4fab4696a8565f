#include "cli/progress.h"

#include <utility>

namespace egressctl::cli {

Progress::Progress(Output& err, bool enabled, std::string text, std::chrono::milliseconds delay)
    : err_(err), text_(std::move(text)) {
  if (enabled) thread_ = std::thread([this, delay] { wait(delay); });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  changed_.notify_one();
  thread_.join();
  if (shown_) err_.write("\r\x1b[K");
}

void Progress::wait(std::chrono::milliseconds delay) {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, delay, [this] { return done_; })) return;
  shown_ = true;
  err_.write(text_);
}

}  // namespace egressctl::cli
