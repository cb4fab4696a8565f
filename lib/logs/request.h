// The connection of some lines as what a trace is asked for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "lib/logs/join.h"
#include "lib/mesh/mesh.h"
#include "lib/trace/trace.h"

namespace egressctl::logs {

// Finds clients by the address that the proxies saw, or by the pod that a line
// says it is from. The Mesh must outlive it.
class ClientIndex {
 public:
  explicit ClientIndex(const mesh::Mesh& mesh);

  // std::nullopt when the lines do not tell the client or what it asked for.
  [[nodiscard]] std::optional<trace::Request> request_of(const LoggedConnection& connection) const;

 private:
  [[nodiscard]] std::optional<topology::Proxy> client_of(const LoggedConnection& connection) const;

  const mesh::Mesh& mesh_;
  std::unordered_map<std::string_view, const mesh::Workload*> by_address_;
  const mesh::Workload* only_client_ = nullptr;  // of a mesh with no more than one
};

}  // namespace egressctl::logs
