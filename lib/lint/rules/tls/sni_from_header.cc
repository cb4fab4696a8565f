// EGR0406 sni-from-header
#include <algorithm>
#include <string>
#include <unordered_set>

#include "lib/base/text.h"
#include "lib/lint/rules/references/hops.h"
#include "lib/lint/rules/tls/client_tls.h"
#include "lib/lint/rules/tls/tls.h"
#include "lib/mesh/host.h"
#include "lib/yaml/edit.h"
#include "lib/yaml/emit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0406", "sni-from-header", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/destination-rule/",
    "https://istio.io/latest/news/releases/1.21.x/announcing-1.21/upgrade-notes/",
    "istio/istio#50126", "istio/istio#53186", "istio/istio#39501"};

bool sets_host(const resource::Headers& headers) {
  const auto names_host = [](const resource::TextMap& map) {
    return std::any_of(map->begin(), map->end(), [](const auto& header) {
      const std::string name = to_lower(header.name);
      return name == "host" || name == ":authority";
    });
  };
  return names_host(headers.request->set) || names_host(headers.request->add);
}

// Whether the route writes the name that the destination is to be asked for.
bool writes_host(const resource::HttpRoute& route, const resource::Destination& destination) {
  if (!route.rewrite->authority->empty() || sets_host(*route.headers)) return true;
  return std::any_of(route.route->begin(), route.route->end(), [&](const auto& target) {
    return &*target->destination == &destination && sets_host(*target->headers);
  });
}

// The name that requests of the route carry instead of the destination's, or nullptr.
const std::string* other_name(const Hop& hop) {
  const auto& hosts = hop.service->hosts;
  const bool own = std::any_of(hosts.begin(), hosts.end(), [&](const std::string& host) {
    return mesh::is_subset(hop.target->host, host);
  });
  return own || hosts.empty() ? nullptr : &hosts.front();
}

const ClientTls* tls_of(const Context& in, const Hop& hop) {
  const resource::Destination& destination = *hop.target->destination;
  std::int64_t port = *destination.port->number;
  const auto& services = in.mesh().registry().named(hop.target->host);
  if (!destination.port.present() && !services.empty() && services.front()->ports.size() == 1)
    port = services.front()->ports.front().number;
  return client_tls(in, hop, port);
}

void offer_fix(Diagnostics::Builder finding, const ClientTls& tls, const std::string& host) {
  const auto sni = yaml::insert_entry(*tls.node, "sni", yaml::emit_string(host));
  if (!sni.has_value()) return;
  Fix fix{.title = "ask for the destination's own name", .safe = false, .edits = {*sni}};
  // With an SNI of its own the name is checked only when it is listed, too.
  const std::string names = yaml::emit_flow(yaml::Value::Sequence{host}, 0, 2, 1000);
  if (tls->subject_alt_names->empty())
    if (const auto list = yaml::insert_entry(*tls.node, "subjectAltNames", names))
      fix.edits.front().text += list->text;
  finding.fix(std::move(fix));
}

void check(const Context& in, Diagnostics& out) {
  const Hops& hops = in.shared<Hops>();
  std::unordered_set<const ClientTls*> told;
  for (const Hop& hop : hops.all()) {
    if (hop.mirror || hop.client.empty() || hop.route->http == nullptr ||
        mesh::is_pattern(hop.target->host) || !mesh::is_external_host(in.mesh(), hop.target->host))
      continue;
    const std::string* name = other_name(hop);
    if (name == nullptr || writes_host(*hop.route->http, *hop.target->destination)) continue;
    const ClientTls* tls = tls_of(in, hop);
    if (tls == nullptr || !originates(*tls) || !(*tls)->sni->empty() || tls->node == nullptr ||
        !told.insert(tls).second)
      continue;
    auto finding = out.report(kId, tls->key,
                              "without \"sni\" proxies ask \"{}\" for the name in the request, "
                              "which is \"{}\" by {} \"{}\"",
                              hop.target->host, *name, *hop.service->resource->kind_name,
                              in.mesh().written_name(*hop.service->resource));
    finding.related(hop.target->range, "the route that leads there")
        .help(fmt::format("set \"sni: {}\" with \"subjectAltNames\", or rewrite the authority",
                          hop.target->host));
    for (const mesh::Rule* rule : in.mesh().rules().covering(hop.target->host))
      for_each_client_tls(*rule->rule, [&](const ClientTls& own) {
        if (&own == tls) finding.field(tls_field(*rule->resource, *tls, "sni"));
      });
    offer_fix(finding, *tls, hop.target->host);
  }
}

}  // namespace

const Rule kSniFromHeader{
    .info = {.id = kId,
             .summary = "TLS whose SNI is a name that the destination does not have",
             .why = "Without `sni` the proxy sends the request's Host as SNI, and since Istio 1.21 "
                    "wants that name in the certificate. A name of the cluster means nothing to "
                    "the destination: the handshake fails or shows another site's certificate "
                    "(`503 UF`, `CERTIFICATE_VERIFY_FAILED`).",
             .mend = "Set `sni` and `subjectAltNames`, or `rewrite.authority` in the route.",
             .references = kReferences},
    .check = check,
    .reads_gateway_api = true};

}  // namespace egressctl::lint::rules
