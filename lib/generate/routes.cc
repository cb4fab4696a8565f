// Gateway, DestinationRule and VirtualServices of each flow. The shape is the one that istiod
// accepts for all modes side by side (FACTS 2, 4; anchors: three-modes-one-gateway).
#include <algorithm>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "lib/base/host_name.h"
#include "lib/generate/emitters.h"

namespace egressctl::generate {
namespace {

using spec::Via;

yaml::Value number(std::uint16_t port) {
  return static_cast<std::int64_t>(port);
}

Variable hosts_variable(const std::vector<std::string>& hosts) {
  return {list_value(hosts), {}};
}

void add_gateway(SetBuilder& set, const Flow& flow, bool http, const ChartScope& scope) {
  const Plan& plan = set.plan();
  // HTTPS makes an HTTP connection manager behind the mTLS, TLS passes the bytes on.
  const std::string protocol = http ? "HTTPS" : "TLS";
  std::vector<std::string> hosts;
  std::string expression = "toJson (list";
  for (const std::string& host : flow.server_hosts) {
    hosts.push_back(plan.spec->gateway.name_space + "/" + host);
    expression += fmt::format(" (printf \"%s/{}\" $.Values.gateway.namespace)", host);
  }
  set.add(ApplyOrder::Gateway, "Gateway", "gateway", in_gateway_namespace(plan, flow.id),
          {{"selector", gateway_selector(plan)},
           {"port", {number(flow.gateway_port.service), {}}},
           {"portName", {resource_name(http ? "https" : "tls", flow.id), {}}},
           {"protocol", {protocol, {}}},
           {"serverHosts", {list_value(hosts), expression + ")"}}},
          scope);
}

void add_subset(SetBuilder& set, const Flow& flow, const ChartScope& scope) {
  const Plan& plan = set.plan();
  set.add(ApplyOrder::Subset, "DestinationRule", "destinationrule-gateway",
          in_gateway_namespace(plan, resource_name(flow.id, "subset")),
          {{"gatewayHost", gateway_host(plan)},
           {"exportTo", export_to(plan)},
           {"subset", {flow.id, {}}},
           {"port", {number(flow.gateway_port.service), {}}},
           {"outerSni", {flow.outer_sni, {}}}},
          scope);
}

// The hosts in groups in which none covers another: istiod refuses a VirtualService that lists both
// "*.com" and "a.com" (pkg/config/validation, "duplicate hosts"). The widest come first.
std::vector<std::vector<std::string>> disjoint(const std::vector<std::string>& hosts) {
  const std::unordered_set<std::string> all(hosts.begin(), hosts.end());
  std::vector<std::vector<std::string>> layers;
  for (const std::string& host : hosts) {
    std::size_t depth = 0;
    for (std::size_t dot = host.find('.', is_wildcard(host) ? 2 : 0); dot != std::string::npos;
         dot = host.find('.', dot + 1))
      depth += all.count("*" + host.substr(dot));
    if (layers.size() <= depth) layers.resize(depth + 1);
    layers[depth].push_back(host);
  }
  return layers;
}

void add_virtual_services(SetBuilder& set, const Flow& flow, bool http, const ChartScope& scope) {
  const Plan& plan = set.plan();
  const Variable gateway_port{number(flow.gateway_port.service), {}};
  const std::uint16_t upstream = http ? kPlainHttpPort : flow.upstream_port;
  const std::string of_kind = http ? "-http" : "";
  set.add(ApplyOrder::Route, "VirtualService", "virtualservice-gateway" + of_kind,
          in_gateway_namespace(plan, resource_name(flow.id, "at-gateway")),
          {{"hosts", hosts_variable({flow.outer_sni})},
           {"gateways", {list_value({flow.id}), {}}},
           {"gatewayPort", gateway_port},
           {"upstreamHost", {flow.upstream_host, {}}},
           {"upstreamPort", {number(upstream), {}}}},
          scope);
  const std::vector<std::vector<std::string>> layers = disjoint(flow.hosts);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::string suffix = i == 0 ? "from-clients" : fmt::format("from-clients-{}", i + 1);
    set.add(ApplyOrder::Route, "VirtualService", "virtualservice-client" + of_kind,
            in_gateway_namespace(plan, resource_name(flow.id, suffix)),
            {{"hosts", hosts_variable(layers[i])},
             {"exportTo", export_to(plan)},
             {"port", {number(flow.port), {}}},
             {"gatewayHost", gateway_host(plan)},
             {"subset", {flow.id, {}}},
             {"gatewayPort", gateway_port}},
            scope);
  }
}

// TLS from the gateway on, for each host of an `originate` destination.
void add_origination(SetBuilder& set, const DestinationPlan& plan, const Flow& flow,
                     const ChartScope& scope) {
  // From 1.21 on a proxy checks the server's certificate against the system's authorities by
  // default (release notes: VERIFY_CERTIFICATE_AT_CLIENT); before, it must be told the file.
  constexpr IstioVersion kVerifiesByDefault{21};
  const spec::OriginateTls& tls = plan.destination->tls;
  const std::string& host = flow.hosts.front();
  const bool mutual = !tls.credential_name.empty();
  const bool needs_file = *set.spec().istio.version < kVerifiesByDefault && !mutual;
  const auto names =
      tls.subject_alt_names.empty() ? std::vector<std::string>{host} : tls.subject_alt_names;
  set.add(ApplyOrder::Subset, "DestinationRule", "destinationrule-originate",
          in_gateway_namespace(set.plan(), resource_name(flow.id, "tls")),
          {{"host", {host, {}}},
           {"port", {number(kPlainHttpPort), {}}},
           {"mode", {mutual ? "MUTUAL" : "SIMPLE", {}}},
           {"sni", {tls.sni.empty() ? host : tls.sni, {}}},
           {"subjectAltNames", {list_value(names), {}}},
           {"credentialName", {mutual ? yaml::Value(tls.credential_name) : yaml::Value(), {}}},
           {"caCertificates",
            {needs_file ? yaml::Value("/etc/ssl/certs/ca-certificates.crt") : yaml::Value(), {}}}},
          scope);
}

// Keeps a direct host out of the reach of a wider wildcard: istiod gives a service that a wildcard
// VirtualService covers no chain of its own.
void add_direct(SetBuilder& set, const DestinationPlan& plan, const ChartScope& scope) {
  const spec::Destination& destination = *plan.destination;
  for (const auto& host : destination.hosts) {
    if (std::find(plan.dynamic_hosts.begin(), plan.dynamic_hosts.end(), *host) !=
        plan.dynamic_hosts.end())
      continue;
    for (const auto& port : destination.ports) {
      std::string text = plan.id;
      if (destination.hosts.size() > 1) text += "-" + *host;
      if (destination.ports.size() > 1) text += fmt::format("-{}", *port);
      set.add(ApplyOrder::Route, "VirtualService", "virtualservice-direct",
              in_gateway_namespace(set.plan(), resource_name(to_dns_label(text), "direct")),
              {{"hosts", hosts_variable({*host})},
               {"exportTo", export_to(set.plan())},
               {"port", {number(*port), {}}},
               {"host", {*host, {}}}},
              scope);
    }
  }
}

}  // namespace

void add_routes(SetBuilder& set) {
  for (const DestinationPlan& plan : set.plan().destinations) {
    const ChartScope scope = destination_scope(plan);
    const bool http = *plan.destination->via == Via::Originate;
    if (*plan.destination->via == Via::Direct) add_direct(set, plan, scope);
    for (const Flow& flow : plan.flows) {
      add_gateway(set, flow, http, scope);
      add_subset(set, flow, scope);
      if (http) add_origination(set, plan, flow, scope);
      add_virtual_services(set, flow, http, scope);
    }
  }
}

}  // namespace egressctl::generate
