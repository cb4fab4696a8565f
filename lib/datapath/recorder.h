// Learns which hosts an application asks for, and writes a spec that lets these leave.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "lib/forward/log/access_log.h"

namespace egressctl::datapath {

// Safe to use from several threads.
class Recorder {
 public:
  // Takes a connection that has ended. A host counts when it was reached at least once.
  void add(const forward::ConnectionRecord& record);

  // An egress spec with comments, which `egressctl generate` takes as it is; without any host its
  // destinations are missing, and a comment says so. Hosts are grouped by domain and ports.
  [[nodiscard]] std::string to_spec() const;

 private:
  struct Host {
    std::set<std::uint16_t> ports;  // on which it spoke TLS
    std::uint64_t connections = 0;
    bool plain = false;  // it was asked for in plain HTTP, too
  };

  mutable std::mutex mutex_;
  std::map<std::string, Host> hosts_;
  std::map<std::string, std::uint64_t> left_out_;  // names that no spec can have, or not reached
  std::uint64_t nameless_ = 0;
};

}  // namespace egressctl::datapath
