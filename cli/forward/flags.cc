#include "cli/forward/flags.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/flags.h"
#include "cli/forward/run.h"
#include "lib/base/duration.h"
#include "lib/base/ip_address.h"
#include "lib/base/text.h"
#include "lib/datapath/spec_roles.h"
#include "lib/datapath/target.h"

namespace egressctl::cli {

Result<void> need_certificates(const ForwardFlags& flags, std::string_view role) {
  for (const auto& [flag, value] :
       {std::pair("--cert", &flags.certificate), std::pair("--key", &flags.key),
        std::pair("--ca", &flags.authorities)})
    if (value->empty())
      return fail(ErrorCode::Usage,
                  fmt::format("a {} speaks mutual TLS: {} is missing", role, flag));
  return {};
}

namespace {

using forward::ProxyProtocol;
using forward::RouteConfig;

// Istio's ports: of a gateway's pod, of a sidecar's outbound listener.
constexpr const char* kSidecarListen = "127.0.0.1:15001";
constexpr const char* kListen = "127.0.0.1:8443";

Result<RouteConfig> parse_route(const std::string& text) {
  RouteConfig out;
  const std::size_t equals = text.find('=');
  out.names = {to_lower(text.substr(0, equals))};
  if (equals == std::string::npos) return out;
  const auto target = datapath::parse_target(std::string_view(text).substr(equals + 1));
  if (!target)
    return fail(ErrorCode::Usage,
                fmt::format("--route: \"{}\" leads nowhere: expected HOST, HOST=IP:PORT, "
                            "HOST=NAME:PORT or HOST=unix:PATH",
                            text));
  out.host = target->host;
  out.port = target->port;
  return out;
}

forward::TlsConfig tls_of(const ForwardFlags& flags) {
  forward::TlsConfig out;
  out.files = {flags.certificate, flags.key, flags.authorities};
  out.peer_names = flags.peer_names;
  out.alpn = {datapath::kMeshAlpn};
  out.resumption = !flags.no_resumption;
  return out;
}

// All names go to the gateway, wrapped.
Result<void> make_sidecar(const ForwardFlags& flags, std::vector<RouteConfig>& routes) {
  if (auto complete = need_certificates(flags, "sidecar"); !complete) return complete;
  const auto gateway = datapath::parse_target(flags.gateway);
  if (!gateway) return fail(ErrorCode::Usage, "a sidecar needs its gateway: --gateway HOST:PORT");
  if (flags.peer_names.empty())
    return fail(ErrorCode::Usage,
                "a sidecar must know its gateway: --peer-name "
                "spiffe://cluster.local/ns/istio-egress/sa/istio-egressgateway");
  if (flags.outer_names.size() > 1)
    return fail(ErrorCode::Usage, "a sidecar sends one outer name: give --outer-name once");
  for (RouteConfig& route : routes) {
    if (!route.host.empty())
      return fail(ErrorCode::Usage, fmt::format("--route {}={}: a sidecar sends all to its gateway",
                                                route.names.front(), route.host));
    route.host = gateway->host;
    route.port = gateway->port;
    route.internal_allowed = true;
    route.tls = tls_of(flags);
    const std::string& name = route.names.front();
    if (!flags.outer_names.empty())
      route.tls->server_name = flags.outer_names.front();
    else
      route.tls->server_name = name.starts_with("*.") ? name.substr(2) : name;
  }
  return {};
}

// One outer route, whose inside has the others.
Result<void> make_gateway(const ForwardFlags& flags, std::vector<RouteConfig>& routes) {
  if (auto complete = need_certificates(flags, "gateway"); !complete) return complete;
  RouteConfig outer;
  outer.names = flags.outer_names;
  if (outer.names.empty()) outer.names = {"*"};
  outer.cluster = "sni_cluster";
  outer.termination = forward::TerminationConfig{.tls = tls_of(flags),
                                                 .look_inside = true,
                                                 .inside = std::move(routes),
                                                 .same_name = flags.strict,
                                                 .listener = "sni_listener"};
  routes = {std::move(outer)};
  return {};
}

Result<std::vector<RouteConfig>> routes_of(const ForwardFlags& flags) {
  std::vector<RouteConfig> routes;
  for (const std::string& text : flags.routes) {
    auto route = parse_route(text);
    if (!route) return tl::unexpected(route.error());
    routes.push_back(std::move(*route));
  }
  if (routes.empty())
    return fail(ErrorCode::Usage, "nothing may pass: give the hosts with --route");
  if (flags.role == ForwardRole::Sidecar)
    if (auto made = make_sidecar(flags, routes); !made) return tl::unexpected(made.error());
  if (flags.role == ForwardRole::Gateway)
    if (auto made = make_gateway(flags, routes); !made) return tl::unexpected(made.error());
  return routes;
}

Result<forward::ResolverSettings> resolver_of(const ForwardFlags& flags) {
  forward::ResolverSettings out;
  out.servers = flags.dns_servers;
  for (const std::string& text : flags.resolve) {
    const std::size_t equals = text.find('=');
    const auto ip =
        equals == std::string::npos ? std::nullopt : IpAddress::parse(text.substr(equals + 1));
    if (!ip)
      return fail(ErrorCode::Usage,
                  fmt::format("--resolve: \"{}\" is no address of a host: expected HOST=IP", text));
    out.hosts[to_lower(text.substr(0, equals))].push_back(*ip);
  }
  return out;
}

}  // namespace

void add_forward_flags(CLI::App& command, ForwardFlags& flags) {
  const auto common = command.get_options();
  const auto list = [&](const std::string& name, std::vector<std::string>& target,
                        const std::string& help, const std::string& type) {
    return command.add_option(name, target, help)
        ->type_name(type)
        ->take_all()
        ->allow_extra_args(false)
        ->delimiter(',');
  };
  const auto text = [&](const std::string& name, std::string& target, const std::string& help,
                        const std::string& type) {
    return command.add_option(name, target, help)->type_name(type)->capture_default_str();
  };
  using Role = Choice<ForwardRole>;
  add_choice<ForwardRole>(
      command, "--role", flags.role,
      {Role{"sni-proxy", ForwardRole::SniProxy}, Role{"sidecar", ForwardRole::Sidecar},
       Role{"gateway", ForwardRole::Gateway}},
      "Which part of an egress set-up to play");
  const CLI::Option* config =
      command
          .add_option("--config", flags.config,
                      "Run what this file says (`egressctl schema forward`); - is standard input")
          ->type_name("FILE");
  constexpr const char* kFromSpec = "From an egress spec";
  command.add_option("--spec", flags.spec, "Run the role as this spec has it; - is standard input")
      ->type_name("FILE")
      ->group(kFromSpec);
  command
      .add_flag("--all-in-one", flags.all_in_one,
                "Run sidecar, gateway and SNI proxy of the spec, with certificates made for it")
      ->group(kFromSpec);
  command
      .add_flag("--upstream-lab", flags.upstream_lab,
                "Stand in for the hosts: pages titled by the host that was asked for")
      ->group(kFromSpec);
  command
      .add_option("--exec", flags.exec,
                  "Run a command when all is up, and end with it and its exit code")
      ->type_name("COMMAND")
      ->group(kFromSpec);
  constexpr const char* kFromManifests = "From manifests";
  command
      .add_option("--proxy", flags.proxy,
                  "Run what istiod would send this proxy: NAME.NAMESPACE, deploy/NAME")
      ->type_name("PROXY")
      ->group(kFromManifests);
  command.add_option("PATH", flags.manifests, "Manifests for --proxy: files, folders, - for stdin");
  add_mesh_flags(command, flags.mesh);
  add_resource_flags(command, flags.mesh);
  list("--listen", flags.listen, "Where to accept connections: IP:PORT, unix:PATH, systemd:NAME",
       "ADDR");
  list("--route", flags.routes, "A host that may be asked for, and where it leads if not to itself",
       "HOST[=TARGET]");

  constexpr const char* kTls = "Mutual TLS";
  text("--gateway", flags.gateway, "The gateway that a sidecar sends all to", "HOST:PORT")
      ->group(kTls);
  text("--cert", flags.certificate, "The own certificate and its chain, PEM", "FILE")->group(kTls);
  text("--key", flags.key, "Its key, PEM, readable by its owner alone", "FILE")->group(kTls);
  text("--ca", flags.authorities, "Who vouches for the other end, PEM", "FILE")->group(kTls);
  text("--upstream-ca", flags.host_authorities,
       "Who vouches for hosts that clients reach in plain HTTP, PEM", "FILE")
      ->group(kTls);
  list("--peer-name", flags.peer_names, "A SAN that the other end may have; a final * is any rest",
       "SAN")
      ->group(kTls);
  list("--outer-name", flags.outer_names, "The SNI that a sidecar sends, that a gateway takes",
       "NAME")
      ->group(kTls);
  command.add_flag("--strict", flags.strict, "A gateway refuses names that differ inside and out")
      ->group(kTls);
  command.add_flag("--no-resumption", flags.no_resumption, "Shake hands anew for each connection")
      ->group(kTls);

  constexpr const char* kReach = "Reach";
  list("--allow", flags.allowed, "Internal addresses that names may lead to", "CIDR")
      ->group(kReach);
  list("--resolve", flags.resolve, "The address of a host, instead of asking DNS", "HOST=IP")
      ->group(kReach);
  list("--dns", flags.dns_servers, "DNS servers, instead of the system's", "IP[:PORT]")
      ->group(kReach);
  text("--dns-refresh", flags.dns_refresh,
       "The longest that an answer is kept; names in use are asked for again before", "TIME")
      ->group(kReach);
  command
      .add_flag("--transparent", flags.transparent,
                "Connections are redirected here by the firewall")
      ->group(kReach);
  command
      .add_flag("--proxy-protocol-in", flags.proxy_protocol_in,
                "Connections begin with a PROXY header")
      ->group(kReach);
  using Proxy = Choice<ProxyProtocol>;
  add_choice<ProxyProtocol>(command, "--proxy-protocol-out", flags.proxy_protocol_out,
                            {Proxy{"off", ProxyProtocol::Off}, Proxy{"v1", ProxyProtocol::V1},
                             Proxy{"v2", ProxyProtocol::V2}},
                            "Begin connections with a PROXY header")
      ->group(kReach);

  constexpr const char* kLimits = "Limits";
  text("--hello-timeout", flags.hello_timeout, "For the client's first bytes", "TIME")
      ->group(kLimits);
  text("--connect-timeout", flags.connect_timeout, "For finding and reaching the other end", "TIME")
      ->group(kLimits);
  text("--handshake-timeout", flags.handshake_timeout, "For each mutual TLS handshake", "TIME")
      ->group(kLimits);
  text("--idle-timeout", flags.idle_timeout, "For a connection on which nothing moves", "TIME")
      ->group(kLimits);
  text("--drain-timeout", flags.drain_timeout, "For connections to end after SIGTERM", "TIME")
      ->group(kLimits);
  command.add_option("--max-connections", flags.max_connections, "Refuse more; 0: no limit")
      ->check(CLI::Range(0, 1'000'000'000))
      ->capture_default_str()
      ->group(kLimits);
  command.add_option("--workers", flags.workers, "Threads; 0: one a processor")
      ->capture_default_str()
      ->group(kLimits);

  constexpr const char* kObserve = "Observe";
  text("--access-log", flags.access_log, "A file, - for standard output, off", "FILE")
      ->group(kObserve);
  text("--access-log-format", flags.access_log_format, "text, json, or Envoy's operators", "FORMAT")
      ->group(kObserve);
  command
      .add_option("--admin-address", flags.admin_address,
                  fmt::format("Statistics over HTTP; off: none; default: {} where it is free",
                              kUsualAdminAddress))
      ->type_name("ADDR")
      ->group(kObserve);
  command
      .add_flag("--admin-allow-remote", flags.admin_allow_remote,
                "Let --admin-address be one that others can reach")
      ->group(kObserve);
  for (const CLI::Option* option : command.get_options())
    if (option != config && std::find(common.begin(), common.end(), option) == common.end())
      flags.settings.push_back(option);
  command.add_flag("--record", flags.record,
                   "Let any name pass, and print a spec of those that were reached at the end");
  command.add_flag("--check", flags.check, "Say whether it would run, and end");
}

Result<std::chrono::milliseconds> read_timeout(const std::string& flag, const std::string& text) {
  const auto duration = parse_duration(text);
  if (!duration || duration->count() <= 0)
    return fail(ErrorCode::Usage,
                fmt::format("{}: \"{}\" is no time above zero: write it as in \"5s\" or \"1m30s\"",
                            flag, text));
  return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(*duration),
                  std::chrono::milliseconds{1});
}

Result<forward::Config> limits_of(const ForwardFlags& flags) {
  forward::Config config;
  for (const auto& [flag, text, target] :
       {std::tuple("--hello-timeout", &flags.hello_timeout, &config.timeouts.hello),
        std::tuple("--connect-timeout", &flags.connect_timeout, &config.timeouts.connect),
        std::tuple("--handshake-timeout", &flags.handshake_timeout, &config.timeouts.handshake),
        std::tuple("--idle-timeout", &flags.idle_timeout, &config.timeouts.idle)}) {
    const auto time = read_timeout(flag, *text);
    if (!time) return tl::unexpected(time.error());
    *target = *time;
  }
  for (const std::string& text : flags.allowed) {
    const auto range = IpRange::parse(text);
    if (!range)
      return fail(ErrorCode::Usage,
                  fmt::format("--allow: \"{}\" is no range of addresses: expected a CIDR as in "
                              "\"10.0.0.0/8\"",
                              text));
    config.allowed.push_back(*range);
  }
  auto resolver = resolver_of(flags);
  if (!resolver) return tl::unexpected(resolver.error());
  config.resolver = std::move(*resolver);
  config.resolver.timeout = config.timeouts.connect / 2;
  const auto refresh = read_timeout("--dns-refresh", flags.dns_refresh);
  if (!refresh) return tl::unexpected(refresh.error());
  config.resolver.longest = *refresh;
  config.max_connections = flags.max_connections;
  config.workers = flags.workers;
  if (flags.access_log != "off") config.access_log = flags.access_log;
  if (flags.access_log_format == "json") {
    config.format = forward::AccessLogFormat::istio_json();
  } else if (flags.access_log_format != "text") {
    auto format = forward::AccessLogFormat::parse(flags.access_log_format);
    if (!format) return tl::unexpected(format.error());
    config.format = std::move(*format);
  }
  return config;
}

namespace {

// One for each --listen.
Result<void> add_listeners(const ForwardFlags& flags, const std::vector<RouteConfig>& routes,
                           const std::vector<RouteConfig>& plain, forward::Config& config) {
  std::vector<std::string> addresses = flags.listen;
  if (addresses.empty())
    addresses = {flags.role == ForwardRole::Sidecar ? kSidecarListen : kListen};
  for (const std::string& text : addresses) {
    auto listener = forward::listener_at(text);
    if (!listener) return tl::unexpected(listener.error());
    listener->routes = routes;
    listener->plain = plain;
    set_listener_flags(flags, *listener);
    config.listeners.push_back(std::move(*listener));
  }
  return {};
}

}  // namespace

void set_listener_flags(const ForwardFlags& flags, forward::ListenerConfig& listener) {
  listener.proxy_protocol = flags.proxy_protocol_in;
  listener.proxy_protocol_out = flags.proxy_protocol_out;
  listener.transparent = flags.transparent;
}

Result<forward::Config> config_of(const ForwardFlags& flags) {
  auto config = limits_of(flags);
  if (!config) return config;
  const auto routes = routes_of(flags);
  if (!routes) return tl::unexpected(routes.error());
  if (auto added = add_listeners(flags, *routes, {}, *config); !added)
    return tl::unexpected(added.error());
  return config;
}

Result<forward::Config> recording_config_of(const ForwardFlags& flags,
                                            forward::ConnectionObserver observer) {
  auto config = limits_of(flags);
  if (!config) return config;
  RouteConfig any;
  any.names = {"*"};
  any.cluster = "recorded";
  any.original_destination = flags.transparent;
  any.any_name = !flags.transparent;
  RouteConfig plain = any;
  plain.port = generate::kPlainHttpPort;
  if (auto added = add_listeners(flags, {any}, {plain}, *config); !added)
    return tl::unexpected(added.error());
  config->observer = std::move(observer);
  // The standard output is the spec's.
  if (config->access_log == "-") config->access_log = "/dev/stderr";
  return config;
}

}  // namespace egressctl::cli
