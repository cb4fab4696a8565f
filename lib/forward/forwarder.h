// Runs a Config: a thread for each worker, all of them on the same addresses.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "lib/forward/config.h"

namespace egressctl::forward {

enum class ForwarderState { Live, Draining };

// A listener as it stands, for people.
struct ListenerStatus {
  std::string name;
  SocketAddress address;
  std::shared_ptr<const ListenerCounters> counters;
};

class Forwarder {
 public:
  // Reads the certificates, binds the addresses and begins. Fails with ErrorCode::Usage for what
  // the configuration asks in vain, with NotFound or Io for files and addresses; nothing is then
  // left.
  [[nodiscard]] static Result<std::unique_ptr<Forwarder>> start(const Config& given);

  // Whether start() would take it, without listening or writing anywhere.
  [[nodiscard]] static Result<void> check(const Config& config);

  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;
  ~Forwarder();  // ends all connections

  // New connections go by the routes, certificates and limits of `given` from now on; those that
  // are going on keep their routes. Fails, and changes nothing, when it can't be used, or when it
  // has other listeners. Returns what it says that only a restart changes, in words.
  [[nodiscard]] Result<std::vector<std::string>> reload(const Config& given);

  // Whether reload() would take it.
  [[nodiscard]] Result<void> can_reload(const Config& given) const;

  // Counts a reload whose configuration could not even be read.
  void count_failed_reload() { shared_.counters.reload_failures.add(); }

  // Takes no more connections; those that are going on stay, and so do those that the system has
  // taken already. `grace`: how long listeners stay open for those that have not heard of it yet.
  void drain(std::chrono::milliseconds grace = std::chrono::milliseconds(0));

  // Whether no listener is open any more, and no connection either.
  [[nodiscard]] bool drained() const {
    return shared_.open_listeners.load() == 0 && shared_.counters.active.value() == 0;
  }

  // Calls `alive` once every worker has come round to it, on the last one's thread.
  void when_all_answer(std::function<void()> alive);

  [[nodiscard]] const std::vector<ListenerStatus>& listeners() const { return listeners_; }
  [[nodiscard]] const Counters& counters() const { return shared_.counters; }
  [[nodiscard]] ForwarderState state() const { return state_; }
  [[nodiscard]] std::chrono::system_clock::time_point started() const { return started_; }
  [[nodiscard]] LogSink* log() const { return shared_.log.get(); }

  // Whether ended connections leave lines in the access log, where there is one.
  void log_connections(bool wanted) { shared_.logging = wanted; }
  [[nodiscard]] bool logs_connections() const { return log() != nullptr && shared_.logging; }

  // All clusters that routes have named so far, by name.
  [[nodiscard]] Clusters clusters() const;

  // The rules in force, in the order of listeners().
  [[nodiscard]] std::vector<std::shared_ptr<const ListenerRules>> rules() const;

 private:
  Forwarder() = default;

  [[nodiscard]] static Result<void> check_rules(const Config& config);
  [[nodiscard]] Result<void> has_same_listeners(const Config& config) const;
  [[nodiscard]] Result<void> bind(const Config& config);
  [[nodiscard]] std::vector<std::string> fixed_settings(const Config& config) const;
  [[nodiscard]] Result<std::vector<std::shared_ptr<const ListenerRules>>> compile(
      const Config& config);
  [[nodiscard]] std::shared_ptr<ListenerCounters> counters_of(const std::string& listener);
  [[nodiscard]] std::shared_ptr<ClusterCounters> counters_of(const std::string& name,
                                                             const std::string& address);
  class Compiler;

  Shared shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
  std::vector<ListenerStatus> listeners_;
  Config started_with_;
  mutable std::mutex mutex_;  // of what follows
  std::vector<std::shared_ptr<const ListenerRules>> rules_;
  // By name and address.
  std::map<std::pair<std::string, std::string>, std::shared_ptr<ClusterCounters>> clusters_;
  std::map<std::string, std::shared_ptr<ListenerCounters>> listener_counters_;
  std::atomic<ForwarderState> state_{ForwarderState::Live};
  std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
};

}  // namespace egressctl::forward
