// A number that all threads may count with.
#pragma once

#include <atomic>
#include <cstdint>

namespace egressctl::forward {

// Goes up; or, as a gauge, down too.
class Counter {
 public:
  // Gives what it was before.
  std::uint64_t add(std::uint64_t count = 1) {
    return value_.fetch_add(count, std::memory_order_relaxed);
  }
  void subtract(std::uint64_t count = 1) { value_.fetch_sub(count, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace egressctl::forward
