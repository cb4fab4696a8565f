// EGR0321 external-name
#include <algorithm>
#include <string>
#include <unordered_set>

#include "lib/lint/context.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0321", "external-name", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/news/releases/1.21.x/announcing-1.21/upgrade-notes/",
    "https://istio.io/latest/docs/reference/config/analysis/ist0150/", "istio/istio#37331",
    "istio/istio#58555"};

using mesh::Service;

// The Service of type ExternalName of that host, when there is nothing else of it.
const Service* alias_of(const mesh::Mesh& mesh, std::string_view host) {
  const auto& named = mesh.registry().named(host);
  return named.size() == 1 && named.front()->kubernetes != nullptr &&
                 *named.front()->kubernetes->type == resource::ServiceType::ExternalName
             ? named.front()
             : nullptr;
}

const std::string& target_of(const Service& alias) {
  return *alias.kubernetes->external_name;
}

bool is_known(const mesh::Mesh& mesh, const Service& alias) {
  return !mesh.registry().named(target_of(alias)).empty();
}

void retarget(Diagnostics::Builder finding, const resource::Text& host, const Service& alias,
              const mesh::Mesh& mesh) {
  finding.related(alias.kubernetes->external_name.range, "what the Service stands for");
  if (!is_known(mesh, alias)) {
    finding.help(
        fmt::format("write a ServiceEntry for \"{}\", and its host here", target_of(alias)));
    return;
  }
  finding.help(fmt::format("write \"{}\"", target_of(alias)));
  if (host.node == nullptr) return;
  if (const auto edit = yaml::replace_string(*host.node, target_of(alias)))
    finding.fix({.title = "name what the Service stands for", .safe = false, .edits = {*edit}});
}

void check_rules(const mesh::Mesh& mesh, Diagnostics& out) {
  for (const mesh::Rule& rule : mesh.rules().all())
    if (const Service* alias = alias_of(mesh, rule.host))
      retarget(out.report(kId, rule.rule->host.range,
                          "\"{}\" is of type ExternalName, an alias of \"{}\": rules for it are "
                          "not looked up",
                          rule.host, target_of(*alias)),
               rule.rule->host, *alias, mesh);
}

void check_routes(const mesh::Mesh& mesh, Diagnostics& out) {
  for (const mesh::VirtualService& service : mesh.routes())
    for (const mesh::Route& route : service.routes)
      for (const mesh::RouteTarget& target : route.targets)
        if (const Service* alias = alias_of(mesh, target.host);
            alias != nullptr && !is_known(mesh, *alias))
          retarget(out.report(kId, target.destination->host.range,
                              "\"{}\" is of type ExternalName, an alias of \"{}\", which no "
                              "Service or ServiceEntry has: the route leads nowhere",
                              target.host, target_of(*alias)),
                   target.destination->host, *alias, mesh);
}

// Ports of an alias without a protocol make one listener for every address.
void check_ports(const mesh::Mesh& mesh, Diagnostics& out) {
  for (const Service& service : mesh.registry().all()) {
    if (service.kubernetes == nullptr ||
        *service.kubernetes->type != resource::ServiceType::ExternalName)
      continue;
    for (const mesh::ServicePort& port : service.ports)
      if (port.protocol == resource::Protocol::Unsupported || port.name == "tcp")
        out.report(kId, port.range,
                   "port {} of \"{}\" is {}, so sidecars may take connections to that port of any "
                   "address for it",
                   port.number, service.host,
                   port.name == "tcp" ? "plain TCP" : "of no named protocol")
            .help("let the name start with the protocol, such as \"https-\" or \"tls-\"")
            .alias("IST0150");
  }
}

void check(const Context& in, Diagnostics& out) {
  check_rules(in.mesh(), out);
  check_routes(in.mesh(), out);
  check_ports(in.mesh(), out);
}

}  // namespace

const Rule kExternalName{
    .info = {.id = kId,
             .summary = "a Service of type ExternalName where a destination is meant",
             .why = "Since Istio 1.21 such a Service is an alias of what it names. "
                    "DestinationRules for it do nothing, and a route to it works only where a "
                    "Service or ServiceEntry has the name that it stands for.",
             .mend = "Write a ServiceEntry for the external name, and use that host in routes and "
                     "rules.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
