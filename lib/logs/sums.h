// Connections by host, cluster and response flags.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lib/logs/explain.h"

namespace egressctl::logs {

struct SumRow {
  std::string host;
  std::string cluster;  // of the last hop
  std::string flags;    // "-" for none
  std::uint64_t connections = 0;
  std::uint64_t received = 0;  // bytes, as the first hop counts them
  std::uint64_t sent = 0;
};

// Hosts are what clients say: behind the first kMaxRows different rows all
// others are one.
class Sums {
 public:
  static constexpr std::size_t kMaxRows = 10000;

  void add(const LoggedConnection& connection, const Explanation& explanation);

  // The most connections first.
  [[nodiscard]] std::vector<SumRow> rows() const;

 private:
  std::map<std::array<std::string, 3>, SumRow> rows_;
};

}  // namespace egressctl::logs
