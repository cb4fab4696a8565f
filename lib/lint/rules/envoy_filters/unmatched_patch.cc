// EGR0633 unmatched-patch
#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/number.h"
#include "lib/base/text.h"
#include "lib/envoy/names.h"
#include "lib/lint/rules/envoy_filters/defined_names.h"
#include "lib/lint/rules/envoy_filters/envoy_filters.h"
#include "lib/lint/rules/envoy_filters/listening.h"
#include "lib/lint/rules/envoy_filters/selected_pods.h"
#include "lib/lint/rules/references/hops.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0633", "unmatched-patch", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/envoy-filter/"
    "#EnvoyFilter-ListenerMatch",
    "istio/istio#26912"};

constexpr resource::Kind kReads[] = {resource::Kind::EnvoyFilter};

using resource::ApplyTo;
using resource::PatchContext;

constexpr std::string_view kByPort = "0.0.0.0_";  // how istiod names a listener

bool is_for_listeners(ApplyTo apply_to) {
  switch (apply_to) {
    case ApplyTo::Listener:
    case ApplyTo::FilterChain:
    case ApplyTo::NetworkFilter:
    case ApplyTo::HttpFilter:
    case ApplyTo::ListenerFilter: return true;
    default: return false;
  }
}

class Checker {
 public:
  Checker(const Context& in, const Listening& listening, Diagnostics& out)
      : in_(in), listening_(listening), out_(out) {}

  void check_listener(const resource::ListenerMatch& match) {
    if (*match.port_number != 0 && match.port_number.node != nullptr &&
        !listens_on(*match.port_number))
      report_port(match.port_number.range, *match.port_number);
    check_name(match.name);
    check_sni(match.filter_chain->sni);
  }

  void check_cluster(const resource::ClusterMatch& match) {
    if (!match.name->empty()) return check_cluster_name(match.name);
    const std::string& host = *match.service;
    if (host.empty()) return;
    const auto& services = in_.mesh().registry().named(host);
    if (services.empty()) {
      if (should_be_there(in_, host))
        out_.report(kId, match.service.range, "no {} has the host \"{}\", so no cluster is for it",
                    kind_of_host(in_.mesh(), host), host)
            .help("write the host in full, as the Service or ServiceEntry has it");
      return;
    }
    const resource::Number& port = match.port_number;
    if (*port == 0 || may_have_port(services, *port)) return;
    out_.report(kId, port.range, "\"{}\" has no port {}, so no cluster is for it", host, *port)
        .related(services.front()->range, "the host is here")
        .help("clusters go by the port of the Service, not by that of its pods");
  }

 private:
  // Whether there may be a listener on the port; true where another rule tells what is wrong.
  [[nodiscard]] bool listens_on(std::int64_t port) const {
    return listening_.any_port || listening_.ports.contains(port) ||
           listening_.servers.contains(port);
  }

  void report_port(SourceRange place, std::int64_t port) {
    out_.report(kId, place, "no server of the gateway listens on port {}; they listen on {}", port,
                fmt::join(listening_.ports, ", "))
        .help("match the port of the pods, which is the targetPort of the Service in front");
  }

  void check_name(const resource::Text& name) {
    if (!name->starts_with(kByPort)) return;
    const std::string_view digits = std::string_view(*name).substr(kByPort.size());
    const auto port = parse_number<std::int64_t>(digits);
    if (port && !listens_on(*port)) report_port(name.range, *port);
  }

  void check_sni(const resource::Text& sni) {
    if (sni->empty() || listening_.server_names.contains(*sni)) return;
    auto finding =
        out_.report(kId, sni.range,
                    "no filter chain of the gateway is for the server name \"{}\", which "
                    "is compared as it stands",
                    *sni);
    const auto near = nearest(*sni, std::vector<std::string_view>(listening_.server_names.begin(),
                                                                  listening_.server_names.end()));
    if (!near) {
      finding.help("write a host of a server as the Gateway has it");
      return;
    }
    finding.help(fmt::format("did you mean \"{}\"?", *near));
    if (const auto edit = yaml::replace_string(*sni.node, *near))
      finding.fix({.title = fmt::format("match \"{}\"", *near), .edits = {*edit}});
  }

  // "outbound|443|subset|host": the host has to be one of the registry.
  void check_cluster_name(const resource::Text& name) {
    // What EnvoyFilters add at listeners and chains no patch ever sees, but their clusters.
    if (in_.shared<DefinedNames>().clusters().set.contains(*name)) return;
    const auto parts = split(*name, '|');
    if (parts.size() != 4) {
      if (!envoy::is_istio_cluster(*name))
        out_.report(kId, name.range, "neither istiod nor an EnvoyFilter makes a cluster \"{}\"",
                    *name)
            .help("istiod's are called \"outbound|443|subset|host\"");
      return;
    }
    const std::string host(parts[3]);
    if (parts[0] != "outbound" || !in_.mesh().registry().named(host).empty() ||
        !should_be_there(in_, host))
      return;
    out_.report(kId, name.range, "nothing has the host \"{}\", so there is no such cluster", host)
        .help("write the host in full, as the Service or ServiceEntry has it");
  }

  const Context& in_;
  const Listening& listening_;
  Diagnostics& out_;
};

void check_one(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  const auto pods = selected_pods(in, resource);
  const bool gateways = std::all_of(pods.begin(), pods.end(),
                                    [&](const auto* pod) { return runs_gateway(in, *pod); });
  const Listening& listening = listening_of(in, resource);
  // A Gateway of the Gateway API may run in the same pods.
  const auto& others = in.mesh().all(resource::Kind::KubernetesGateway);
  const bool known = gateways && !listening.ports.empty() && others.empty();
  Checker checker(in, listening, out);
  for (const auto& patch : *resource.as<resource::EnvoyFilter>()->config_patches) {
    const ApplyTo apply_to = *patch->apply_to;
    const PatchContext context = *patch->match->context;
    const bool adds = *patch->patch->operation == resource::PatchOperation::Add;
    const bool matches = !adds || (apply_to != ApplyTo::Listener && apply_to != ApplyTo::Cluster);
    if (!matches) continue;
    if (apply_to == ApplyTo::Cluster && context != PatchContext::SidecarInbound)
      checker.check_cluster(*patch->match->cluster);
    const bool for_gateway = context == PatchContext::Gateway || context == PatchContext::Any;
    if (is_for_listeners(apply_to) && known && for_gateway)
      checker.check_listener(*patch->match->listener);
  }
}

}  // namespace

const Rule kUnmatchedPatch{
    .info = {.id = kId,
             .summary = "a patch for a port, a server name or a cluster that the proxy does not "
                        "have",
             .why = "istiod passes over a patch whose match holds for nothing, without a word: "
                    "what it was to change stays as it is.",
             .mend = "Match a listener by the port of the pods, a chain by a host of the Gateway "
                     "as it is written there, a cluster by the full host.",
             .references = kReferences},
    .check_one = check_one,
    .reads = kReads};

}  // namespace egressctl::lint::rules
