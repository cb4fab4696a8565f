// What sidecars and the gateway know of the destinations' hosts.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "lib/generate/emitters.h"

namespace egressctl::generate {
namespace {

using spec::Resolution;
using spec::Via;

yaml::Value::Mapping port(std::uint16_t number, std::string name, std::string_view protocol) {
  return {{"number", static_cast<std::int64_t>(number)},
          {"name", std::move(name)},
          {"protocol", protocol}};
}

std::vector<std::uint16_t> ports_of(const spec::Destination& destination) {
  std::vector<std::uint16_t> ports;
  for (const auto& entry : destination.ports) ports.push_back(*entry);
  return ports;
}

yaml::Value tls_ports(const std::vector<std::uint16_t>& numbers) {
  yaml::Value::Sequence ports;
  for (const std::uint16_t number : numbers)
    ports.push_back(port(number, fmt::format("tls-{}", number), "TLS"));
  return ports;
}

yaml::Value plain_port(std::uint16_t target) {
  auto http = port(kPlainHttpPort, "http", "HTTP");
  http.emplace_back("targetPort", static_cast<std::int64_t>(target));
  return yaml::Value::Sequence{std::move(http)};
}

// A common host that is the plain HTTP host of another destination, too, has both kinds of ports.
yaml::Value all_ports(const NamedHosts& entry) {
  yaml::Value ports = tls_ports(entry.ports);
  if (entry.plain_target == 0) return ports;
  auto both = std::get<yaml::Value::Sequence>(plain_port(entry.plain_target).data());
  for (const auto& tls : std::get<yaml::Value::Sequence>(ports.data())) both.push_back(tls);
  return both;
}

void add_entry(SetBuilder& set, std::string_view template_name, const std::string& name,
               const std::vector<std::string>& hosts, yaml::Value ports, Variables more,
               const ChartScope& scope) {
  if (hosts.empty()) return;
  more.emplace("hosts", Variable{list_value(hosts), {}});
  more.emplace("ports", Variable{std::move(ports), {}});
  more.try_emplace("exportTo", export_to(set.plan()));
  set.add(ApplyOrder::Registry, "ServiceEntry", template_name,
          in_gateway_namespace(set.plan(), name), std::move(more), scope);
}

void add_destination(SetBuilder& set, const DestinationPlan& plan) {
  const spec::Destination& destination = *plan.destination;
  const ChartScope scope = destination_scope(plan);
  const std::string wildcard_name = plan.named_hosts.empty() || plan.wildcard_hosts.empty()
                                        ? plan.id
                                        : resource_name(plan.id, "wildcard");
  const yaml::Value ports = tls_ports(ports_of(destination));
  if (*destination.via == Via::Direct) {
    const auto add = [&](const std::string& name, const std::vector<std::string>& hosts,
                         std::string_view resolution) {
      add_entry(set, "serviceentry-direct", name, hosts, ports, {{"resolution", {resolution, {}}}},
                scope);
    };
    const bool unresolved = *destination.resolution == Resolution::None;
    add(plan.id, plan.named_hosts, unresolved ? "NONE" : "DNS");
    add(resource_name(plan.id, "wildcard"), plan.wildcard_hosts, "NONE");
    add(resource_name(plan.id, "dynamic"), plan.dynamic_hosts, "DYNAMIC_DNS");
    return;
  }
  add_entry(set, "serviceentry-wildcard", wildcard_name, plan.wildcard_hosts, ports, {}, scope);
  if (*destination.via == Via::Originate)
    add_entry(set, "serviceentry-originate", plan.id, plan.named_hosts,
              plain_port(*destination.ports.front()), {}, scope);
  else
    add_entry(set, "serviceentry-dns", plan.id, plan.named_hosts, ports, {}, scope);
}

// The SNI proxies share one name; it needs a port for each that they are reached by.
void add_sni_proxy(SetBuilder& set) {
  std::vector<std::uint16_t> ports;
  std::string host;
  for (const DestinationPlan& plan : set.plan().destinations) {
    if (*plan.destination->via != Via::SniProxy) continue;
    for (const Flow& flow : plan.flows) {
      host = flow.upstream_host;
      if (std::find(ports.begin(), ports.end(), flow.upstream_port) == ports.end())
        ports.push_back(flow.upstream_port);
    }
  }
  if (host.empty()) return;
  std::sort(ports.begin(), ports.end());
  set.add(ApplyOrder::Registry, "ServiceEntry", "serviceentry-sni-proxy",
          in_gateway_namespace(set.plan(), "egress-sni-proxy"),
          {{"hosts", {list_value({host}), {}}}, {"ports", {tls_ports(ports), {}}}});
}

}  // namespace

void add_service_entries(SetBuilder& set) {
  for (const DestinationPlan& plan : set.plan().destinations) add_destination(set, plan);
  for (const NamedHosts& entry : set.plan().common_hosts) {
    Variables more;
    if (!entry.exported) more.emplace("exportTo", Variable{list_value({"."}), {}});
    add_entry(set, "serviceentry-dns", entry.id, entry.hosts, all_ports(entry), std::move(more),
              {});
  }
  add_sni_proxy(set);
}

}  // namespace egressctl::generate
