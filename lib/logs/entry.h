// One line of an access log of Envoy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace egressctl::logs {

// Fields that the proxy had nothing for ("-") are empty. The texts are parts of
// `storage`, which moves with them.
struct Entry {
  Entry() = default;
  Entry(Entry&&) = default;
  Entry& operator=(Entry&&) = default;
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  ~Entry() = default;

  std::size_t line = 0;       // 1-based, in its input
  std::string_view source;    // who wrote it: "pod/gw-1/istio-proxy"; empty: not told
  std::string_view time;      // as written
  std::string_view method;    // of HTTP
  std::string_view path;      // of HTTP
  std::string_view protocol;  // "HTTP/1.1", ...
  std::uint32_t code = 0;     // 0 for TCP
  std::string_view flags;     // "UF,URX"
  std::string_view details;   // of the response code: "filter_chain_not_found"
  std::string_view termination;
  std::string_view failure;    // of the upstream's transport
  std::uint64_t received = 0;  // bytes from downstream
  std::uint64_t sent = 0;      // bytes to downstream
  std::uint64_t duration = 0;  // ms
  std::string_view authority;
  std::string_view upstream_host;
  std::string_view cluster;
  std::string_view upstream_local;
  std::string_view downstream_local;
  std::string_view downstream_remote;
  std::string_view server_name;
  std::string_view route;
  std::string storage;

  [[nodiscard]] bool is_http() const { return !method.empty() || !protocol.empty(); }
  [[nodiscard]] std::vector<std::string_view> flag_list() const;

  // What the client asked for: the SNI, of HTTP the authority; empty when
  // neither is known.
  [[nodiscard]] std::string_view host() const;
};

enum class Role {
  Unknown,
  Sidecar,           // of a client
  Gateway,           // where the mesh's mTLS ends
  InternalListener,  // of a gateway, behind its mTLS
};

[[nodiscard]] std::string_view to_string(Role role);

// As far as a line alone tells.
[[nodiscard]] Role role_of(const Entry& entry);

}  // namespace egressctl::logs
