// EGR0205 unknown-destination
#include <string>
#include <unordered_set>
#include <vector>

#include "lib/base/text.h"
#include "lib/lint/rules/gateway_api/attachments.h"
#include "lib/lint/rules/references/hops.h"
#include "lib/lint/rules/references/references.h"
#include "lib/lint/rules/references/short_names.h"
#include "lib/lint/rules/routing/bindings.h"
#include "lib/mesh/host.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0205", "unknown-destination", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination",
    "istio/istio#45854", "istio/istio#47080", "istio/istio#30808"};

// Hosts as they were meant: another rule tells of capitals and of a dot at the end.
using Hosts = std::unordered_set<std::string>;

Hosts meant_hosts(const mesh::Mesh& mesh) {
  Hosts out;
  for (const mesh::Service& service : mesh.registry().all()) {
    std::string host = to_lower(service.host);
    if (host.ends_with('.')) host.pop_back();
    out.insert(std::move(host));
  }
  return out;
}

// Offers the host that was most likely meant, of those that are outside of the cluster.
void correct(const mesh::Mesh& mesh, const resource::Text& host, Diagnostics::Builder finding) {
  std::vector<std::string_view> hosts;
  for (const mesh::Service& service : mesh.registry().all())
    if (service.entry != nullptr && !service.host.starts_with('*')) hosts.push_back(service.host);
  const auto near = nearest(*host, hosts);
  if (!near) return;
  finding.help(fmt::format("did you mean \"{}\"?", *near));
  if (const auto edit = yaml::replace_string(*host.node, *near))
    finding.fix({.title = fmt::format("send to \"{}\"", *near), .safe = false, .edits = {*edit}});
}

void report(const Context& in, const Hop& hop, Diagnostics& out) {
  const mesh::Mesh& mesh = in.mesh();
  const resource::Text& host = hop.target->destination->host;
  const auto covering = mesh.registry().covering(hop.target->host);
  const bool external = cluster_name(mesh, hop.target->host).name_space.empty();
  auto finding = out.report(kId, host.range, "no {} has the host \"{}\"{}",
                            kind_of_host(mesh, hop.target->host), hop.target->host,
                            hop.gateway != nullptr
                                ? fmt::format(", to which gateway \"{}\" sends", hop.gateway->name)
                                : std::string());
  if (!covering.empty())
    finding
        .related(covering.front()->range, fmt::format("\"{}\" covers it, but is a destination only "
                                                      "under that very name",
                                                      covering.front()->host))
        .help(fmt::format("add a ServiceEntry for \"{}\"", hop.target->host));
  else if (external)
    finding.help(
        fmt::format("add a ServiceEntry for \"{}\", or correct the name", hop.target->host));
  else
    finding.help("correct the name, or add the Service");
  if (covering.empty()) finding.alias("IST0101");
  if (covering.empty() && external) correct(mesh, host, finding);
}

void check(const Context& in, Diagnostics& out) {
  const Hops& hops = in.shared<Hops>();
  Hosts meant;
  std::unordered_set<const resource::Destination*> told;
  for (const Hop& hop : hops.all()) {
    const std::string& host = hop.target->host;
    if (host.empty() || !in.mesh().registry().named(host).empty() || !should_be_there(in, host) ||
        meant_service(in.mesh(), *hop.target->destination->host, hop.service->name_space).found())
      continue;
    // That a Gateway was named in place of its Service is another rule's.
    const mesh::ServiceName name = cluster_name(in.mesh(), host);
    if (!name.name_space.empty() && gateway_meant(in.mesh(), name.name_space, name.name) != nullptr)
      continue;
    if (hop.gateway != nullptr && hop.route->kind != mesh::RouteKind::Http &&
        sends_elsewhere(in, *hop.gateway))
      continue;
    if (!told.insert(hop.target->destination).second) continue;
    if (meant.empty()) meant = meant_hosts(in.mesh());
    std::string folded = to_lower(host);
    if (folded.ends_with('.')) folded.pop_back();
    if (!meant.contains(folded)) report(in, hop, out);
  }
}

}  // namespace

const Rule kUnknownDestination{
    .info = {.id = kId,
             .summary = "a route to a host that neither a Service nor a ServiceEntry has",
             .why = "The proxy has no cluster for it: requests get 503 with response flag NC, "
                    "connections are closed. A ServiceEntry for a wildcard makes no cluster for "
                    "the names that it covers.",
             .mend = "Write a ServiceEntry for the host, or correct the name.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
