// EGR0522 open-by-address
#include <algorithm>
#include <unordered_set>

#include "lib/lint/context.h"
#include "lib/lint/rules/security/forwarders.h"
#include "lib/lint/rules/security/security.h"
#include "lib/topology/matching.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0522", "open-by-address", Severity::Error};
constexpr std::string_view kReferences[] = {
    "istio/istio.io#3058",
    "https://istio.io/latest/docs/ops/configuration/traffic-management/tls-configuration/"};

// Whether the forwarder checks no name.
bool is_open(const Forwarder& forwarder) {
  if (forwarder.names == nullptr || forwarder.names->value.items.empty()) return true;
  const auto& names = forwarder.names->value.items;
  return std::any_of(names.begin(), names.end(),
                     [](const yaml::Node& name) { return name.scalar == "*"; });
}

// Whether a policy of the chain lets through nothing without a name of its own.
bool asks_for_sni(const topology::FilterChain& chain) {
  const topology::NetworkFilter* filter = chain.filter(topology::kNetworkRbac);
  if (filter == nullptr) return false;
  for (const topology::Rbac& rbac : filter->rbac) {
    if (rbac.action != resource::AuthorizationAction::Allow || rbac.dry_run) continue;
    for (const resource::Resource* policy : rbac.policies)
      for (const auto& rule : *policy->as<resource::AuthorizationPolicy>()->rules)
        if (std::none_of(rule->when->begin(), rule->when->end(),
                         [](const auto& when) { return *when->key == "connection.sni"; }))
          return false;
    return true;
  }
  return false;
}

// The host "*" of a server that listens on the pod's port, or nullptr.
const resource::Text* any_host(const mesh::GatewayView& view, std::uint32_t pod_port) {
  for (const auto& server : *view.gateway->servers) {
    if (view.pod_port(*server->port->number) != pod_port) continue;
    for (const resource::Text& host : *server->hosts)
      if (*host == "*" || host->ends_with("/*")) return &host;
  }
  return nullptr;
}

class Checker {
 public:
  Checker(const Context& in, Diagnostics& out) : in_(in), out_(out), gateways_(in.mesh()) {}

  void check(const resource::Resource& filter) {
    std::vector<Forwarder> open = forwarders_in(filter);
    std::erase_if(open, [](const Forwarder& forwarder) { return !is_open(forwarder); });
    if (open.empty()) return;
    for (const mesh::Workload* pod : pods_of(in_, filter)) {
      const topology::Topology& gateway = gateways_.of(*pod);
      for (const mesh::GatewayView* view : in_.gateways().at(*pod))
        for (const mesh::Service* service : view->services)
          for (const mesh::ServicePort& port : service->ports)
            check_port(gateway, *view, *service, port, open);
    }
  }

 private:
  // What a sidecar sends for a connection to the Service's own address: it has no subset then.
  void check_port(const topology::Topology& gateway, const mesh::GatewayView& view,
                  const mesh::Service& service, const mesh::ServicePort& port,
                  const std::vector<Forwarder>& open) {
    const auto pod_port = static_cast<std::uint32_t>(view.pod_port(port.number));
    const topology::Listener* listener = topology::listener_on(gateway, pod_port);
    if (listener == nullptr) return;
    const topology::FilterChain* chain = topology::find_chain(
        *listener, {.address = {},
                    .port = pod_port,
                    .tls = true,
                    .sni = fmt::format("outbound_.{}_._.{}", port.number, service.host),
                    .alpn = {"istio"}});
    if (chain == nullptr || asks_for_sni(*chain)) return;
    const topology::Cluster* cluster = gateway.cluster(chain->target().cluster);
    const resource::Text* host = any_host(view, pod_port);
    if (cluster == nullptr || host == nullptr) return;
    for (const Forwarder& forwarder : open) {
      if (!leads_to(*cluster, forwarder.listener) || !told_.insert(host).second) continue;
      out_.report(kId, host->range,
                  "a client that connects to \"{}\" by its address comes here with whatever SNI it "
                  "likes, and the forwarder behind checks none",
                  service.host)
          .related(forwarder.chain->range, "the forwarder")
          .help(
              "list the names in the forwarder's \"server_names\"; let the server take the outer "
              "SNI of its destinations only");
    }
  }

  const Context& in_;
  Diagnostics& out_;
  GatewayProxies gateways_;
  std::unordered_set<const resource::Text*> told_;
};

void check(const Context& in, Diagnostics& out) {
  Checker checker(in, out);
  for (const resource::Resource* filter : in.mesh().all(resource::Kind::EnvoyFilter))
    checker.check(*filter);
}

}  // namespace

const Rule kOpenByAddress{
    .info = {.id = kId,
             .summary = "an egress gateway that lets any host out to who dials its address",
             .why = "An application needs no privilege for it: it opens TLS to the ClusterIP of "
                    "the gateway's Service. Its sidecar has no list for that address, makes mTLS "
                    "with an SNI of the Service, and the gateway forwards to whatever the inner "
                    "SNI names.",
             .mend = "Check the inner SNI in the forwarder (`server_names`), and give the server "
                     "the hosts that are the outer SNIs of its destinations, not `*`.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
