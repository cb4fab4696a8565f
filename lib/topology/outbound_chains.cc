#include "lib/topology/outbound_chains.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/mesh/host.h"
#include "lib/topology/service_domains.h"

namespace egressctl::topology {
namespace {

constexpr std::string_view kMesh = "mesh";

bool applies(const View& view, const L4Match& match, std::int64_t port) {
  return match.scope.through(kMesh) && (match.scope.port == 0 || match.scope.port == port) &&
         match.scope.from(view.proxy);
}

Causes causes_of(const Service& service) {
  return {{service.source->resource, service.source->range}};
}

// The port of the service's own cluster: a service with one port is reached on any.
std::int64_t own_port(const OutboundPort& port) {
  const Service& service = *port.service;
  return service.ports.size() == 1 ? service.ports.front()->number : port.number;
}

std::vector<NetworkFilter> to_own_cluster(const View& view, const OutboundPort& port) {
  const Service& service = *port.service;
  const Causes causes = causes_of(service);
  std::vector<NetworkFilter> out;
  if (service.is_dynamic()) {
    // Here alone istiod puts policies for the sidecar's own workload on what leaves it.
    out = tcp_filters(view.snapshot.policies.of_proxy(view.proxy));
    NetworkFilter& forward = out.emplace_back();
    forward.name = kOwnSniForwardProxy;
    forward.causes = causes;
  }
  for (NetworkFilter& filter :
       to_cluster(port.protocol, cluster_name({}, service.host, own_port(port)), causes))
    out.push_back(std::move(filter));
  return out;
}

// Whether the service's chain is found by SNI, not by its address.
bool needs_sni(const View& view, const OutboundPort& port) {
  const Service& service = *port.service;
  const std::string wildcard = wildcards(view.proxy.ip_mode()).front();
  std::string_view address = service.addresses_for(view.proxy.ip_mode()).front();
  if (address.find('/') != std::string_view::npos) address = {};
  if (!service.is_kubernetes() && view.proxy.ip_mode() == IpMode::V6 && address == kUnspecifiedIp)
    address = "::";
  return !port.cidrs.empty() || address.empty() ||
         (address == wildcard && port.bind() == wildcard) || service.is_dynamic();
}

std::vector<ChainDraft> tls_chains(const View& view, const OutboundPort& port) {
  std::vector<ChainDraft> out;
  std::unordered_set<std::string> handled;
  // What one match sets stays set for the next, as in istiod.
  std::vector<std::string> cidrs = port.cidrs;
  for (const VirtualService* route : port.routes->overlapping({port.service->host}))
    for (const L4Rule& rule : route->tls) {
      if (rule.targets.empty()) continue;
      for (const L4Match& match : rule.matches) {
        if (!applies(view, match, port.number)) continue;
        if (!match.subnets.empty() && port.number > 0) cidrs = match.subnets;
        std::string predicates =
            fmt::format("{}|{}", join(match.sni_hosts, ","), join(match.subnets, ","));
        if (!handled.insert(std::move(predicates)).second) continue;
        const Causes causes = {match.cause, rule.cause};
        ChainDraft& chain = out.emplace_back();
        chain.sni_hosts = match.sni_hosts;
        chain.cidrs = cidrs;
        chain.filters = to_targets(view, rule.targets, port.protocol, port.number, causes);
        chain.causes = causes;
      }
    }
  if (!out.empty()) return out;
  ChainDraft& chain = out.emplace_back();
  if (needs_sni(view, port)) {
    chain.sni_hosts = {std::string(port.service->host)};
    // Source: pilot/pkg/networking/core/tls.go (buildSidecarOutboundTLSFilterChainOpts).
    for (const std::string_view alias : port.service->aliases) {
      chain.sni_hosts.emplace_back(alias);
      for (std::string& form : short_forms(view, alias, 0))
        chain.sni_hosts.push_back(std::move(form));
    }
  }
  chain.cidrs = cidrs;
  chain.filters = to_own_cluster(view, port);
  chain.causes = causes_of(*port.service);
  return out;
}

std::vector<ChainDraft> plain_chains(const View& view, const OutboundPort& port) {
  std::vector<ChainDraft> out;
  const auto add = [&](const L4Rule& rule, const std::vector<std::string>& cidrs,
                       const Causes& causes) {
    ChainDraft& chain = out.emplace_back();
    chain.cidrs = cidrs;
    chain.filters = to_targets(view, rule.targets, port.protocol, port.number, causes);
    chain.causes = causes;
  };
  bool has_default = false;
  for (const VirtualService* route : port.routes->overlapping({port.service->host})) {
    for (const L4Rule& rule : route->tcp) {
      if (rule.targets.empty()) continue;
      if (rule.matches.empty()) {
        add(rule, port.cidrs, {rule.cause});
        return out;
      }
      std::vector<std::string> subnets;
      for (const L4Match& match : rule.matches) {
        if (!applies(view, match, port.number)) continue;
        if (match.subnets.empty() || port.number == 0) {
          add(rule, port.cidrs, {match.cause, rule.cause});
          return out;
        }
        subnets.insert(subnets.end(), match.subnets.begin(), match.subnets.end());
      }
      if (subnets.empty()) continue;
      add(rule, subnets, {rule.cause});
      std::vector<std::string> own = port.cidrs;
      std::sort(own.begin(), own.end());
      std::sort(subnets.begin(), subnets.end());
      has_default = has_default || own == subnets;
    }
  }
  if (has_default) return out;
  ChainDraft& chain = out.emplace_back();
  chain.cidrs = port.cidrs;
  chain.filters = to_own_cluster(view, port);
  chain.causes = causes_of(*port.service);
  return out;
}

}  // namespace

std::vector<std::string> wildcards(IpMode mode) {
  switch (mode) {
    case IpMode::V4: return {"0.0.0.0"};
    case IpMode::V6: return {"::"};
    case IpMode::Dual: return {"0.0.0.0", "::"};
  }
  return {};
}

std::vector<ChainDraft> tcp_chains(const View& view, const OutboundPort& port) {
  return resource::is_tls(port.protocol) ? tls_chains(view, port) : plain_chains(view, port);
}

ChainDraft http_chain(const View& view, const OutboundPort& port, bool sniffed) {
  std::string name = fmt::format("{}", port.number);
  if (port.number == 0) {
    name = port.bind();  // a socket in the file system
  } else if (sniffed && port.protocol == resource::Protocol::Unsupported &&
             port.bind() != wildcards(view.proxy.ip_mode()).front()) {
    name = fmt::format("{}:{}", port.service->host, port.number);
  }
  ChainDraft out;
  out.causes = causes_of(*port.service);
  out.filters.push_back(http_manager(std::move(name), {}, out.causes));
  if (!sniffed) return out;
  out.application_protocols = {"http/1.1", "h2c"};
  out.transport_protocol = "raw_buffer";
  return out;
}

}  // namespace egressctl::topology
