// What a forwarder is told to do, as plain data.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/forward/io/resolver.h"
#include "lib/forward/io/socket_address.h"
#include "lib/forward/io/systemd.h"
#include "lib/forward/log/log_sink.h"
#include "lib/forward/tls/tls.h"
#include "lib/forward/worker.h"

namespace egressctl::forward {

struct TlsConfig {
  CredentialPaths files;
  Credentials given;  // instead of files, where not empty
  std::vector<std::string> peer_names;
  std::vector<std::string> alpn;
  std::string server_name;
  bool check_peer = true;
  bool resumption = true;
};

struct RouteConfig;

// See Termination.
struct TerminationConfig {
  TlsConfig tls;
  bool look_inside = true;
  std::vector<RouteConfig> inside;  // where it looks
  bool same_name = false;
  std::string listener;
};

// See Route.
struct RouteConfig {
  std::vector<std::string> names;
  std::string cluster;  // empty: the first name
  std::string host;     // empty: the name asked for
  std::uint16_t port = 443;
  bool internal_allowed = false;
  bool original_destination = false;
  bool forwards_name = false;
  bool any_name = false;  // "*" without a host: an open proxy, for who wants to learn the names
  std::optional<TlsConfig> tls;
  std::optional<TerminationConfig> termination;
  std::vector<RouteConfig> choices;
  std::uint32_t weight = 1;
};

struct ListenerConfig {
  std::string name;  // unique
  SocketAddress address;
  std::string
      socket_name;     // of sockets that were passed, which listen already, instead of `address`
  int inherited = -1;  // the descriptor of such a socket
  std::vector<RouteConfig> routes;
  std::vector<RouteConfig> plain;  // see ListenerRules
  bool proxy_protocol = false;
  ProxyProtocol proxy_protocol_out = ProxyProtocol::Off;
  bool transparent = false;
};

struct Config {
  std::vector<ListenerConfig> listeners;
  std::vector<PassedSocket> passed;
  Timeouts timeouts;
  ResolverSettings resolver;
  std::vector<IpRange> allowed;  // internal addresses that may be dialled
  std::size_t max_connections = 0;
  std::size_t workers = 0;  // 0: one a processor
  std::string access_log;   // a path, "-" for stdout; empty: none
  AccessLogFormat format = AccessLogFormat::istio_text();
  ConnectionObserver observer;  // may be empty
  LogFailure on_log_failure;    // may be empty
};

// A listener without routes for what people write: "IP:PORT", "unix:PATH" (see SocketAddress), or
// "systemd:NAME" for sockets that were passed. Its name is the text. Fails with ErrorCode::Usage.
[[nodiscard]] Result<ListenerConfig> listener_at(std::string_view text);

// The places that connections of a route may go to: its own, or those of its choices. They live as
// long as the route.
[[nodiscard]] std::vector<const RouteConfig*> ways_of(const RouteConfig& route);

// The paths of the certificates, keys and authorities that it names, sorted, each once.
[[nodiscard]] std::vector<std::string> credential_files(const Config& config);

}  // namespace egressctl::forward
