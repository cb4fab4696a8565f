// EGR0802 unused-piece
#include <string>
#include <unordered_set>

#include "lib/lint/context.h"
#include "lib/lint/rules/hygiene/hygiene.h"
#include "lib/lint/rules/routing/bindings.h"
#include "lib/mesh/host.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0802", "unused-piece", Severity::Info};
constexpr std::string_view kReferences[] = {"istio/istio#45854"};

// What routes name: hosts, and "host subset".
struct Named {
  std::unordered_set<std::string> hosts;
  std::unordered_set<std::string> subsets;
};

std::string subset_name(std::string_view host, std::string_view subset) {
  return fmt::format("{} {}", host, subset);
}

Named named_by_routes(const mesh::Mesh& mesh) {
  Named out;
  const auto add = [&](const std::string& host, const resource::Destination& destination) {
    out.hosts.insert(host);
    out.subsets.insert(subset_name(host, *destination.subset));
  };
  for (const mesh::VirtualService& service : mesh.routes())
    for (const mesh::Route& route : service.routes) {
      for (const mesh::RouteTarget& target : route.targets) add(target.host, *target.destination);
      if (route.http == nullptr) continue;
      const auto add_mirror = [&](const resource::Destination& destination) {
        add(mesh::resolve_short_name(*destination.host, service.name_space,
                                     mesh.settings().cluster_domain),
            destination);
      };
      add_mirror(*route.http->mirror);
      for (const auto& mirror : *route.http->mirrors) add_mirror(*mirror->destination);
    }
  return out;
}

// The subsets of services that some route of the set leads to, but none to the subset. Where no
// route is known the set may be a part of a larger one.
void check_subsets(const Context& in, Diagnostics& out) {
  const Named named = named_by_routes(in.mesh());
  for (const mesh::Rule& rule : in.mesh().rules().all()) {
    if (!named.hosts.contains(rule.host)) continue;
    const auto& subsets = rule.rule->subsets;
    for (std::size_t i = 0; i < subsets->size(); ++i) {
      const resource::Positioned<resource::Subset>& subset = (*subsets)[i];
      if (!subset->name.present() || named.subsets.contains(subset_name(rule.host, *subset->name)))
        continue;
      auto finding = out.report(kId, subset->name.range,
                                "no route leads to subset \"{}\", though others lead to \"{}\"",
                                *subset->name, rule.host);
      finding.help("remove it, or name it in the route that is meant to use it");
      if (subsets.node == nullptr) continue;
      if (const auto edit = yaml::remove_item(*subsets.node, i))
        finding.fix({.title = "remove the subset", .safe = false, .edits = {*edit}});
    }
  }
}

// Hosts of VirtualServices, and all patterns that cover them.
struct Routed {
  std::unordered_set<std::string> hosts;
  std::unordered_set<std::string> patterns;

  explicit Routed(const std::vector<const mesh::VirtualService*>& services) {
    for (const mesh::VirtualService* service : services)
      for (const std::string& host : service->hosts) {
        hosts.insert(host);
        for (std::string& pattern : mesh::covering_patterns(host))
          patterns.insert(std::move(pattern));
      }
  }

  [[nodiscard]] bool overlap(std::string_view host) const {
    if (patterns.contains(std::string(host))) return true;
    for (const std::string& pattern : mesh::covering_patterns(host))
      if (hosts.contains(pattern)) return true;
    return false;
  }
};

// Hosts of Gateways that have routes, but none for the host.
void check_servers(const Context& in, Diagnostics& out) {
  for (const mesh::GatewayView& view : in.gateways().all()) {
    if (!view.egress || view.bound.empty()) continue;
    const Routed routed(view.bound);
    for (const auto& server : *view.gateway->servers)
      for (const resource::Text& host : *server->hosts) {
        const std::string_view name = host_part(*host);
        if (name == "*" || routed.overlap(name)) continue;
        out.report(kId, host.range, "no VirtualService of gateway \"{}\" has a route for \"{}\"",
                   view.name, name)
            .help("remove the host, or add its route");
      }
  }
}

void check(const Context& in, Diagnostics& out) {
  check_subsets(in, out);
  check_servers(in, out);
}

}  // namespace

const Rule kUnusedPiece{
    .info = {.id = kId,
             .summary = "a subset, or a host of an egress Gateway, that no route uses",
             .why = "It is often what a removed destination left behind, or the half of one whose "
                    "route names something else. The gateway has no chain for such a host: "
                    "connections to it are reset.",
             .mend = "Remove it, or make the route name it.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
