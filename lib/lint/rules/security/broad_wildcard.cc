// EGR0511 broad-wildcard
#include <algorithm>
#include <string>
#include <unordered_set>

#include "lib/base/text.h"
#include "lib/lint/context.h"
#include "lib/lint/rules/security/gateway_listeners.h"
#include "lib/lint/rules/security/security.h"
#include "lib/lint/rules/security/shared_suffixes.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0511", "broad-wildcard", Severity::Warning};
constexpr std::string_view kReferences[] = {"istio/istio#51507", "istio/istio#54540",
                                            "istio/istio#9447", "https://publicsuffix.org/"};

// Why a pattern is too broad; empty when it is not.
std::string_view breadth(std::string_view host) {
  if (host == "*") return "every host of the internet";
  if (!host.starts_with("*.")) return {};
  const std::string domain = to_lower(host.substr(2));
  if (!is_shared_suffix(domain)) return {};
  return domain.find('.') == std::string::npos
             ? "names that anyone can get: a whole top-level domain"
             : "names that anyone can get: every customer of the service or registry";
}

// One wildcard is written in a ServiceEntry, a Gateway, routes and policies: it is told where it
// lets the hosts in first, and once in the others when no ServiceEntry has it.
class Checker {
 public:
  explicit Checker(Diagnostics& out) : out_(out) {}

  void check_entry(const resource::Texts& hosts) {
    for (const resource::Text& host : *hosts) check(host, true);
  }

  void check_others(const resource::Texts& hosts) {
    for (const resource::Text& host : *hosts) check(host, false);
  }

 private:
  void check(const resource::Text& written, bool always) {
    std::string_view host = *written;
    if (const std::size_t slash = host.find('/'); slash != std::string_view::npos)
      host = host.substr(slash + 1);
    const std::string_view reach = breadth(host);
    if (reach.empty() || (!told_.insert(host).second && !always)) return;
    out_.report(kId, written.range, "\"{}\" lets traffic out to {}", host, reach)
        .help("name the domains that are yours, or that the workloads need");
  }

  Diagnostics& out_;
  std::unordered_set<std::string_view> told_;
};

// Whether the hosts of a server are names of the mesh's own TLS, and not what clients ask for.
bool takes_outer_names(const resource::Server& server) {
  const ServerTraits traits = traits_of(server);
  return traits.identity && !traits.http;
}

// Whether a VirtualService may lead out of the mesh.
bool may_lead_out(const Context& in, const mesh::VirtualService& service) {
  return std::any_of(service.gateways.begin(), service.gateways.end(), [&](const auto& name) {
    if (name == "mesh") return true;
    const mesh::GatewayView* view = in.gateways().find(name);
    return view != nullptr && view->egress;
  });
}

void check_policy(const resource::AuthorizationPolicy& policy, Checker& checker) {
  if (*policy.action != resource::AuthorizationAction::Allow) return;
  for (const auto& rule : *policy.rules)
    for (const auto& condition : *rule->when)
      if (*condition->key == "connection.sni") checker.check_others(condition->values);
}

void check(const Context& in, Diagnostics& out) {
  const mesh::Mesh& mesh = in.mesh();
  Checker checker(out);
  for (const resource::Resource* resource : mesh.all(resource::Kind::ServiceEntry)) {
    const auto* entry = resource->as<resource::ServiceEntry>();
    if (*entry->location == resource::Location::MeshExternal) checker.check_entry(entry->hosts);
  }
  for (const mesh::GatewayView& view : in.gateways().all())
    if (view.egress)
      for (const auto& server : *view.gateway->servers)
        if (!takes_outer_names(*server)) checker.check_others(server->hosts);
  for (const mesh::VirtualService& service : mesh.routes()) {
    if (!may_lead_out(in, service)) continue;
    checker.check_others(service.service->hosts);
    for (const auto& route : *service.service->tls)
      for (const auto& match : *route->match) checker.check_others(match->sni_hosts);
  }
  for (const resource::Resource* resource : mesh.all(resource::Kind::AuthorizationPolicy))
    check_policy(*resource->as<resource::AuthorizationPolicy>(), checker);
}

}  // namespace

const Rule kBroadWildcard{
    .info = {.id = kId,
             .summary = "a wildcard under which anyone can get a name",
             .why = "With `*.com` or `*.amazonaws.com` allowed, data can be sent to a site or a "
                    "bucket that an attacker registered.",
             .mend = "Name the subdomains that the workloads need.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
