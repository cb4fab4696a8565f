// What the forwarder counts. All of it may be read at any time from any thread.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/forward/client_hello.h"
#include "lib/forward/counter.h"
#include "lib/forward/io/resolver.h"
#include "lib/forward/log/access_log.h"

namespace egressctl::forward {

// Durations, counted by the bounds that they stay under.
class Histogram {
 public:
  static constexpr std::array<double, 12> kBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                     0.1,   0.25,   0.5,   1,    10,    60};

  void observe(double seconds) {
    std::size_t i = 0;
    while (i < kBounds.size() && seconds > kBounds[i]) ++i;
    buckets_[i].add();
    constexpr double kMicro = 1e6;
    micros_.add(static_cast<std::uint64_t>(seconds * kMicro));
  }
  // Of the bounds, and beyond the last; not summed up.
  [[nodiscard]] std::uint64_t bucket(std::size_t i) const { return buckets_[i].value(); }
  [[nodiscard]] std::uint64_t micros() const { return micros_.value(); }

 private:
  std::array<Counter, kBounds.size() + 1> buckets_;
  Counter micros_;
};

// Of TLS that ends here, at one side.
struct TlsCounters {
  Counter handshakes;  // that ended well
  Counter resumed;     // of them
  Counter failures;
};

// Of where connections go.
struct ClusterCounters {
  std::string address;  // "www.example.com:443"
  Counter total;
  Counter active;
  Counter connect_failures;
  Counter bytes_sent;      // to it
  Counter bytes_received;  // from it
  TlsCounters tls;
};

// By name; of each its addresses, in order.
using Clusters = std::map<std::string, std::vector<std::shared_ptr<const ClusterCounters>>>;

inline constexpr std::size_t kHelloResults = 8;
inline constexpr std::size_t kFlags = 7;

// Of where connections come from.
struct ListenerCounters {
  Counter total;  // connections that were accepted
  Counter active;
  Counter refused;                            // for want of a route, a name or leave
  Counter overflow;                           // beyond the most connections
  Counter out_of_descriptors;                 // when one was to be accepted, or dialled for
  Counter bytes_received;                     // from downstream
  Counter bytes_sent;                         // to downstream
  std::array<Counter, kHelloResults> hellos;  // by HelloStatus; NeedMore: none came in time
  Counter no_name;                            // hellos without one
  TlsCounters tls;
  Counter handshake_timeouts;
  Counter idle_timeouts;
  std::array<Counter, kFlags> flags;  // connections closed, by the bit of their flag
  Counter closed_normally;
  Histogram connection_time;

  void count_flag(ResponseFlag flag) {
    flags[static_cast<std::size_t>(std::countr_zero(static_cast<std::uint16_t>(flag)))].add();
  }
};

// Of all together.
struct Counters {
  Counter active;  // connections
  ResolverCounters dns;
  Counter denied_addresses;
  Counter reloads;
  Counter reload_failures;
  std::atomic<std::chrono::system_clock::duration> last_reload{};  // that went well, since 1970
  Histogram connect_time;
};

}  // namespace egressctl::forward
