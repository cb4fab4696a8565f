// EGR0208 short-name
#include <unordered_set>

#include "lib/lint/rules/references/hops.h"
#include "lib/lint/rules/references/references.h"
#include "lib/lint/rules/references/short_names.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0208", "short-name", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination",
    "istio/istio#36864"};

void check_host(const Context& in, const resource::Text& host, std::string_view name_space,
                bool route, Diagnostics& out) {
  const MeantService meant = meant_service(in.mesh(), *host, name_space);
  if (!meant.found()) return;
  const mesh::Service& service = *meant.services.front();
  const bool completed = host->find('.') == std::string::npos;
  auto finding =
      completed
          ? out.report(kId, host.range,
                       "\"{}\" means a Service of namespace \"{}\", which has none of that name; "
                       "namespace \"{}\" has",
                       *host, name_space, service.name_space)
          : out.report(kId, host.range,
                       "\"{}\" is taken as it stands and names nothing; the Service is \"{}\"",
                       *host, service.host);
  finding.related(service.range, "the Service is here")
      .help(fmt::format("write \"{}\"", service.host));
  if (route) finding.alias("IST0101");
  if (meant.services.size() != 1) return;
  const auto edit = yaml::replace_string(*host.node, service.host);
  if (edit.has_value())
    finding.fix({.title = "write the Service's full name", .safe = true, .edits = {*edit}});
}

void check(const Context& in, Diagnostics& out) {
  const Hops& hops = in.shared<Hops>();
  std::unordered_set<const resource::Destination*> told;
  for (const Hop& hop : hops.all())
    if (told.insert(hop.target->destination).second)
      check_host(in, hop.target->destination->host, hop.service->name_space, true, out);
  for (const mesh::Rule& rule : in.mesh().rules().all())
    check_host(in, rule.rule->host, rule.name_space, false, out);
}

}  // namespace

const Rule kShortName{
    .info = {.id = kId,
             .summary = "a short host name that stands for a Service of the wrong namespace",
             .why = "Istio completes a name without dots by the namespace of the resource that has "
                    "it, not by that of the client or the gateway, and completes no other name. "
                    "Requests get 503 with response flag NC; a DestinationRule is without effect.",
             .mend = "Write `name.namespace.svc.cluster.local`.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
