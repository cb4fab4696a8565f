// The flags of `egressctl forward`, and what they ask of the forwarder.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/mesh_input.h"
#include "lib/base/result.h"
#include "lib/forward/config.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace egressctl::cli {

enum class ForwardRole { SniProxy, Sidecar, Gateway };

struct ForwardFlags {
  std::string config;  // a file
  std::string spec;    // a file
  bool all_in_one = false;
  std::string proxy;  // of the manifests
  std::vector<std::string> manifests;
  MeshFlags mesh;
  bool upstream_lab = false;
  std::string exec;

  ForwardRole role = ForwardRole::SniProxy;
  std::vector<std::string> listen;
  std::vector<std::string> routes;  // HOST[=TARGET]
  std::string gateway;              // of a sidecar: HOST:PORT
  std::string certificate;
  std::string key;
  std::string authorities;
  std::vector<std::string> peer_names;
  std::vector<std::string> outer_names;
  std::string host_authorities = "/etc/ssl/certs/ca-certificates.crt";
  bool strict = false;
  bool no_resumption = false;
  bool transparent = false;
  bool proxy_protocol_in = false;
  forward::ProxyProtocol proxy_protocol_out = forward::ProxyProtocol::Off;

  std::vector<std::string> allowed;  // CIDRs
  std::vector<std::string> resolve;  // HOST=IP
  std::vector<std::string> dns_servers;

  std::string connect_timeout = "10s";
  std::string hello_timeout = "5s";
  std::string handshake_timeout = "10s";
  std::string dns_refresh = "30s";
  std::string idle_timeout = "1h";
  std::string drain_timeout = "30s";
  std::size_t max_connections = 0;
  std::size_t workers = 0;

  std::string access_log = "-";
  std::string access_log_format = "text";
  std::string admin_address;  // empty: the usual one, if it is free
  bool admin_allow_remote = false;
  bool record = false;
  bool check = false;

  std::vector<const CLI::Option*> settings;  // all of these flags that a file has, too
};

// Whether the flags have a certificate, its key and a CA. Fails with ErrorCode::Usage.
[[nodiscard]] Result<void> need_certificates(const ForwardFlags& flags, std::string_view role);

// What holds for every listener.
void set_listener_flags(const ForwardFlags& flags, forward::ListenerConfig& listener);

// Adds them; `flags` must outlive `command`.
void add_forward_flags(CLI::App& command, ForwardFlags& flags);

// What --connect-timeout and its like ask for. Fails with ErrorCode::Usage, naming the flag.
[[nodiscard]] Result<std::chrono::milliseconds> read_timeout(const std::string& flag,
                                                             const std::string& text);

// What does not depend on routes: limits, timeouts, lookups, logs.
[[nodiscard]] Result<forward::Config> limits_of(const ForwardFlags& flags);

// A forwarder that lets any name pass, for --record: `observer` is told of each. Fails with
// ErrorCode::Usage.
[[nodiscard]] Result<forward::Config> recording_config_of(const ForwardFlags& flags,
                                                          forward::ConnectionObserver observer);

// All of it, with one listener for each --listen. Fails with ErrorCode::Usage.
[[nodiscard]] Result<forward::Config> config_of(const ForwardFlags& flags);

}  // namespace egressctl::cli
