#include "lib/generate/plan.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "lib/base/host_name.h"
#include "lib/spec/rules.h"

namespace egressctl::generate {
namespace {

using spec::Destination;
using spec::InnerSni;
using spec::Via;

// Hands out ids; a text that makes an id already taken gets a hash of more of it.
class Ids {
 public:
  std::string take(const std::string& text) {
    std::string id = to_dns_label(text);
    for (int again = 2; !taken_.insert(id).second; ++again)
      id = to_dns_label(fmt::format("{} {}", text, again));
    return id;
  }

 private:
  std::unordered_set<std::string> taken_;
};

// Hands out the gateway's ports.
//
// One port serves every destination, told apart by the outer SNI. In strict mode the outer SNI is
// the application's, which says nothing about the port: there, each port but 443 has its own.
class GatewayPorts {
 public:
  explicit GatewayPorts(const spec::Spec& spec)
      : strict_(*spec.policy.inner_sni == InnerSni::Strict),
        main_{spec.gateway.port, spec.gateway.target_port},
        targets_{main_.target} {}

  GatewayPort take(std::uint16_t port) {
    if (!strict_ || port == 443) return ports_.try_emplace(443, main_).first->second;
    const auto [at, fresh] = ports_.try_emplace(port);
    if (fresh) at->second = {port == main_.service ? raised(port) : port, free_target(port)};
    return at->second;
  }

  [[nodiscard]] std::vector<GatewayPort> all() const {
    std::set<GatewayPort> sorted{main_};
    for (const auto& [port, gateway_port] : ports_) sorted.insert(gateway_port);
    return {sorted.begin(), sorted.end()};
  }

 private:
  static std::uint16_t raised(unsigned port) {
    constexpr unsigned kShift = 10000;
    constexpr unsigned kPorts = 65536;
    return static_cast<std::uint16_t>((port + kShift) % kPorts);
  }

  // A port that Envoy binds without privilege and that neither Istio's agent (15000 to 15090) nor
  // another port of the gateway has.
  std::uint16_t free_target(std::uint16_t port) {
    constexpr unsigned kFirstUnprivileged = 1024;
    unsigned target = port < kFirstUnprivileged ? raised(port) : port;
    while (target < kFirstUnprivileged || (target >= 15000 && target <= 15090) ||
           !targets_.insert(static_cast<std::uint16_t>(target)).second)
      target = (target + 1) % 65536U;
    return static_cast<std::uint16_t>(target);
  }

  bool strict_;
  GatewayPort main_;
  std::set<std::uint16_t> targets_;
  std::map<std::uint16_t, GatewayPort> ports_;
};

std::vector<std::string> hosts_of(const Destination& destination) {
  std::vector<std::string> hosts;
  for (const auto& host : destination.hosts) hosts.push_back(*host);
  return hosts;
}

std::vector<std::uint16_t> ports_of(const Destination& destination) {
  std::vector<std::uint16_t> ports;
  for (const auto& port : destination.ports) ports.push_back(*port);
  std::sort(ports.begin(), ports.end());
  return ports;
}

// Tells which hosts stand below or above others of the spec.
class Overlaps {
 public:
  explicit Overlaps(const spec::Spec& spec) {
    for (const Destination& destination : spec.destinations) {
      for (const auto& host : destination.hosts) {
        if (is_wildcard(*host)) wildcards_.insert(*host);
        // A wildcard does not cover itself: its own first dot is left out.
        for (std::size_t dot = host->find('.', is_wildcard(*host) ? 2 : 1);
             dot != std::string::npos; dot = host->find('.', dot + 1))
          above_.insert("*" + host->substr(dot));
      }
    }
  }

  // Whether the spec has another host that covers `wildcard` or that it covers.
  [[nodiscard]] bool any(const std::string& wildcard) const {
    if (above_.contains(wildcard)) return true;
    for (std::size_t dot = wildcard.find('.', 2); dot != std::string::npos;
         dot = wildcard.find('.', dot + 1))
      if (wildcards_.contains("*" + wildcard.substr(dot))) return true;
    return false;
  }

 private:
  std::unordered_set<std::string> wildcards_;
  std::unordered_set<std::string> above_;  // every wildcard that would cover a host of the spec
};

// The text an id is made of: the destination's name, with what tells its flows apart.
std::string flow_text(const Destination& destination, const std::string& host, std::uint16_t port) {
  std::string text = *destination.name;
  if (!host.empty() && destination.hosts.size() > 1) text += "-" + host;
  if (port != 443 && *destination.via != Via::Originate) text += fmt::format("-{}", port);
  return text;
}

class Planner {
 public:
  explicit Planner(const spec::Spec& spec) : spec_(spec), overlaps_(spec), gateway_ports_(spec) {
    plan_.spec = &spec;
  }

  Plan run() {
    const spec::Gateway& gateway = spec_.gateway;
    plan_.gateway_host =
        fmt::format("{}.{}.svc.{}", gateway.name, gateway.name_space, spec_.istio.cluster_domain);
    plan_clients();
    collect_common_hosts();
    for (const Destination& destination : spec_.destinations) plan_destination(destination);
    finish_ports();
    return std::move(plan_);
  }

 private:
  void plan_clients() {
    std::set<std::string> namespaces;
    for (const spec::Client& client : spec_.clients) {
      ClientPlan plan{*client.name_space, {}, client.selector};
      const std::string prefix =
          fmt::format("{}/ns/{}/", spec_.istio.trust_domain, *client.name_space);
      for (const auto& account : client.service_accounts)
        plan.principals.push_back(prefix + "sa/" + *account);
      if (plan.principals.empty()) plan.principals.push_back(prefix + "*");
      plan_.principals.insert(plan_.principals.end(), plan.principals.begin(),
                              plan.principals.end());
      if (*client.name_space != spec_.gateway.name_space) namespaces.insert(*client.name_space);
      plan_.clients.push_back(std::move(plan));
    }
    if (plan_.clients.empty()) {
      // Any identity of the mesh; "*" alone demands that there is one.
      plan_.principals = {"*"};
      return;
    }
    plan_.export_to.push_back(".");
    plan_.export_to.insert(plan_.export_to.end(), namespaces.begin(), namespaces.end());
  }

  // A host that serves a wildcard is dialled by the gateway under its own name. Two entries for one
  // host would hide one another, so it gets one entry, whoever else lists it.
  void collect_common_hosts() {
    for (const Destination& destination : spec_.destinations) {
      if (*destination.via != Via::CommonHost) continue;
      const auto [at, fresh] =
          common_index_.try_emplace(*destination.common_host, plan_.common_hosts.size());
      if (fresh)
        plan_.common_hosts.push_back(
            {ids_.take(*destination.common_host), {*destination.common_host}, {}, 0, false});
      add_ports(plan_.common_hosts[at->second], ports_of(destination));
    }
  }

  static void add_ports(NamedHosts& entry, const std::vector<std::uint16_t>& ports) {
    std::set<std::uint16_t> all(entry.ports.begin(), entry.ports.end());
    all.insert(ports.begin(), ports.end());
    entry.ports.assign(all.begin(), all.end());
  }

  // Puts the hosts into the destination's own ServiceEntries, but those that have one already.
  void place_hosts(DestinationPlan& plan) {
    const Destination& destination = *plan.destination;
    const Via via = *destination.via;
    for (const std::string& host : hosts_of(destination)) {
      if (const auto common = common_index_.find(host); common != common_index_.end()) {
        NamedHosts& entry = plan_.common_hosts[common->second];
        entry.exported = true;
        if (via == Via::Originate)
          entry.plain_target = *destination.ports.front();
        else
          add_ports(entry, ports_of(destination));
        continue;
      }
      const bool unresolved = via == Via::CommonHost || via == Via::SniProxy || is_wildcard(host);
      const bool dynamic = via == Via::Direct && is_wildcard(host) && resolves(destination, host);
      (dynamic      ? plan.dynamic_hosts
       : unresolved ? plan.wildcard_hosts
                    : plan.named_hosts)
          .push_back(host);
    }
  }

  // Whether the sidecar resolves the names of a direct wildcard.
  // Source: ServiceEntry.Resolution DYNAMIC_DNS in istio/api, at sidecars from Istio 1.30 on.
  [[nodiscard]] bool resolves(const Destination& destination, const std::string& host) const {
    const spec::Resolution wanted = *destination.resolution;
    if (wanted == spec::Resolution::DynamicDns) return true;
    return wanted == spec::Resolution::Automatic &&
           *spec_.istio.version >= spec::kDynamicDnsSince && !overlaps_.any(host);
  }

  void plan_destination(const Destination& destination) {
    DestinationPlan plan;
    plan.destination = &destination;
    plan.id = ids_.take(*destination.name);
    place_hosts(plan);
    if (*destination.via == Via::Direct) {
      for (const std::string& host : plan.dynamic_hosts)
        if (overlaps_.any(host)) plan_.hidden.push_back({&destination, host});
      const auto ports = ports_of(destination);
      direct_ports_.insert(ports.begin(), ports.end());
    } else {
      plan_flows(plan);
    }
    plan_.destinations.push_back(std::move(plan));
  }

  void plan_flows(DestinationPlan& plan) {
    const Destination& destination = *plan.destination;
    const bool one_a_host = *destination.via == Via::Gateway || *destination.via == Via::Originate;
    for (const std::uint16_t port : ports_of(destination)) {
      upstream_ports_.insert(port);
      if (!one_a_host) {
        plan.flows.push_back(make_flow(plan, hosts_of(destination), port));
        continue;
      }
      for (const std::string& host : hosts_of(destination))
        plan.flows.push_back(make_flow(plan, {host}, port));
    }
  }

  Flow make_flow(const DestinationPlan& plan, std::vector<std::string> hosts, std::uint16_t port) {
    const Destination& destination = *plan.destination;
    const Via via = *destination.via;
    const bool strict = *spec_.policy.inner_sni == InnerSni::Strict;
    const bool own_sni = via == Via::Gateway || via == Via::Originate;
    Flow flow;
    const std::string text = flow_text(destination, own_sni ? hosts.front() : "", port);
    // The first flow of a destination with one flow is named like the destination itself.
    flow.id = text == *destination.name ? plan.id : ids_.take(text);
    flow.hosts = std::move(hosts);
    flow.upstream_port = port;
    flow.port = via == Via::Originate ? kPlainHttpPort : port;
    flow.gateway_port = gateway_ports_.take(flow.port);
    // A named host is its own outer SNI, which reads well in logs; on further ports of the same
    // gateway port it would match two chains.
    const bool host_is_sni = own_sni && (port == 443 || strict || via == Via::Originate);
    flow.outer_sni =
        host_is_sni ? flow.hosts.front() : fmt::format("{}.{}", flow.id, kReservedSuffix);
    flow.server_hosts = {flow.outer_sni};
    flow.forwards_sni = strict && !own_sni;
    if (flow.forwards_sni)
      flow.server_hosts.insert(flow.server_hosts.end(), flow.hosts.begin(), flow.hosts.end());
    flow.upstream_host = upstream_host(destination, flow);
    return flow;
  }

  static std::string upstream_host(const Destination& destination, const Flow& flow) {
    switch (*destination.via) {
      case Via::CommonHost: return *destination.common_host;
      case Via::SniProxy: return fmt::format("sni-proxy.{}", kReservedSuffix);
      default: return flow.hosts.front();
    }
  }

  void finish_ports() {
    plan_.gateway_ports = gateway_ports_.all();
    plan_.direct_ports.assign(direct_ports_.begin(), direct_ports_.end());
    plan_.upstream_ports.assign(upstream_ports_.begin(), upstream_ports_.end());
  }

  const spec::Spec& spec_;
  Overlaps overlaps_;
  Plan plan_;
  Ids ids_;
  std::unordered_map<std::string, std::size_t> common_index_;
  GatewayPorts gateway_ports_;
  std::set<std::uint16_t> direct_ports_;
  std::set<std::uint16_t> upstream_ports_;
};

}  // namespace

Plan make_plan(const spec::Spec& spec) {
  return Planner(spec).run();
}

bool checks_inner_sni(const Plan& plan, const DestinationPlan& destination) {
  switch (*destination.destination->via) {
    // HTTP is routed by its own host, and the gateway itself makes the TLS connection.
    case Via::Direct:
    case Via::Originate: return false;
    // An SNI proxy without its list would lead anywhere: `off` does not reach it.
    case Via::SniProxy: return true;
    default: return *plan.spec->policy.inner_sni != InnerSni::Off;
  }
}

std::string sni_listener_name(const Flow& flow) {
  return "sni_listener_" + flow.id;
}

std::string sni_cluster_name(const Flow& flow) {
  return "sni_cluster_" + flow.id;
}

std::string upstream_cluster(const DestinationPlan& destination, const Flow& flow) {
  if (*destination.destination->via == Via::SniProxy) return std::string(kForwardProxyCluster);
  return fmt::format("outbound|{}||{}", flow.upstream_port, flow.upstream_host);
}

std::string resource_name(std::string_view id, std::string_view suffix) {
  return to_dns_label(fmt::format("{}-{}", id, suffix));
}

}  // namespace egressctl::generate
