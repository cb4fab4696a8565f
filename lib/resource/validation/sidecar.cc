#include "lib/resource/sidecar.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "lib/resource/validation/kinds.h"
#include "lib/resource/validation/listed_host.h"
#include "lib/resource/validation/names.h"
#include "lib/resource/validation/parts.h"
#include "lib/resource/validation/route_parts.h"
#include "lib/resource/validation/server_tls.h"
#include "lib/resource/validation/traffic.h"

namespace egressctl::resource::validation {
namespace {

using PortPlaces = std::map<std::int64_t, SourceRange>;

void check_optional_name(Report& report, const Positioned<Port>& port) {
  if (!port->name->empty()) check_port_name(report, port);
}

void check_target_port(Report& report, const Port& port) {
  if (*port.target_port > 0)
    report.error(kInvalidSidecar, port.target_port.range,
                 "a Sidecar's listener can't have \"targetPort\"");
}

void check_bind_address(Report& report, const Text& bind) {
  if (!bind->empty() && !is_address(*bind))
    report.error(kInvalidBind, bind.range, "\"bind\" is \"{}\", expected an IP address", *bind);
}

void check_twice(Report& report, const Port& port, PortPlaces& ports) {
  const auto [first, is_new] = ports.emplace(*port.number, port.number.range);
  if (is_new) return;
  report
      .error(kDuplicatePort, port.number.range, "port {} has two listeners of the Sidecar",
             *port.number)
      .related(first->second, "the first one");
}

struct HostAndPort {
  std::string_view host;
  std::string_view port;
};

// "host:port", "[v6]:port" or ":port".
std::optional<HostAndPort> split_host_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 1 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.find_first_of("[]") != std::string_view::npos) return std::nullopt;
  if (!bracketed && host.find(':') != std::string_view::npos) return std::nullopt;
  return HostAndPort{host, text.substr(colon + 1)};
}

void check_default_endpoint(Report& report, const Text& endpoint) {
  if (endpoint->empty()) return;
  if (endpoint->starts_with(kUnixPrefix)) return check_unix_address(report, endpoint);
  constexpr std::string_view kHosts[] = {"", "127.0.0.1", "0.0.0.0", "::1", "::"};
  constexpr std::string_view kForms =
      "write \"127.0.0.1:8080\", \"0.0.0.0:8080\", \"[::1]:8080\", \"[::]:8080\" or "
      "\"unix:///path\"";
  const auto parts = split_host_port(*endpoint);
  if (!parts) {
    report
        .error(kInvalidSidecar, endpoint.range,
               "\"defaultEndpoint\" is \"{}\", expected an address and a port", *endpoint)
        .help(std::string(kForms));
    return;
  }
  if (std::find(std::begin(kHosts), std::end(kHosts), parts->host) == std::end(kHosts))
    report
        .error(kInvalidSidecar, endpoint.range,
               "\"defaultEndpoint\" is at \"{}\", expected an address of the pod itself",
               parts->host)
        .help(std::string(kForms));
  if (!is_port(decimal(parts->port).value_or(0)))
    report
        .error(kInvalidPort, endpoint.range,
               "\"defaultEndpoint\" has port \"{}\", expected 1 to 65535", parts->port)
        .help(std::string(kForms));
}

void check_ingress_tls(Report& report, const SidecarIngress& ingress) {
  const Positioned<ServerTls>& tls = ingress.tls;
  if (!tls.present()) return;
  const auto refuse = [&](bool used, SourceRange range, std::string_view key) {
    if (used)
      report.error(kInvalidServerTls, range, "a Sidecar's \"tls\" can't have \"{}\"", key)
          .help("name the files by \"serverCertificate\", \"privateKey\" and \"caCertificates\"");
  };
  refuse(!tls->subject_alt_names->empty(), tls->subject_alt_names.key, "subjectAltNames");
  refuse(*tls->https_redirect, tls->https_redirect.range, "httpsRedirect");
  refuse(!tls->credential_name->empty(), tls->credential_name.range, "credentialName");
  refuse(!tls->credential_names->empty(), tls->credential_names.key, "credentialNames");
  refuse(!tls->tls_certificates->empty(), tls->tls_certificates.key, "tlsCertificates");
  if (*tls->mode == ServerTlsMode::IstioMutual || *tls->mode == ServerTlsMode::AutoPassthrough)
    report.error(kInvalidServerTls, tls->mode.range, "a Sidecar's \"tls\" can't have mode {}",
                 tls->mode.text());
  if (!is_tls(*ingress.port->protocol))
    report
        .error(kTlsProtocolMismatch, tls.key, "protocol {} does not go with \"tls\"",
               ingress.port->protocol.present() ? ingress.port->protocol.text() : "TCP")
        .help("use protocol TLS or HTTPS, or remove \"tls\"");
  check_server_tls(report, tls);
}

void check_ingress(Report& report, const Positioned<SidecarIngress>& ingress, PortPlaces& ports) {
  const Positioned<Port>& port = ingress->port;
  if (!port.present()) {
    report.missing(kInvalidSidecar, ingress, port, "port", "the ingress listener has no port");
    return;
  }
  check_target_port(report, *port);
  check_optional_name(report, port);
  check_protocol(report, port->protocol);
  check_port(report, port, port->number, "number");
  check_bind_address(report, ingress->bind);
  check_twice(report, *port, ports);
  check_default_endpoint(report, ingress->default_endpoint);
  check_ingress_tls(report, *ingress);
  check_connection_pool(report, ingress->connection_pool);
  const auto& http = ingress->connection_pool->http;
  if (ingress->connection_pool.present() && http.present() && !is_http(*port->protocol))
    report
        .warning(kInvalidConnectionPool, http.key,
                 "port {} is not HTTP, so that the \"http\" limits are never used", *port->number)
        .related(port->protocol.range, "the protocol");
}

void check_socket_listener(Report& report, const Positioned<SidecarEgress>& egress) {
  if (!egress->bind->starts_with(kUnixPrefix))
    report.missing(kInvalidBind, egress, egress->bind, "bind",
                   "a listener with port number 0 must be bound to a Unix socket");
  else
    check_unix_address(report, egress->bind);
  if (*egress->capture_mode == CaptureMode::IpTables)
    report.error(kInvalidSidecar, egress->capture_mode.range,
                 "nothing can be captured for a Unix socket: \"captureMode\" must be NONE or "
                 "DEFAULT");
}

void check_egress_port(Report& report, const Positioned<SidecarEgress>& egress, PortPlaces& ports,
                       std::set<std::string_view>& sockets) {
  const Positioned<Port>& port = egress->port;
  check_target_port(report, *port);
  check_optional_name(report, port);
  check_protocol(report, port->protocol);
  if (*port->number == 0) {
    check_socket_listener(report, egress);
    if (!sockets.insert(*egress->bind).second)
      report.error(kDuplicatePort, egress->bind.range, "socket \"{}\" has two listeners",
                   *egress->bind);
    return;
  }
  check_port(report, port->number);
  check_bind_address(report, egress->bind);
  check_twice(report, *port, ports);
}

// Tells hosts that others of the listener have covered already.
class EgressHosts {
 public:
  EgressHosts(Report& report) : report_(report) {}

  void add(const Text& host) {
    const std::string_view text = *host;
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos || text.starts_with('~')) return;
    std::string_view name_space = text.substr(0, slash);
    const std::string_view name = text.substr(slash + 1);
    if (name_space == ".") name_space = report_.name_space();
    auto& names = by_namespace_[name_space];
    const bool covered = name == "*" ? !names.empty() : names.contains(name) || names.contains("*");
    if (covered)
      report_
          .warning(kBadEgressHost, host.range,
                   "host \"{}\" is in the list already, or \"*\" of its namespace is", *host)
          .help("keep one of them");
    names.insert(name);
  }

  void finish(const Texts& hosts) {
    const auto all = by_namespace_.find("*");
    if (all == by_namespace_.end() || !all->second.contains("*") || by_namespace_.size() == 1)
      return;
    report_
        .warning(kBadEgressHost, hosts.key,
                 "\"*/*\" is every host of the mesh; the others of the list add nothing")
        .help("keep \"*/*\" alone, or the others without it");
  }

 private:
  Report& report_;
  std::map<std::string_view, std::set<std::string_view>> by_namespace_;
};

void check_egress_hosts(Report& report, const Positioned<SidecarEgress>& egress) {
  const Texts& hosts = egress->hosts;
  if (hosts->empty())
    report.missing(kInvalidSidecar, egress, hosts, "hosts", "the egress listener has no hosts")
        .help("list hosts as \"namespace/host\"");
  EgressHosts seen(report);
  for (const Text& host : *hosts) {
    seen.add(host);
    check_egress_host(report, host);
  }
  seen.finish(hosts);
  check_spelling(report, hosts);
}

void check_egress(Report& report, const Sidecar& sidecar) {
  PortPlaces ports;
  std::set<std::string_view> sockets;
  for (std::size_t i = 0; i < sidecar.egress->size(); ++i) {
    const Positioned<SidecarEgress>& egress = (*sidecar.egress)[i];
    if (!egress.node->is_mapping()) continue;
    if (egress->port.present()) {
      check_egress_port(report, egress, ports, sockets);
    } else if (i + 1 < sidecar.egress->size()) {
      report
          .error(kInvalidSidecar, egress.range,
                 "the egress listener without a port takes what the others leave, so it must be "
                 "the last one")
          .help("move it to the end of the list");
    }
    check_egress_hosts(report, egress);
  }
}

void check_outbound_policy(Report& report, const Positioned<OutboundPolicy>& policy) {
  if (!policy.present()) return;
  if (*policy->mode == OutboundMode::AllowAnyDynamicDns) {
    report
        .error(kBadOutboundMode, policy->mode.range,
               "mode ALLOW_ANY_DYNAMIC_DNS is for MeshConfig only, not for a Sidecar")
        .help("use ALLOW_ANY or REGISTRY_ONLY");
    return;
  }
  const Positioned<Destination>& proxy = policy->egress_proxy;
  if (!proxy.present()) return;
  if (*policy->mode != OutboundMode::AllowAny) {
    report
        .error(kBadOutboundMode, proxy.key, "\"egressProxy\" needs mode ALLOW_ANY, found {}",
               policy->mode.present() ? policy->mode.text() : "none")
        .help("nothing unknown leaves with REGISTRY_ONLY, through a proxy neither");
    return;
  }
  if (const auto problem = domain_problem(*proxy->host);
      problem && !wildcard_domain_problem(*proxy->host))
    report.missing(kInvalidDestination, proxy, proxy->host, "host",
                   "the egress proxy's host \"{}\" is no domain name: {}", *proxy->host, *problem);
  if (!proxy->port.present())
    report.missing(kInvalidDestination, proxy, proxy->port, "port", "the egress proxy has no port");
  check_destination(report, proxy);
}

}  // namespace

void check(Report& report, const Sidecar& sidecar) {
  // Istio looks no further than these two.
  if (sidecar.workload_selector.present() &&
      check_selector_labels(report, sidecar.workload_selector->labels))
    return;
  if (sidecar.egress->empty() && sidecar.ingress->empty() &&
      !sidecar.outbound_traffic_policy.present() && !sidecar.inbound_connection_pool.present()) {
    report
        .error(kInvalidSidecar, report.spec().key.known() ? report.spec().key : report.spec().range,
               "the Sidecar says nothing")
        .help("add \"egress\", \"ingress\" or \"outboundTrafficPolicy\"");
    return;
  }
  check_selector(report, sidecar.workload_selector);
  PortPlaces ports;
  for (const Positioned<SidecarIngress>& ingress : *sidecar.ingress)
    if (ingress.node->is_mapping()) check_ingress(report, ingress, ports);
  check_connection_pool(report, sidecar.inbound_connection_pool);
  check_egress(report, sidecar);
  check_outbound_policy(report, sidecar.outbound_traffic_policy);
}

}  // namespace egressctl::resource::validation
