// For the programs that measure: clocks and memory.
#pragma once

#include <sys/resource.h>

#include <chrono>

#include <time.h>

namespace egressctl {

// How long `work` takes.
template <typename Work>
double seconds(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// How long `work` keeps the processor busy, in all threads; other programs hardly change it.
template <typename Work>
double cpu_seconds(Work work) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  };
  const double start = now();
  work();
  return now() - start;
}

// The most memory that a process has had, in MiB.
inline double peak_megabytes(const rusage& usage) {
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

// That of this process until now.
inline double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return peak_megabytes(usage);
}

}  // namespace egressctl
