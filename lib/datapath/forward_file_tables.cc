#include "lib/datapath/forward_file_tables.h"

#include <charconv>
#include <string>

#include "lib/base/host_name.h"
#include "lib/base/ip_address.h"
#include "lib/datapath/target.h"
#include "lib/forward/io/socket_address.h"

namespace egressctl::datapath {
namespace {

using spec::Field;
using spec::FieldKind;
using spec::Table;
using spec::TextFormat;

constexpr std::int64_t kMostConnections = 10'000'000;
constexpr std::int64_t kMostWorkers = 1024;

bool is_listen_address(std::string_view text) {
  return forward::listener_at(text).has_value();
}

// "*" stands where a route leads to a place of its own.
bool is_route_host(std::string_view text) {
  return text == "*" || host_problem(text) == HostProblem::None;
}

bool is_outer_name(std::string_view text) {
  std::string name(text);
  for (char& c : name)
    if (c == '_') c = 'x';  // as in Istio's "outbound_.443_._.gateway"
  return is_route_host(name);
}

constexpr TextFormat kListenFormat{"^.+$", "IP:PORT, [IPV6]:PORT, unix:PATH or systemd:NAME",
                                   is_listen_address};
constexpr TextFormat kTargetFormat{
    "^.+$", "HOST, HOST:PORT, IP:PORT, [IPV6]:PORT or unix:PATH",
    [](std::string_view text) { return parse_target(text).has_value(); }};
constexpr TextFormat kRouteHostFormat{
    "^.+$", "a host such as \"www.example.com\", a wildcard such as \"*.example.com\", or \"*\"",
    is_route_host};
constexpr TextFormat kOuterNameFormat{"^.+$", "a name that can be sent as SNI", is_outer_name};
constexpr TextFormat kCidrFormat{
    "^[0-9a-fA-F.:]+(/[0-9]+)?$", "an address or a range such as \"10.0.0.0/8\"",
    [](std::string_view text) { return IpRange::parse(text).has_value(); }};
constexpr TextFormat kIpFormat{"^[0-9a-fA-F.:]+$", "an IP address", [](std::string_view text) {
                                 return IpAddress::parse(text).has_value();
                               }};
constexpr TextFormat kAdminFormat{"^.+$", "IP:PORT, or \"off\"", [](std::string_view text) {
                                    return text == "off" ||
                                           forward::SocketAddress::parse(text).has_value();
                                  }};

constexpr Field kTlsFields[] = {
    {.key = "certificate",
     .description = "The own certificate and those that lead to its CA, a PEM file.",
     .example = "tls.crt",
     .required = true,
     .format = &spec::kNonEmptyFormat},
    {.key = "key",
     .description = "Its key, a PEM file that its owner alone may read.",
     .example = "tls.key",
     .required = true,
     .format = &spec::kNonEmptyFormat},
    {.key = "authorities",
     .description = "Who vouches for the other end, a PEM file.",
     .example = "ca.crt",
     .required = true,
     .format = &spec::kNonEmptyFormat},
    {.key = "peerNames",
     .kind = FieldKind::TextList,
     .description =
         "SANs of which the other end must have one; a final * is any rest. Of a gateway "
         "whoever the authorities vouch for when left out; a sidecar needs it.",
     .example = "[spiffe://cluster.local/ns/istio-egress/sa/istio-egressgateway]",
     .not_empty = true,
     .format = &spec::kNonEmptyFormat},
    {.key = "resumption",
     .kind = FieldKind::Flag,
     .description = "Whether a later connection may resume an earlier one's session.",
     .default_json = "true"},
};
constexpr Table kTls{"The mutual TLS between a sidecar and its gateway.", kTlsFields};

constexpr Field kOriginateFields[] = {
    {.key = "serverName",
     .description = "The name to send. The route's first host when left out.",
     .format = &spec::kHostFormat},
    {.key = "peerNames",
     .kind = FieldKind::TextList,
     .description = "Names of which the server's certificate must have one. The server name when "
                    "left out.",
     .example = "[api.example.com]",
     .not_empty = true,
     .format = &spec::kNonEmptyFormat},
    {.key = "authorities",
     .description = "Who vouches for the server, a PEM file.",
     .default_json = "\"/etc/ssl/certs/ca-certificates.crt\"",
     .format = &spec::kNonEmptyFormat},
};
constexpr Table kOriginate{"TLS that is made for clients that speak none.", kOriginateFields};

constexpr Field kRouteFields[] = {
    {.key = "hosts",
     .kind = FieldKind::TextList,
     .description =
         "What clients may ask for; an exact name wins over wildcards, a longer wildcard "
         "over a shorter one.",
     .example = "[\"*.wikipedia.org\"]",
     .required = true,
     .not_empty = true,
     .format = &kRouteHostFormat},
    {.key = "protocol",
     .kind = FieldKind::Choice,
     .description = "How the connections begin.",
     .default_json = "\"tls\"",
     .words = kProtocolWords},
    {.key = "to",
     .description =
         "Where they lead, port 443 when it has none. To the host that was asked for when "
         "left out; from a sidecar to its gateway.",
     .format = &kTargetFormat},
    {.key = "port",
     .kind = FieldKind::Integer,
     .description = "The port of the host that was asked for, where `to` is left out.",
     .default_json = "443",
     .least = 1,
     .most = 65535},
    {.key = "originalDestination",
     .kind = FieldKind::Flag,
     .description = "They lead where the client wanted to go before a firewall redirected it.",
     .default_json = "false"},
    {.key = "internal",
     .kind = FieldKind::Flag,
     .description =
         "The route may lead to loopback, private and other addresses that are not of the "
         "internet. Those that `to` or `allow` spell out may be dialled anyway.",
     .default_json = "false"},
    {.key = "cluster",
     .description = "The route's name in logs and statistics. Its first host when left out.",
     .format = &spec::kNonEmptyFormat},
    {.key = "outerName",
     .description = "Of a sidecar: the SNI that it sends to the gateway. The first host when left "
                    "out, of a wildcard without the star.",
     .format = &kOuterNameFormat},
    {.key = "forwardName",
     .kind = FieldKind::Flag,
     .description = "Of a sidecar: it sends the name that was asked for to the gateway.",
     .default_json = "false"},
    {.key = "direct",
     .kind = FieldKind::Flag,
     .description = "Of a sidecar: these hosts are reached without the gateway.",
     .default_json = "false"},
    {.key = "outerNames",
     .kind = FieldKind::TextList,
     .description =
         "Of a gateway: the SNIs that lead to this route; all when left out. Routes with "
         "the same outer names are told apart by the name inside.",
     .example = "[wikipedia.egress.internal]",
     .not_empty = true,
     .format = &kOuterNameFormat},
    {.key = "lookInside",
     .kind = FieldKind::Flag,
     .description = "Of a gateway: the name inside must be one of `hosts`.",
     .default_json = "true"},
    {.key = "sameName",
     .kind = FieldKind::Flag,
     .description = "Of a gateway: the name inside must be the outer one, too.",
     .default_json = "false"},
    {.key = "originate",
     .kind = FieldKind::Mapping,
     .description =
         "TLS that is made for clients that speak none: of a gateway behind which nobody "
         "looks inside, or of routes with protocol http.",
     .example = "{serverName: api.example.com}",
     .table = &kOriginate},
};
constexpr Table kRoute{"Hosts that are reached in one way.", kRouteFields};

constexpr Field kProxyProtocolFields[] = {
    {.key = "in",
     .kind = FieldKind::Flag,
     .description = "Connections begin with a PROXY header, v1 or v2.",
     .default_json = "false"},
    {.key = "out",
     .kind = FieldKind::Choice,
     .description = "The header that connections to where they lead begin with.",
     .default_json = "\"off\"",
     .words = kProxyProtocolWords},
};
constexpr Table kProxyProtocol{"Who the client is, where others are in between.",
                               kProxyProtocolFields};

constexpr Field kListenerFields[] = {
    {.key = "name",
     .description = "Its name in statistics, unique. Its address when left out.",
     .format = &spec::kNonEmptyFormat},
    {.key = "address",
     .description = "Where it takes connections.",
     .example = "127.0.0.1:8443",
     .required = true,
     .format = &kListenFormat},
    {.key = "role",
     .kind = FieldKind::Choice,
     .description = "What it does with them.",
     .default_json = "\"sni-proxy\"",
     .words = kRoleWords},
    {.key = "tls",
     .kind = FieldKind::Mapping,
     .description = kTls.description,
     .example = "{certificate: tls.crt, key: tls.key, authorities: ca.crt}",
     .table = &kTls},
    {.key = "gateway",
     .description = "Of a sidecar: the gateway that it sends to.",
     .format = &kTargetFormat},
    {.key = "transparent",
     .kind = FieldKind::Flag,
     .description = "A firewall redirects connections here (REDIRECT or TPROXY).",
     .default_json = "false"},
    {.key = "proxyProtocol",
     .kind = FieldKind::Mapping,
     .description = kProxyProtocol.description,
     .example = "{in: true}",
     .table = &kProxyProtocol},
    {.key = "routes",
     .kind = FieldKind::MappingList,
     .description = "What may pass. All else is refused.",
     .example = "[{hosts: [\"*.wikipedia.org\"]}]",
     .required = true,
     .not_empty = true,
     .table = &kRoute},
};
constexpr Table kListener{"An address that takes connections.", kListenerFields};

constexpr Field kTimeoutsFields[] = {
    {.key = "hello",
     .kind = FieldKind::Time,
     .description = "For the client's first bytes.",
     .default_json = "\"5s\""},
    {.key = "connect",
     .kind = FieldKind::Time,
     .description = "For finding and reaching the other end.",
     .default_json = "\"10s\""},
    {.key = "handshake",
     .kind = FieldKind::Time,
     .description = "For each mutual TLS handshake.",
     .default_json = "\"10s\""},
    {.key = "idle",
     .kind = FieldKind::Time,
     .description = "For a connection on which nothing moves.",
     .default_json = "\"1h\""},
    {.key = "drain",
     .kind = FieldKind::Time,
     .description = "For connections to end after SIGTERM.",
     .default_json = "\"30s\""},
};
constexpr Table kTimeouts{"How long things may take.", kTimeoutsFields};

constexpr Field kLimitsFields[] = {
    {.key = "maxConnections",
     .kind = FieldKind::Integer,
     .description = "More are refused; 0: no limit.",
     .default_json = "0",
     .most = kMostConnections},
    {.key = "workers",
     .kind = FieldKind::Integer,
     .description = "Threads; 0: one a processor.",
     .default_json = "0",
     .most = kMostWorkers},
};
constexpr Table kLimits{"How much there may be at a time.", kLimitsFields};

constexpr Field kHostFields[] = {
    {.key = "name",
     .description = "The host.",
     .example = "www.example.com",
     .required = true,
     .format = &spec::kHostFormat},
    {.key = "addresses",
     .kind = FieldKind::TextList,
     .description = "Its addresses.",
     .example = "[192.0.2.1]",
     .required = true,
     .not_empty = true,
     .format = &kIpFormat},
};
constexpr Table kHost{"A host that nobody is asked for.", kHostFields};

constexpr Field kDnsFields[] = {
    {.key = "servers",
     .kind = FieldKind::TextList,
     .description = "DNS servers, IP or IP:PORT. Those of the system when left out.",
     .example = "[10.96.0.10]",
     .not_empty = true,
     .format = &spec::kNonEmptyFormat},
    {.key = "refresh",
     .kind = FieldKind::Time,
     .description = "The longest that an answer is kept, whatever its TTL. Names in use are asked "
                    "for again before their answer ends.",
     .default_json = "\"30s\""},
    {.key = "hosts",
     .kind = FieldKind::MappingList,
     .description = "Hosts whose addresses are given: nobody is asked for them.",
     .example = "[{name: www.example.com, addresses: [192.0.2.1]}]",
     .table = &kHost},
};
constexpr Table kDns{"How names become addresses.", kDnsFields};

constexpr Field kAccessLogFields[] = {
    {.key = "file",
     .description = "A file, - for standard output, /dev/stderr, or off.",
     .default_json = "\"-\"",
     .format = &spec::kNonEmptyFormat},
    {.key = "format",
     .description = "text or json, Istio's formats, or a text with Envoy's operators.",
     .default_json = "\"text\"",
     .format = &spec::kNonEmptyFormat},
};
constexpr Table kAccessLog{"The line that each connection leaves.", kAccessLogFields};

constexpr Field kAdminFields[] = {
    {.key = "address",
     .description = "Where it answers, or off. 127.0.0.1:9901 where it is free when left out.",
     .format = &kAdminFormat},
    {.key = "allowRemote",
     .kind = FieldKind::Flag,
     .description = "The address may be one that others can reach: they can end the process.",
     .default_json = "false"},
};
constexpr Table kAdmin{"Statistics over HTTP.", kAdminFields};

constexpr std::array kForwardKindWords = {spec::Word{"Forward", 0, {}}};

constexpr Field kDocumentFields[] = {
    {.key = "apiVersion",
     .kind = FieldKind::Choice,
     .description = "The version of this format.",
     .example = "egressctl/v1",
     .required = true,
     .words = spec::kApiVersionWords},
    {.key = "kind",
     .kind = FieldKind::Choice,
     .description = "The kind of document.",
     .example = "Forward",
     .required = true,
     .words = kForwardKindWords},
    {.key = "listeners",
     .kind = FieldKind::MappingList,
     .description = "Where connections are taken, and what becomes of them.",
     .example = "[{address: \"127.0.0.1:8443\", routes: [{hosts: [\"*.wikipedia.org\"]}]}]",
     .required = true,
     .not_empty = true,
     .table = &kListener},
    {.key = "allow",
     .kind = FieldKind::TextList,
     .description = "Internal addresses that names may lead to. None when left out.",
     .example = "[10.0.0.0/8]",
     .not_empty = true,
     .format = &kCidrFormat},
    {.key = "dns",
     .kind = FieldKind::Mapping,
     .description = kDns.description,
     .example = "{servers: [10.96.0.10]}",
     .table = &kDns},
    {.key = "timeouts",
     .kind = FieldKind::Mapping,
     .description = kTimeouts.description,
     .example = "{connect: 10s}",
     .table = &kTimeouts},
    {.key = "limits",
     .kind = FieldKind::Mapping,
     .description = kLimits.description,
     .example = "{maxConnections: 10000}",
     .table = &kLimits},
    {.key = "accessLog",
     .kind = FieldKind::Mapping,
     .description = kAccessLog.description,
     .example = "{format: json}",
     .table = &kAccessLog},
    {.key = "admin",
     .kind = FieldKind::Mapping,
     .description = kAdmin.description,
     .example = "{address: \"127.0.0.1:9901\"}",
     .table = &kAdmin},
};
constexpr Table kDocument{"What egressctl forward is to run.", kDocumentFields};

}  // namespace

const Table& forward_file_table() {
  return kDocument;
}

}  // namespace egressctl::datapath
