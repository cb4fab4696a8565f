// EGR0317 wildcard-to-one-server
#include <algorithm>
#include <unordered_set>

#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/mesh/gateway_api.h"
#include "lib/mesh/host.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0317", "wildcard-to-one-server", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/tasks/traffic-management/egress/wildcard-egress-hosts/",
    "istio/istio#42238", "istio/istio#34357"};

// The wildcard that a route at a gateway takes, or an empty text: a match's SNI, else a host.
std::string_view wildcard_of(const Binding& binding, const mesh::Route& route) {
  bool named = false;
  for (const mesh::RouteMatch& match : route.matches) {
    if (match.sni_hosts == nullptr || !may_hold(*binding.service, &match, binding.gateway->name))
      continue;
    for (const resource::Text& name : **match.sni_hosts) {
      named = true;
      if (mesh::is_pattern(*name)) return *name;
    }
  }
  if (named) return {};
  // A TCPRoute has no names, and a route without any has those of its listener.
  const bool converted = mesh::is_converted(*binding.service->resource);
  if (converted && route.kind == mesh::RouteKind::Tcp) return {};
  const auto& hosts = binding.service->hosts;
  const auto found = std::find_if(hosts.begin(), hosts.end(),
                                  [](const std::string& host) { return mesh::is_pattern(host); });
  if (found == hosts.end()) return {};
  if (!converted || *found != "*") return *found;
  const std::string_view listener =
      host_part(*binding.gateway->gateway->servers->front()->hosts->front());
  return mesh::is_pattern(listener) ? listener : std::string_view();
}

bool is_one_server(const Context& in, const mesh::RouteTarget& target) {
  if (mesh::is_pattern(target.host)) return false;
  const auto& services = in.mesh().registry().named(target.host);
  return std::any_of(services.begin(), services.end(),
                     [](const mesh::Service* service) { return service->is_external(); });
}

void check(const Context& in, Diagnostics& out) {
  std::unordered_set<const resource::Destination*> told;
  for (const Binding& binding : bindings(in)) {
    if (is_patched(in, *binding.gateway)) continue;
    for (const mesh::Route& route : binding.service->routes) {
      if (!mesh::applies_at(*binding.service, route, binding.gateway->name)) continue;
      const std::string_view wildcard = wildcard_of(binding, route);
      if (wildcard.empty()) continue;
      for (const mesh::RouteTarget& target : route.targets)
        if (is_one_server(in, target) && told.insert(target.destination).second)
          out.report(kId, target.destination->host.range,
                     "all names under \"{}\" are sent to \"{}\"", wildcard, target.host)
              .help(
                  "check that this server answers for all of them; else list the names, or lead "
                  "them through an SNI proxy");
    }
  }
}

}  // namespace

const Rule kWildcardToOneServer{
    .info = {.id = kId,
             .summary = "a wildcard whose names are all sent to one server",
             .why = "It works only while that server has the certificates of all names. Others "
                    "get `421`, a wrong certificate or 404.",
             .mend = "Use an SNI proxy in the gateway, list the names, or accept it.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
