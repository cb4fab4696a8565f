// EGR0402 plain-to-mtls, EGR0403 mtls-into-passthrough, EGR0404 outer-sni
#include <algorithm>
#include <unordered_set>

#include "lib/lint/rules/routing/bindings.h"
#include "lib/lint/rules/routing/unreached_servers.h"
#include "lib/lint/rules/tls/gateway_legs.h"
#include "lib/lint/rules/tls/tls.h"
#include "lib/mesh/gateway_api.h"
#include "lib/mesh/host.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kPlain{"EGR0402", "plain-to-mtls", Severity::Error};
constexpr RuleId kPassed{"EGR0403", "mtls-into-passthrough", Severity::Error};
constexpr RuleId kSni{"EGR0404", "outer-sni", Severity::Error};
constexpr std::string_view kPlainReferences[] = {
    "https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/",
    "istio/istio#39206", "istio/istio#22609"};
constexpr std::string_view kPassedReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings-TLSmode",
    "istio/istio#48955", "istio/istio#7415"};
constexpr std::string_view kSniReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/destination-rule/"
    "#ClientTLSSettings",
    "istio/istio#37134", "istio/istio#34357"};

using resource::ClientTlsMode;
using resource::ServerTlsMode;
using Place = LegPlace;

bool is_mesh_mtls(const ClientTls* tls) {
  return tls != nullptr && *(*tls)->mode == ClientTlsMode::IstioMutual;
}

bool is_mesh_mtls(const resource::Server& server) {
  return server.tls.present() && *server.tls->mode == ServerTlsMode::IstioMutual;
}

// The rule that a leg's TLS stands in.
const resource::Resource* rule_of(const GatewayLeg& leg) {
  for (const mesh::Rule* rule : leg.rules) {
    bool has = false;
    for_each_client_tls(*rule->rule, [&](const ClientTls& tls) { has = has || &tls == leg.tls; });
    if (has) return rule->resource;
  }
  return nullptr;
}

const Place* find(const GatewayLeg& leg, bool (*wanted)(const resource::Server&)) {
  const auto& all = leg.servers->all();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Place& place) { return wanted(**place.server); });
  return found != all.end() ? &*found : nullptr;
}

std::string hosts_of(const GatewayLeg& leg) {
  std::string out;
  std::size_t count = 0;
  for (const Place& place : leg.servers->all())
    for (const resource::Text& host : *(*place.server)->hosts) {
      if (++count > 3) return out + ", ...";
      out += fmt::format("{}\"{}\"", out.empty() ? "" : ", ", host_part(*host));
    }
  return out;
}

// Where the TLS towards the gateway is, or should be: in the settings, the subset, the
// DestinationRule, or where sidecars are sent to the gateway.
SourceRange place_of(const GatewayLeg& leg) {
  if (leg.tls != nullptr)
    return (*leg.tls)->mode.present() ? (*leg.tls)->mode.range : leg.tls->range;
  const std::string& subset = *leg.target->destination->subset;
  if (const auto* found = mesh::find_subset(leg.rules, subset); found != nullptr && !subset.empty())
    return found->range;
  return leg.rules.empty() ? leg.target->range : leg.rules.front()->resource->spec_range;
}

// A client that makes no mTLS of the mesh; its own TLS has its own SNI.
void check_plain(const GatewayLeg& leg, std::unordered_set<const void*>& told, Diagnostics& out) {
  // A subset that no rule has is another rule's: there is no cluster that could send anything.
  const std::string& subset = *leg.target->destination->subset;
  if (!subset.empty() && mesh::find_subset(leg.rules, subset) == nullptr) return;
  // A set without the gateway's Service may lack what goes with it, too.
  if (leg.rules.empty() && leg.servers->all().front().gateway->services.empty()) return;
  const Place* place = nullptr;
  for (const std::string_view name : client_names(leg))
    if (place == nullptr) place = leg.servers->taking(name);
  if (place == nullptr) place = &leg.servers->all().front();
  if (!is_mesh_mtls(**place->server)) return;
  const void* where = leg.tls != nullptr ? static_cast<const void*>(leg.tls) : leg.target;
  if (!told.insert(where).second) return;
  auto finding = out.report(
      kPlain, place_of(leg), "gateway \"{}\" asks for the mesh's mTLS on port {}, {}",
      place->gateway->written_name, leg.port,
      leg.tls == nullptr ? "but no DestinationRule makes sidecars use it"
                         : fmt::format("but sidecars use \"{}\" here", (*leg.tls)->mode.text()));
  finding.related((*place->server)->tls.range, "what the gateway asks for")
      .help(fmt::format("set \"mode: ISTIO_MUTUAL\" and an \"sni\" that the server has, one of {}",
                        hosts_of(leg)));
  if (leg.tls == nullptr || (*leg.tls)->mode.node == nullptr) return;
  if (const auto edit = yaml::replace_string(*(*leg.tls)->mode.node, "ISTIO_MUTUAL"))
    finding.fix({.title = "use the mesh's mTLS", .safe = false, .edits = {*edit}});
}

void report_passed(const GatewayLeg& leg, const Place& place, Diagnostics& out) {
  const auto& tls = (*place.server)->tls;
  out.report(kPassed, tls->mode.present() ? tls->mode.range : tls.range,
             "sidecars wrap what they send to gateway \"{}\" into the mesh's mTLS, which this "
             "server passes on to the host",
             place.gateway->written_name)
      .related((*leg.tls)->mode.range, "where sidecars are told to")
      .help(mesh::is_converted(*place.gateway->resource)
                ? "set \"mode: Terminate\" with the option \"gateway.istio.io/tls-terminate-mode: "
                  "ISTIO_MUTUAL\", or \"DISABLE\" in the DestinationRule"
                : "set \"mode: ISTIO_MUTUAL\" and write \"tcp\" routes, or \"DISABLE\" in the "
                  "DestinationRule");
}

void report_sni(const GatewayLeg& leg, const std::string& name, Diagnostics& out) {
  const resource::Resource* rule = rule_of(leg);
  const resource::Text& sni = (*leg.tls)->sni;
  auto finding =
      sni.present()
          ? out.report(kSni, sni.range,
                       "no server of gateway \"{}\" takes SNI \"{}\"; they are for {}",
                       leg.servers->all().front().gateway->written_name, name, hosts_of(leg))
          : out.report(kSni, leg.tls->key.known() ? leg.tls->key : leg.tls->range,
                       "without \"sni\" sidecars send \"{}\", which no server of gateway \"{}\" "
                       "takes; they are for {}",
                       name, leg.servers->all().front().gateway->written_name, hosts_of(leg));
  if (rule != nullptr) finding.field(tls_field(*rule, *leg.tls, "sni"));
  finding.related((*leg.servers->all().front().server)->hosts.range,
                  "the names that the server takes");
  const auto& hosts = (*leg.servers->all().front().server)->hosts;
  const bool one = leg.servers->all().size() == 1 && hosts->size() == 1 &&
                   !mesh::is_pattern(host_part(*hosts->front()));
  if (!one) {
    finding.help("set \"sni\" to a name that one server has and no other");
    return;
  }
  const std::string_view host = host_part(*hosts->front());
  finding.help(fmt::format("set \"sni: {}\"", host));
  if (leg.tls->node == nullptr) return;
  const auto edit = sni.node != nullptr
                        ? yaml::replace_string(*sni.node, host)
                        : yaml::insert_entry(*leg.tls->node, "sni", std::string(host));
  if (edit) finding.fix({.title = "send the name that the server has", .edits = {*edit}});
}

// Whether a VirtualService at the server's Gateway has routes for the name.
bool carries(const Context& in, const Place& place, std::string_view name) {
  for (const std::string& pattern : mesh::covering_patterns(name))
    for (const mesh::VirtualService* service : in.mesh().routes_of(pattern))
      if (service->binds(place.gateway->name) && takes(*place.gateway, **place.server, *service))
        return true;
  return false;
}

// The server for what the client asks for, when the outer SNI is the name of another destination
// and leads to that one's server; else nullptr. An SNI that is nobody's host is only a label,
// behind which the same destination may stand on another port.
const Place* missed_server(const Context& in, const GatewayLeg& leg, const Place& taken,
                           std::string_view& asked) {
  if (in.mesh().registry().named(*(*leg.tls)->sni).empty()) return nullptr;
  for (const std::string_view name : client_names(leg)) {
    if (mesh::is_pattern(name)) continue;
    const Place* own = leg.servers->taking(name);
    if (own == nullptr || own->server == taken.server || !is_mesh_mtls(**own->server) ||
        !carries(in, *own, name) || carries(in, taken, name))
      continue;
    asked = name;
    return own;
  }
  return nullptr;
}

void report_misled(const GatewayLeg& leg, const Place& taken, const Place& own,
                   std::string_view asked, Diagnostics& out) {
  const resource::Text& sni = (*leg.tls)->sni;
  auto finding = out.report(
      kSni, sni.present() ? sni.range : (leg.tls->key.known() ? leg.tls->key : leg.tls->range),
      "SNI \"{}\" takes connections for \"{}\" to a server of gateway \"{}\" that leads "
      "elsewhere",
      outer_name(leg), asked, taken.gateway->written_name);
  if (const resource::Resource* rule = rule_of(leg))
    finding.field(tls_field(*rule, *leg.tls, "sni"));
  finding.related((*taken.server)->hosts.range, "the server that takes this SNI")
      .related((*own.server)->hosts.range, fmt::format("the server for \"{}\"", asked))
      .help(fmt::format("set \"sni: {}\"", asked));
  if (sni.node == nullptr) return;
  if (const auto edit = yaml::replace_string(*sni.node, asked))
    finding.fix({.title = "send the name that the server has", .edits = {*edit}});
}

// A client that wraps into the mesh's mTLS.
void check_mutual(const Context& in, const GatewayLeg& leg, const UnreachedServers& unreached,
                  std::unordered_set<const void*>& told, Diagnostics& out) {
  const std::string name = outer_name(leg);
  if (const Place* taken = leg.servers->taking(name)) {
    std::string_view asked;
    if (passes_through(**taken->server)) {
      if (told.insert(taken->server).second) report_passed(leg, *taken, out);
    } else if (const Place* own = missed_server(in, leg, *taken, asked);
               own != nullptr && told.insert(leg.tls).second) {
      report_misled(leg, *taken, *own, asked, out);
    }
    return;
  }
  if (unreached.take(name)) return;
  if (find(leg, is_mesh_mtls) == nullptr) {
    const Place* passing = find(leg, passes_through);
    if (passing != nullptr && told.insert(passing->server).second)
      report_passed(leg, *passing, out);
    return;
  }
  // A patch may make the sidecar send the client's own name.
  if (!in.mesh().all(resource::Kind::EnvoyFilter).empty() && (*leg.tls)->sni->empty()) {
    const auto names = client_names(leg);
    const bool forwarded = std::any_of(
        in.mesh().all(resource::Kind::EnvoyFilter).begin(),
        in.mesh().all(resource::Kind::EnvoyFilter).end(), [](const resource::Resource* filter) {
          for (const auto& patch : *filter->as<resource::EnvoyFilter>()->config_patches)
            if (*patch->apply_to == resource::ApplyTo::NetworkFilter &&
                *patch->match->context != resource::PatchContext::Gateway)
              return true;
          return false;
        });
    if (forwarded && !names.empty()) return;
  }
  if (told.insert(leg.tls).second) report_sni(leg, name, out);
}

// One walk for all three; each rule keeps what is its own.
template <const RuleId& kWanted>
void check(const Context& in, Diagnostics& out) {
  std::unordered_set<const void*> told;
  Diagnostics all;
  const UnreachedServers unreached(in);
  for (const GatewayLeg& leg : gateway_legs(in)) {
    if (is_mesh_mtls(leg.tls)) {
      check_mutual(in, leg, unreached, told, all);
    } else {
      check_plain(leg, told, all);
    }
  }
  for (const Diagnostic& finding : all)
    if (finding.rule.id == kWanted.id) out.add(finding);
}

}  // namespace

const Rule kPlainToMtls{
    .info = {.id = kPlain,
             .summary = "a gateway that asks for mTLS, and sidecars that make none",
             .why = "The gateway ends the connection (`503 UF,URX`, `certificate required`). Auto "
                    "mTLS does not help: gateway pods lack the label "
                    "`security.istio.io/tlsMode`.",
             .mend = "Set `ISTIO_MUTUAL` with an `sni` in the subset's settings for the port.",
             .references = kPlainReferences},
    .check = check<kPlain>,
    .reads_gateway_api = true};

const Rule kMtlsIntoPassthrough{
    .info = {.id = kPassed,
             .summary = "the mesh's mTLS sent to a server that passes TLS through",
             .why = "The gateway sends the mesh's own TLS session on to the internet: the "
                    "handshake fails, and the workload's certificate is shown to a stranger.",
             .mend = "Let the server end it (`ISTIO_MUTUAL`, with `tcp` routes), or switch it off "
                     "in the DestinationRule.",
             .references = kPassedReferences},
    .check = check<kPassed>,
    .reads_gateway_api = true};

const Rule kOuterSni{
    .info = {.id = kSni,
             .summary = "an outer SNI that no server of the gateway takes",
             .why = "Without `sni` sidecars send `outbound_.443_.subset_.service`. No filter chain "
                    "of the gateway is for that name: the connection is reset "
                    "(`filter_chain_not_found`).",
             .mend = "Give each destination a subset whose `sni` is a host of its server.",
             .references = kSniReferences},
    .check = check<kSni>,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
