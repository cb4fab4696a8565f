#include "lib/resource/virtual_service.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/base/quoted_list.h"
#include "lib/resource/validation/kinds.h"
#include "lib/resource/validation/names.h"
#include "lib/resource/validation/parts.h"
#include "lib/resource/validation/route_parts.h"
#include "lib/yaml/edit.h"
#include "lib/yaml/emit.h"

namespace egressctl::resource::validation {
namespace {

constexpr std::string_view kMesh = "mesh";

std::string listing_of(const Texts& texts) {
  std::vector<std::string_view> names;
  for (const Text& text : *texts) names.emplace_back(*text);
  return quoted_list(names);
}

std::unordered_map<std::string_view, std::size_t> sni_matches(const VirtualService& service) {
  std::unordered_map<std::string_view, std::size_t> out;
  for (const auto& route : *service.tls)
    for (const auto& match : *route->match)
      for (const Text& host : *match->sni_hosts) ++out[*host];
  return out;
}

ServiceFacts facts_of(const Report& report, const VirtualService& service) {
  const Text* semantics =
      report.resource().metadata.annotations->find("internal.istio.io/route-semantics");
  return {.service = service,
          .is_delegate = service.hosts->empty(),
          .names_mesh = std::any_of(service.gateways->begin(), service.gateways->end(),
                                    [](const Text& name) { return *name == kMesh; }),
          .from_gateway_api = semantics != nullptr && **semantics == "gateway",
          .sni_matches = sni_matches(service)};
}

void check_delegate(Report& report, const VirtualService& service) {
  const auto refuse = [&](const auto& field, std::string_view key) {
    if (field->empty()) return;
    report
        .error(kInvalidDelegate, field.key,
               "a VirtualService without \"hosts\" is a delegate, which can't have \"{}\"", key)
        .help("add \"hosts\", unless another VirtualService delegates to this one");
  };
  refuse(service.gateways, "gateways");
  refuse(service.tls, "tls");
  refuse(service.tcp, "tcp");
}

bool has_sni(const VirtualService& service) {
  return std::any_of(service.tls->begin(), service.tls->end(), [](const auto& route) {
    return std::any_of(route->match->begin(), route->match->end(),
                       [](const auto& match) { return !match->sni_hosts->empty(); });
  });
}

void check_overlap(Report& report, const Text& host, const Text& other) {
  auto finding =
      report.error(kOverlappingHosts, host.range, "host \"{}\" {} in the same VirtualService",
                   *host, *host == *other ? "is listed twice" : "overlaps with another one");
  finding.related(other.range, fmt::format("\"{}\"", *other));
  if (*host != *other)
    finding.help("keep the wildcard alone, or write a VirtualService of its own for the name");
}

// Istio compares all with all. Here equal hosts are found by a table, and only wildcards are
// compared with the rest.
void check_overlaps(Report& report, const VirtualService& service) {
  std::unordered_map<std::string_view, const Text*> seen;
  std::vector<const Text*> wild;
  for (const Text& host : *service.hosts) {
    const auto [first, is_new] = seen.emplace(*host, &host);
    if (!is_new) {
      check_overlap(report, host, *first->second);
      continue;
    }
    if (host->starts_with('*')) wild.push_back(&host);
  }
  for (const Text* wildcard : wild)
    for (const Text& host : *service.hosts) {
      const bool pair_told_before =
          host->starts_with('*') && wildcard->range.begin < host.range.begin;
      if (*host == **wildcard || pair_told_before) continue;
      if (hosts_overlap(**wildcard, *host))
        check_overlap(report, host.range.begin < wildcard->range.begin ? *wildcard : host,
                      host.range.begin < wildcard->range.begin ? host : *wildcard);
    }
}

void check_hosts(Report& report, const VirtualService& service, const ServiceFacts& facts) {
  const bool at_gateways_only = !service.gateways->empty() && !facts.names_mesh;
  const bool sni = at_gateways_only && has_sni(service);
  bool all_valid = true;
  for (const Text& host : *service.hosts) {
    const auto problem =
        at_gateways_only ? gateway_host_problem(*host, sni) : wildcard_domain_problem(*host);
    if (problem) {
      if (is_address(*host)) continue;
      all_valid = false;
      report_host(report, host, *problem);
    } else if (*host == "*" && !at_gateways_only) {
      all_valid = false;
      report
          .error(kOverlappingHosts, host.range,
                 "host \"*\" can't be used at sidecars, where it would take all traffic")
          .help("name the hosts, or list only Gateways under \"gateways\"");
    }
  }
  check_spelling(report, service.hosts);
  if (all_valid && service.hosts->size() > 1) check_overlaps(report, service);
}

void check_claims(Report& report, const Positioned<Map<StringMatch>>& headers) {
  for (const auto& [name, header] : *headers)
    if (is_jwt_claim(name))
      report
          .error(kInvalidRouteMatch, header.key,
                 "JWT claims such as \"{}\" can be matched at Gateways only, not at sidecars", name)
          .help("list only Gateways under \"gateways\"");
}

// Adds the name to the hosts, or writes the lone host in its place.
void fix_sni_host(Diagnostics::Builder& finding, const Text& host, const ServiceFacts& facts) {
  const Texts& hosts = facts.service.hosts;
  if (hosts.node == nullptr || host.node == nullptr) return;
  const bool meant = facts.sni_matches.at(*host) > 1;  // several matches agree: no slip
  const bool slip = !meant && hosts->size() == 1;
  const auto edit = slip ? yaml::replace_string(*host.node, *hosts->front())
                         : yaml::append_item(*hosts.node, *host);
  if (edit)
    finding.fix({.title = slip ? fmt::format("write \"{}\"", *hosts->front())
                               : fmt::format("add \"{}\" to \"hosts\"", *host),
                 .safe = meant,
                 .edits = {*edit}});
}

void check_sni_host(Report& report, const Text& host, const ServiceFacts& facts) {
  const auto problem =
      facts.names_mesh ? wildcard_domain_problem(*host) : gateway_host_problem(*host, true);
  if (problem) {
    if (!is_address(*host)) return report_host(report, host, *problem);
    report
        .warning(kIpAddressAsHost, host.range,
                 "SNI host \"{}\" is an IP address, for which clients send no SNI", *host)
        .help("route it by \"tcp\" and \"destinationSubnets\"");
    return;
  }
  const Texts& hosts = facts.service.hosts;
  const bool covered = std::any_of(hosts->begin(), hosts->end(),
                                   [&](const Text& outer) { return host_within(*host, *outer); });
  if (covered) return;
  auto finding = report.error(kSniNotInHosts, host.range,
                              "SNI host \"{}\" is none of the VirtualService's hosts", *host);
  finding.related(hosts.key.known() ? hosts.key : hosts.range,
                  hosts->empty() ? "it has none" : "they are " + listing_of(hosts));
  finding.help("add it to \"hosts\", here and at the Gateway");
  fix_sni_host(finding, host, facts);
}

void check_missing_sni(Report& report, const Positioned<TlsMatch>& match,
                       const ServiceFacts& facts) {
  auto finding = report.missing(kTlsRouteWithoutSni, match, match->sni_hosts, "sniHosts",
                                "a match of a TLS route needs \"sniHosts\"");
  finding.help("list the names that clients ask for, or use \"tcp\" for all traffic of a port");
  const Texts& hosts = facts.service.hosts;
  if (hosts->empty() || match->sni_hosts.present()) return;
  yaml::Value::Sequence names;
  for (const Text& host : *hosts) names.emplace_back(*host);
  if (auto edit = yaml::insert_entry(*match.node, "sniHosts", yaml::emit_flow(yaml::Value(names))))
    finding.fix({.title = "match the VirtualService's hosts", .safe = true, .edits = {*edit}});
}

void check_tls_match(Report& report, const Positioned<TlsMatch>& match, const ServiceFacts& facts) {
  if (!match.node->is_mapping()) return;
  if (match->sni_hosts->empty()) check_missing_sni(report, match, facts);
  for (const Text& host : *match->sni_hosts) check_sni_host(report, host, facts);
  check_spelling(report, match->sni_hosts);
  for (const Text& subnet : *match->destination_subnets) check_subnet(report, subnet);
  if (*match->port != 0) check_port(report, match->port);
  check_labels(report, match->source_labels);
  check_gateway_names(report, match->gateways, false);
}

void check_tls_route(Report& report, const Positioned<TlsRoute>& route, const ServiceFacts& facts) {
  if (!route.node->is_mapping()) return;
  if (route->match->empty())
    report.missing(kTlsRouteWithoutSni, route, route->match, "match", "a TLS route needs a match")
        .help("add \"match\" with the \"sniHosts\" that clients ask for");
  for (const Positioned<TlsMatch>& match : *route->match) check_tls_match(report, match, facts);
  if (route->route->empty())
    report.missing(kMissingRoute, route, route->route, "route", "the TLS route leads nowhere");
  check_destinations(report, route->route, facts);
}

void check_tcp_route(Report& report, const Positioned<TcpRoute>& route, const ServiceFacts& facts) {
  if (!route.node->is_mapping()) return;
  for (const Positioned<TcpMatch>& match : *route->match) {
    if (!match.node->is_mapping()) continue;
    for (const Text& subnet : *match->destination_subnets) check_subnet(report, subnet);
    if (*match->port != 0) check_port(report, match->port);
    check_labels(report, match->source_labels);
    const Report::Lost lost(report, Report::What::Warnings);
    check_gateway_names(report, match->gateways, false);
  }
  if (route->route->empty())
    report.missing(kMissingRoute, route, route->route, "route", "the TCP route leads nowhere");
  check_destinations(report, route->route, facts);
}

}  // namespace

void check(Report& report, const VirtualService& service) {
  const ServiceFacts facts = facts_of(report, service);
  if (facts.is_delegate) check_delegate(report, service);
  check_gateway_names(report, service.gateways, facts.from_gateway_api);
  if (service.gateways->empty() || facts.names_mesh)
    for (const Positioned<HttpRoute>& route : *service.http)
      for (const Positioned<HttpMatch>& match : *route->match) {
        check_claims(report, match->headers);
        check_claims(report, match->without_headers);
      }
  check_hosts(report, service, facts);
  if (service.http->empty() && service.tcp->empty() && service.tls->empty())
    report.missing(kMissingRoute, service.http, "http", "the VirtualService has no routes")
        .help("add \"tls\", \"tcp\" or \"http\"");
  for (const auto& route : *service.http) check_http_route(report, route, facts);
  for (const auto& route : *service.tls) check_tls_route(report, route, facts);
  for (const auto& route : *service.tcp) check_tcp_route(report, route, facts);
  check_export_to(report, service.export_to, Exporter::Other);
  check_reachability(report, service);
}

}  // namespace egressctl::resource::validation
