#include <map>
#include <string_view>

#include "lib/resource/validation/kinds.h"
#include "lib/resource/validation/listed_host.h"
#include "lib/resource/validation/names.h"
#include "lib/resource/validation/parts.h"
#include "lib/resource/validation/server_tls.h"

namespace egressctl::resource::validation {
namespace {

// Istio sets it on what it makes of Gateway API objects, whose names are made up.
bool is_from_gateway_api(const Resource& resource) {
  const Text* value = resource.metadata.annotations->find("internal.istio.io/gateway-semantics");
  return value != nullptr && **value == "gateway";
}

bool starts_unix(std::string_view bind) {
  return bind.starts_with(kUnixPrefix);
}

bool is_known(Protocol protocol) {
  return protocol != Protocol::Unsupported && protocol != Protocol::Hbone;
}

// Returns whether the port is all right.
bool check_server_port(Report& report, const Positioned<Server>& server) {
  const Positioned<Port>& port = server->port;
  if (!port.present()) {
    report.missing(kInvalidGateway, server, port, "port", "the server has no port");
    return false;
  }
  bool fine = true;
  if (!is_known(*port->protocol)) {
    fine = false;
    if (port->protocol.text().empty())
      report
          .missing(kUnknownProtocol, port, port->protocol, "protocol",
                   "the server's port has no protocol")
          .help("use one of HTTP, HTTP2, HTTPS, GRPC, TCP, TLS");
    else
      check_protocol(report, port->protocol);
  }
  const bool needs_number = *port->number > 0 || !starts_unix(*server->bind);
  if (needs_number && !is_port(*port->number)) {
    fine = false;
    check_port(report, port, port->number, "number");
  }
  if (*port->target_port > 0) {
    fine = false;
    report
        .error(kInvalidGateway, port->target_port.range,
               "a Gateway's port can't have \"targetPort\"")
        .help("the Service of the gateway says which port its pods listen on");
  }
  if (port->name->empty()) {
    fine = false;
    report.missing(kInvalidGateway, port, port->name, "name", "the server's port has no name");
  }
  return fine;
}

void check_bind(Report& report, const Server& server) {
  if (!starts_unix(*server.bind)) {
    if (!server.bind->empty() && !is_address(*server.bind))
      report.error(kInvalidBind, server.bind.range, "\"bind\" is \"{}\", expected an IP address",
                   *server.bind);
    return;
  }
  check_unix_address(report, server.bind);
  if (server.port.present() && *server.port->number != 0)
    report.error(kInvalidBind, server.port->number.range,
                 "a server that listens at a Unix socket must have port number 0, found {}",
                 *server.port->number);
}

void check_protocol_and_tls(Report& report, const Positioned<Server>& server) {
  const Positioned<Protocol>& protocol = server->port->protocol;
  const Positioned<ServerTls>& tls = server->tls;
  if (is_tls(*protocol)) {
    if (tls.present()) return;
    report
        .missing(kTlsProtocolMismatch, server, tls, "tls",
                 "protocol {} needs \"tls\", which the server does not have", protocol.text())
        .related(protocol.range, "the protocol")
        .help(
            "add \"tls\" with a mode: PASSTHROUGH leaves TLS to the destination, ISTIO_MUTUAL "
            "takes the mesh's mTLS");
    return;
  }
  if (!tls.present()) return;
  const bool passes =
      *tls->mode == ServerTlsMode::Passthrough || *tls->mode == ServerTlsMode::AutoPassthrough;
  const bool redirects_only = passes && tls->ca_certificates->empty() &&
                              tls->private_key->empty() && tls->server_certificate->empty();
  if (is_http(*protocol) && redirects_only) return;
  report
      .error(kTlsProtocolMismatch, tls.key, "protocol {} does not go with \"tls\"", protocol.text())
      .related(protocol.range, "the protocol")
      .help("use protocol TLS or HTTPS, or remove \"tls\"");
}

void check_server(Report& report, const Positioned<Server>& server, bool from_gateway_api) {
  if (!server.node->is_mapping()) return;
  if (server->hosts->empty())
    report.missing(kInvalidGateway, server, server->hosts, "hosts", "the server has no hosts")
        .help("list the hosts that it takes, or \"*\"");
  for (const Text& host : *server->hosts) check_server_host(report, host, from_gateway_api);
  check_spelling(report, server->hosts);
  const bool port_is_fine = check_server_port(report, server);
  check_bind(report, *server);
  if (server->tls.present()) check_server_tls(report, server->tls);
  if (port_is_fine) check_protocol_and_tls(report, server);
  if (server->port.present() && !is_http(*server->port->protocol) && *server->tls->https_redirect)
    report.warning(kTlsProtocolMismatch, server->tls->https_redirect.range,
                   "\"httpsRedirect\" is for HTTP servers; protocol {} has no redirects",
                   server->port->protocol.text());
}

}  // namespace

void check(Report& report, const Gateway& gateway) {
  const bool from_gateway_api = is_from_gateway_api(report.resource());
  const Text& name = report.resource().metadata.name;
  if (!is_label(*name) && !from_gateway_api)
    report
        .error(kInvalidGateway, name.range,
               "a Gateway can't be called \"{}\", expected letters, digits and inner \"-\"", *name)
        .help("VirtualServices name it \"namespace/name\", where a dot would be taken for a host");
  if (gateway.servers->empty())
    report.missing(kInvalidGateway, gateway.servers, "servers", "the Gateway has no servers");
  std::map<std::string_view, const Text*> names;
  for (const Positioned<Server>& server : *gateway.servers) {
    check_server(report, server, from_gateway_api);
    if (!server->port.present()) continue;
    const Text& port = server->port->name;
    const auto [first, is_new] = names.emplace(*port, &port);
    // Two ports without a name are told of by their missing names.
    if (!is_new && !port->empty())
      report
          .error(kDuplicatePort, port.range, "port name \"{}\" is used by another server, too",
                 *port)
          .related(first->second->range, "the first one")
          .help("give each server's port a name of its own");
  }
}

}  // namespace egressctl::resource::validation
