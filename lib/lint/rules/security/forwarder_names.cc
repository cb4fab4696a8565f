// EGR0508 inner-names-wider, EGR0512 forwarder-any-name
#include <algorithm>
#include <array>

#include "lib/lint/context.h"
#include "lib/lint/rules/security/forwarders.h"
#include "lib/lint/rules/security/security.h"
#include "lib/mesh/host.h"
#include "lib/mesh/network_policies.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kWider{"EGR0508", "inner-names-wider", Severity::Warning};
constexpr RuleId kAnyName{"EGR0512", "forwarder-any-name", Severity::Error};
constexpr std::string_view kWiderReferences[] = {"istio/istio.io#3058", "istio/istio.io#14126",
                                                 "envoyproxy/envoy#4076"};
constexpr std::string_view kAnyNameReferences[] = {
    "https://istio.io/latest/blog/2023/egress-sni/", "istio/istio.io#14126",
    "https://cwe.mitre.org/data/definitions/918.html"};
// Suffixes of names that lead to places inside.
constexpr std::array<std::string_view, 5> kInside = {".local", ".svc", ".internal", ".localhost",
                                                     ".cluster"};

using yaml::Node;

bool is_inside(std::string_view name) {
  return name == "localhost" || std::any_of(kInside.begin(), kInside.end(),
                                            [&](auto suffix) { return name.ends_with(suffix); });
}

// Whether a NetworkPolicy leaves parts of the network out of what the pod may reach.
bool is_fenced(const mesh::NetworkPolicyIndex& policies, const mesh::Workload& pod) {
  for (const mesh::PolicyView* policy : policies.binding(pod, mesh::Direction::Egress))
    for (const auto& rule : *policy->policy->egress)
      for (const auto& peer : *rule->peers)
        if (peer->ip_block.present() && !peer->ip_block->except->empty()) return true;
  return false;
}

void check_any_name(const Context& in, Diagnostics& out) {
  const auto& filters = in.mesh().all(resource::Kind::EnvoyFilter);
  if (filters.empty()) return;
  const mesh::NetworkPolicyIndex policies(in.mesh());
  for (const resource::Resource* filter : filters) {
    const auto pods = pods_of(in, *filter);
    const bool fenced =
        !pods.empty() && std::all_of(pods.begin(), pods.end(),
                                     [&](const auto* pod) { return is_fenced(policies, *pod); });
    if (fenced) continue;
    for (const Forwarder& forwarder : forwarders_in(*filter)) {
      std::string_view bad;
      if (forwarder.names != nullptr)
        for (const Node& name : forwarder.names->value.items)
          if (bad.empty() && (name.scalar == "*" || is_inside(name.scalar))) bad = name.scalar;
      if (forwarder.names != nullptr && bad.empty() && !forwarder.names->value.items.empty())
        continue;
      const std::string which = bad.empty() ? std::string("goes wherever the client's SNI says")
                                            : fmt::format("takes SNI \"{}\"", bad);
      out.report(kAnyName, forwarder.chain->range,
                 "the forwarder {}, into the cluster and to the gateway itself, too", which)
          .help(
              "list the names of the internet in \"server_names\", and keep the gateway from "
              "private addresses with a NetworkPolicy (\"except\")");
    }
  }
}

// The SNI names that ALLOW policies let through at the pods.
std::vector<const resource::Text*> allowed_names(const Context& in,
                                                 const std::vector<const mesh::Workload*>& pods) {
  std::vector<const resource::Text*> out;
  for (const resource::Resource* resource : in.mesh().all(resource::Kind::AuthorizationPolicy)) {
    const auto& policy = *resource->as<resource::AuthorizationPolicy>();
    const bool binds = std::any_of(pods.begin(), pods.end(), [&](const mesh::Workload* pod) {
      return in.mesh().namespace_of(*resource) == pod->name_space &&
             mesh::is_selected(policy.selector->match_labels, *pod->labels);
    });
    if (!binds || *policy.action != resource::AuthorizationAction::Allow) continue;
    for (const auto& rule : *policy.rules)
      for (const auto& condition : *rule->when)
        if (*condition->key == "connection.sni")
          for (const resource::Text& value : *condition->values) out.push_back(&value);
  }
  return out;
}

// The outer SNI names of the gateway's chains that lead to an internal listener; none when one
// leads there that takes any name.
std::vector<std::string> outer_names(const topology::Topology& gateway, std::string_view listener) {
  std::vector<std::string> out;
  for (const topology::Listener& front : gateway.listeners)
    for (const topology::FilterChain& chain : front.filter_chains) {
      const topology::Cluster* cluster = gateway.cluster(chain.target().cluster);
      if (cluster == nullptr || !leads_to(*cluster, listener)) continue;
      if (chain.match.server_names.empty()) return {};
      out.insert(out.end(), chain.match.server_names.begin(), chain.match.server_names.end());
    }
  return out;
}

bool concerns(const std::vector<std::string>& outer, std::string_view name) {
  return outer.empty() || std::any_of(outer.begin(), outer.end(), [&](const std::string& own) {
           return mesh::hosts_overlap(own, name);
         });
}

// Whether the policies speak of the name, but not of all that it stands for: of those for what
// leads to the forwarder.
const resource::Text* narrower(const std::vector<const resource::Text*>& allowed,
                               const std::vector<std::string>& outer, std::string_view name) {
  const resource::Text* part = nullptr;
  for (const resource::Text* text : allowed) {
    if (!concerns(outer, **text)) continue;
    if (mesh::is_subset(name, **text)) return nullptr;
    if (part == nullptr && mesh::hosts_overlap(**text, name)) part = text;
  }
  return part;
}

void check_wider(const Context& in, Diagnostics& out) {
  GatewayProxies gateways(in.mesh());
  for (const resource::Resource* filter : in.mesh().all(resource::Kind::EnvoyFilter)) {
    const auto forwarders = forwarders_in(*filter);
    const auto pods = pods_of(in, *filter);
    const auto allowed = allowed_names(in, pods);
    if (forwarders.empty() || allowed.empty()) continue;
    const topology::Topology& gateway = gateways.of(*pods.front());
    for (const Forwarder& forwarder : forwarders) {
      if (forwarder.names == nullptr) continue;
      const std::vector<std::string> outer = outer_names(gateway, forwarder.listener);
      for (const Node& name : forwarder.names->value.items) {
        const resource::Text* part = narrower(allowed, outer, name.scalar);
        if (part == nullptr) continue;
        out.report(kWider, forwarder.names->key.range,
                   "policies allow \"{}\" by the outer SNI, but the forwarder follows the inner "
                   "one and takes all of \"{}\"",
                   **part, name.scalar)
            .related(part->range, "what the policy allows")
            .help("list the same names here as in the policy");
        break;
      }
    }
  }
}

}  // namespace

const Rule kInnerNamesWider{
    .info = {.id = kWider,
             .summary = "a forwarder by SNI that takes more names than the gateway's policies",
             .why = "Policies and logs see the outer SNI, which a client that goes around its "
                    "sidecar chooses; the forwarder follows the inner one. It shows an allowed "
                    "name and reaches another.",
             .mend = "Check the inner SNI against the same list, in the forwarder itself.",
             .references = kWiderReferences},
    .check = check_wider};

const Rule kForwarderAnyName{
    .info = {.id = kAnyName,
             .summary = "a forwarder by SNI that takes names inside of the cluster",
             .why = "SNI `localhost` or `kubernetes.default.svc` makes the gateway connect to its "
                    "own admin port, to the API server or to the cloud's metadata.",
             .mend = "List the allowed names in `server_names`, and deny private ranges to the "
                     "gateway with a NetworkPolicy.",
             .references = kAnyNameReferences},
    .check = check_any_name};

}  // namespace egressctl::lint::rules
