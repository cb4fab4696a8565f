// A forwarder that is running, and what happens to it: signals, renewed certificates, the wishes of
// the service manager.
#pragma once

#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/forward/run.h"
#include "lib/forward/forwarder.h"
#include "lib/forward/io/event_loop.h"
#include "lib/forward/io/file_watch.h"
#include "lib/forward/io/systemd.h"

namespace egressctl::cli {

// Which messages are written, each level those before it, too.
enum class LogLevel { Off, Error, Warning, Info };

// The signals that a Service handles: to be blocked in every thread of the process.
[[nodiscard]] sigset_t service_signals();

class Service {
 public:
  // Of the service manager; see sd_notify(3).
  struct Manager {
    forward::ServiceNotifier notifier;
    std::chrono::microseconds watchdog{0};  // how often it wants a sign of life; 0: never
  };

  // `config` is what the forwarder was started with; the references must outlive the service.
  Service(Context& context, const RunSettings& settings, forward::Forwarder& forwarder,
          forward::Config config, Manager manager, const std::atomic<LogLevel>& level);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // Comes back when it is to end; see run_forwarder().
  [[nodiscard]] ExitCode run();

 private:
  using Time = forward::Clock::time_point;

  [[nodiscard]] std::optional<ExitCode> handle(int signal);
  void reload();
  void drain();
  [[nodiscard]] std::optional<ExitCode> drained();
  [[nodiscard]] ExitCode cut_off(const char* why, ExitCode code);
  void watch_certificates();
  void look_at_certificates();
  void give_sign_of_life();
  [[nodiscard]] int milliseconds_to_wait() const;
  [[nodiscard]] int next_signal() const;
  [[nodiscard]] std::uint64_t active() const { return forwarder_.counters().active.value(); }
  void announce(const std::string& message, LogLevel level = LogLevel::Info);
  void complain(const Error& error);

  Context& context_;
  const RunSettings& settings_;
  forward::Forwarder& forwarder_;
  forward::Config config_;
  std::shared_ptr<const Manager> manager_;  // workers speak to it, too
  std::string status_;
  forward::UniqueFd signals_;
  std::unique_ptr<forward::FileWatch> watch_;  // nullptr: there are no certificates, or no watches
  std::vector<struct stat> certificates_;      // as they were when they were read
  std::optional<Time> settled_;                // when a change of files is believed to be complete
  std::optional<Time> drain_ends_;
  std::optional<Time> next_sign_;
  const std::atomic<LogLevel>& level_;
};

}  // namespace egressctl::cli
