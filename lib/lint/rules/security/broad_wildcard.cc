// EGR0511 broad-wildcard
#include "lib/base/text.h"
#include "lib/lint/context.h"
#include "lib/lint/rules/security/security.h"
#include "lib/lint/rules/security/shared_suffixes.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0511", "broad-wildcard", Severity::Warning};
constexpr std::string_view kReferences[] = {"istio/istio#51507", "istio/istio#54540",
                                            "istio/istio#9447", "https://publicsuffix.org/"};

void check_host(const resource::Text& written, Diagnostics& out) {
  std::string_view host = *written;
  if (const std::size_t slash = host.find('/'); slash != std::string_view::npos)
    host = host.substr(slash + 1);
  if (!host.starts_with('*')) return;
  if (host == "*") {
    out.report(kId, written.range, "\"*\" lets traffic out to every host of the internet")
        .help("name the domains that are needed");
    return;
  }
  if (!host.starts_with("*.")) return;
  const std::string domain = to_lower(host.substr(2));
  if (!is_shared_suffix(domain)) return;
  const bool top = domain.find('.') == std::string::npos;
  out.report(kId, written.range, "\"{}\" covers names that anyone can get: {}", *written,
             top ? "a whole top-level domain" : "every customer of the service or registry")
      .help("name the subdomains that are yours or that you need");
}

void check_hosts(const resource::Texts& hosts, Diagnostics& out) {
  for (const resource::Text& host : *hosts) check_host(host, out);
}

void check_policy(const resource::AuthorizationPolicy& policy, Diagnostics& out) {
  if (*policy.action != resource::AuthorizationAction::Allow) return;
  for (const auto& rule : *policy.rules)
    for (const auto& condition : *rule->when)
      if (*condition->key == "connection.sni") check_hosts(condition->values, out);
}

void check(const Context& in, Diagnostics& out) {
  const mesh::Mesh& mesh = in.mesh();
  for (const resource::Resource* resource : mesh.all(resource::Kind::ServiceEntry)) {
    const auto* entry = resource->as<resource::ServiceEntry>();
    if (*entry->location == resource::Location::MeshExternal) check_hosts(entry->hosts, out);
  }
  for (const mesh::GatewayView& view : in.gateways().all())
    if (view.egress)
      for (const auto& server : *view.gateway->servers) check_hosts(server->hosts, out);
  for (const mesh::VirtualService& service : mesh.routes()) {
    check_hosts(service.service->hosts, out);
    for (const auto& route : *service.service->tls)
      for (const auto& match : *route->match) check_hosts(match->sni_hosts, out);
  }
  for (const resource::Resource* resource : mesh.all(resource::Kind::AuthorizationPolicy))
    check_policy(*resource->as<resource::AuthorizationPolicy>(), out);
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
