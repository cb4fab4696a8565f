// EGR0332 apex-not-covered
#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/egress_legs.h"
#include "lib/lint/rules/routing/routing.h"
#include "lib/lint/rules/security/shared_suffixes.h"
#include "lib/mesh/host.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0332", "apex-not-covered", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/tasks/traffic-management/egress/wildcard-egress-hosts/"};

// The domain of "*.example.com"; empty for other hosts and for domains that are nobody's own.
std::string_view apex_of(std::string_view host) {
  if (!host.starts_with("*.")) return {};
  const std::string_view apex = host.substr(2);
  return apex.find('.') == std::string_view::npos || is_shared_suffix(apex) ? std::string_view()
                                                                            : apex;
}

// The wildcards of a leg, where they stand: the SNI hosts of its rule, else the VirtualService's.
std::vector<const resource::Text*> wildcards_of(const GatewayLeg& leg) {
  std::vector<const resource::Text*> out;
  bool named = false;
  for (const mesh::RouteMatch& match : leg.route->matches)
    if (match.sni_hosts != nullptr)
      for (const resource::Text& name : **match.sni_hosts) {
        named = true;
        if (mesh::is_pattern(*name)) out.push_back(&name);
      }
  if (!named)
    for (const resource::Text& host : *leg.service->service->hosts)
      if (mesh::is_pattern(*host)) out.push_back(&host);
  return out;
}

// Knows the ports behind which a forwarder by SNI decides which names there are.
class Forwarders {
 public:
  explicit Forwarders(const Context& in) : in_(in) {}

  bool are_behind(const LegServers& servers) {
    const auto [known, added] = known_.try_emplace(&servers, false);
    if (added)
      known->second =
          std::any_of(servers.all().begin(), servers.all().end(),
                      [&](const LegPlace& place) { return is_patched(in_, *place.gateway); });
    return known->second;
  }

 private:
  const Context& in_;
  std::unordered_map<const LegServers*, bool> known_;  // legs to one port share them
};

using Lists = std::unordered_map<std::string_view, std::vector<const yaml::Node*>>;

// The lists in which a wildcard stands by itself: hosts, SNI hosts, and names that policies allow.
class WildcardLists {
 public:
  explicit WildcardLists(const Context& in) {
    const mesh::Mesh& mesh = in.mesh();
    for (const resource::Resource* each : mesh.all(resource::Kind::ServiceEntry)) {
      const auto& entry = *each->as<resource::ServiceEntry>();
      add(entry.hosts);
      // DYNAMIC_DNS is for wildcards alone.
      if (*entry.resolution == resource::Resolution::DynamicDns)
        for (const resource::Text& host : *entry.hosts) fixed_.insert(*host);
    }
    for (const resource::Resource* each : mesh.all(resource::Kind::Gateway))
      for (const auto& server : *each->as<resource::Gateway>()->servers) add(server->hosts);
    for (const mesh::VirtualService& service : mesh.routes()) {
      add(service.service->hosts);
      for (const mesh::Route& route : service.routes)
        for (const mesh::RouteMatch& match : route.matches)
          if (match.sni_hosts != nullptr) add(*match.sni_hosts);
    }
    for (const resource::Resource* each : mesh.all(resource::Kind::AuthorizationPolicy))
      for (const auto& rule : *each->as<resource::AuthorizationPolicy>()->rules)
        for (const auto& condition : *rule->when)
          if (*condition->key == "connection.sni") add(condition->values);
  }

  // Adds the apex to all of them; std::nullopt where one can't be edited.
  [[nodiscard]] std::optional<Fix> with_apex(std::string_view wildcard,
                                             std::string_view apex) const {
    const auto found = lists_.find(wildcard);
    if (found == lists_.end() || fixed_.contains(wildcard)) return std::nullopt;
    Fix fix{
        .title = fmt::format("list \"{}\" beside the wildcard", apex), .safe = false, .edits = {}};
    for (const yaml::Node* list : found->second) {
      const auto edit = yaml::append_item(*list, apex);
      if (!edit) return std::nullopt;
      fix.edits.push_back(*edit);
    }
    return fix;
  }

 private:
  void add(const resource::Texts& texts) {
    if (texts.node == nullptr) return;
    for (const resource::Text& text : *texts)
      if (text->starts_with("*."))
        if (auto& lists = lists_[*text]; lists.empty() || lists.back() != texts.node)
          lists.push_back(texts.node);
  }

  Lists lists_;
  std::unordered_set<std::string_view> fixed_;  // wildcards beside which no name may stand
};

void report(const WildcardLists& lists, const GatewayLeg& leg, const resource::Text& wildcard,
            std::string_view apex, Diagnostics& out) {
  auto finding =
      out.report(kId, wildcard.range,
                 "\"{}\" does not cover \"{}\" itself, for which sidecars have no rule: it leaves "
                 "past the gateway, or not at all",
                 *wildcard, apex);
  finding.related(leg.target->range, "where the names below it go")
      .help(fmt::format("add \"{}\" beside the wildcard: to the ServiceEntry, the Gateway, the "
                        "VirtualService's hosts and SNI hosts, and to lists of allowed names",
                        apex));
  if (auto fix = lists.with_apex(*wildcard, apex)) finding.fix(std::move(*fix));
}

void check(const Context& in, Diagnostics& out) {
  const MeshNames names(in.mesh());
  Forwarders forwarders(in);
  std::unordered_set<std::string_view> told;
  const std::vector<GatewayLeg>& legs = egress_legs(in);
  std::optional<WildcardLists> lists;
  for (const GatewayLeg& leg : legs)
    for (const resource::Text* wildcard : wildcards_of(leg)) {
      const std::string_view apex = apex_of(**wildcard);
      if (apex.empty() || names.takes(apex) || forwarders.are_behind(*leg.servers) ||
          !told.insert(apex).second)
        continue;
      if (!lists) lists.emplace(in);
      report(*lists, leg, *wildcard, apex, out);
    }
}

}  // namespace

const Rule kApexNotCovered{
    .info = {.id = kId,
             .summary = "a wildcard led through the gateway while its own domain is not",
             .why = "`*.example.com` stands for a.example.com and a.b.example.com, not for "
                    "example.com. With ALLOW_ANY that name leaves from the sidecar directly, past "
                    "the gateway; with REGISTRY_ONLY it ends in the black hole.",
             .mend = "List the domain beside the wildcard wherever that stands, or accept the "
                     "finding where nobody needs it.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
