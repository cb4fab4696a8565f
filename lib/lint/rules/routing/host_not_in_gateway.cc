// EGR0302 host-not-in-gateway
#include <algorithm>
#include <unordered_map>

#include "lib/base/text.h"
#include "lib/lint/context.h"
#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/mesh/host_index.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0302", "host-not-in-gateway", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/gateway/#Server", "istio/istio#34829",
    "istio/istio#34653", "istio/istio#58555"};

using mesh::GatewayView;
using mesh::VirtualService;

// The hosts of a Gateway's servers: "host" or "namespace/host".
class GatewayHosts {
 public:
  explicit GatewayHosts(const GatewayView& gateway) : gateway_(gateway) {
    for (const auto& server : *gateway.gateway->servers)
      for (const resource::Text& host : *server->hosts) hosts_.add(host_part(*host), &host);
  }

  // Whether a host of the VirtualService is one of these, and open to its namespace.
  [[nodiscard]] bool accept(const VirtualService& service) const {
    return std::any_of(service.hosts.begin(), service.hosts.end(),
                       [&](const std::string& host) { return has(host, service); });
  }

  // The same for the hosts as they are written, short names among them: istioctl completes none
  // (analyzers/virtualservice/gateways.go).
  [[nodiscard]] bool accept_as_written(const VirtualService& service) const {
    const auto& hosts = *service.service->hosts;
    return std::any_of(hosts.begin(), hosts.end(),
                       [&](const resource::Text& host) { return has(*host, service); });
  }

 private:
  [[nodiscard]] bool has(const std::string& name, const VirtualService& service) const {
    const auto open = [&](const resource::Text& host) {
      const std::size_t slash = host->find('/');
      if (slash == std::string::npos) return true;
      const std::string_view owner = std::string_view(*host).substr(0, slash);
      return owner == "*" || (owner == "." ? gateway_.name_space : owner) == service.name_space;
    };
    return hosts_.overlapping(name, open) != nullptr;
  }

  const GatewayView& gateway_;
  mesh::HostIndex<resource::Text> hosts_;
};

bool is_known_outside(const Context& in, std::string_view host) {
  const auto services = in.mesh().registry().covering(host);
  return std::any_of(services.begin(), services.end(),
                     [](const mesh::Service* service) { return service->is_external(); });
}

// Whether traffic for the internet should have passed the gateway by this VirtualService.
bool breaks_egress(const Context& in, const GatewayView& gateway, const VirtualService& service) {
  if (!gateway.egress) return false;
  for (const mesh::Route& route : service.routes) {
    const bool at_gateway = mesh::applies_at(service, route, gateway.name);
    const bool at_sidecars = mesh::applies_at(service, route, "mesh");
    for (const mesh::RouteTarget& target : route.targets) {
      if (at_gateway && is_known_outside(in, target.host)) return true;
      const auto& behind = in.gateways().behind(target.host);
      if (at_sidecars && std::find(behind.begin(), behind.end(), &gateway) != behind.end())
        return true;
    }
  }
  return false;
}

std::string listing(const GatewayView& gateway) {
  std::vector<std::string> hosts;
  for (const auto& server : *gateway.gateway->servers)
    for (const resource::Text& host : *server->hosts)
      if (hosts.size() < 3) hosts.push_back(fmt::format("\"{}\"", *host));
  return hosts.empty() ? "none" : join(hosts, ", ");
}

void report(const Context& in, const GatewayView& gateway, const VirtualService& service,
            const resource::Text& name, Diagnostics& out) {
  const resource::Text& host = service.service->hosts->front();
  const auto& servers = *gateway.gateway->servers;
  auto finding =
      out.report(kId, name.range,
                 "gateway \"{}\" has no host for \"{}\" of namespace \"{}\": its hosts are {}",
                 gateway.name, *host, service.name_space, listing(gateway));
  // What the two resources must agree on are the hosts; the gateway's name is where they meet.
  finding.field("spec.hosts[0]").alias("IST0132");
  finding.related(servers.empty() ? gateway.resource->range : servers.front()->hosts.range,
                  "the hosts that the gateway takes");
  finding.help(
      fmt::format("add \"{}\" to the hosts of the server that is meant to take it", *host));
  if (!breaks_egress(in, gateway, service)) finding.severity(Severity::Warning);
  if (servers.size() != 1 || servers.front()->hosts.node == nullptr) return;
  if (const auto edit = yaml::append_item(*servers.front()->hosts.node, *host))
    finding.fix({.title = "add the host to the gateway", .safe = false, .edits = {*edit}});
}

void report_short(const GatewayView& gateway, const VirtualService& service,
                  const resource::Text& name, Diagnostics& out) {
  const resource::Text& host = service.service->hosts->front();
  out.report(
         kId, name.range,
         "istioctl finds no host of the VirtualService at gateway \"{}\": it completes no short "
         "name such as \"{}\", as istiod does",
         gateway.name, *host)
      .severity(Severity::Info)
      .related(host.range, "the short name")
      .help("write the host in full")
      .alias("IST0132");
}

// A VirtualService without hosts is a delegate, and can have no gateways: validation tells. To
// istioctl's analyzer the gateways lack what is not there.
void report_delegate(const Context& in, const VirtualService& service, Diagnostics& out) {
  for (const resource::Text& name : *service.service->gateways)
    if (in.gateways().find(mesh::resolve_gateway(*name, service.name_space)) != nullptr)
      out.report(kId, name.range,
                 "gateway \"{}\" takes no host for the VirtualService, which has none", *name)
          .severity(Severity::Warning)
          .help("add \"hosts\", or take the gateway out")
          .alias("IST0132");
}

void check(const Context& in, Diagnostics& out) {
  std::unordered_map<const GatewayView*, GatewayHosts> known;
  for (const VirtualService& service : in.mesh().routes()) {
    if (service.hosts.empty()) {
      report_delegate(in, service, out);
      continue;
    }
    for (const resource::Text& name : *service.service->gateways) {
      const GatewayView* gateway =
          in.gateways().find(mesh::resolve_gateway(*name, service.name_space));
      if (gateway == nullptr) continue;
      const GatewayHosts& hosts = known.try_emplace(gateway, *gateway).first->second;
      if (!hosts.accept(service))
        report(in, *gateway, service, name, out);
      else if (!hosts.accept_as_written(service))
        report_short(*gateway, service, name, out);
    }
  }
}

}  // namespace

const Rule kHostNotInGateway{
    .info = {.id = kId,
             .summary = "a VirtualService bound to a Gateway that takes none of its hosts",
             .why = "The Gateway gives its listener only routes of hosts that it names itself, and "
                    "with `namespace/host` only those of that namespace. HTTP ends with `404 NR`, "
                    "TLS with a reset (`filter_chain_not_found`).",
             .mend = "Add the host to a server of the Gateway, or bind the VirtualService to the "
                     "Gateway that has it.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
