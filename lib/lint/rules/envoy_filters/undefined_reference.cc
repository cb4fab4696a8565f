// EGR0610 undefined-envoy-reference
#include <string_view>
#include <unordered_set>
#include <vector>

#include "lib/base/text.h"
#include "lib/envoy/names.h"
#include "lib/envoy/rules.h"
#include "lib/lint/context.h"
#include "lib/lint/rules/envoy_filters/defined_names.h"
#include "lib/lint/rules/envoy_filters/envoy_filters.h"

namespace egressctl::lint::rules {
namespace {

constexpr std::string_view kReferences[] = {"istio/istio#49930"};

void check_references(const std::vector<envoy::PatchName>& references,
                      const DefinedNames::Names& defined, std::string_view what, Diagnostics& out) {
  for (const envoy::PatchName& name : references) {
    if (defined.set.contains(name.text) || envoy::is_istio_cluster(name.text)) continue;
    auto builder = out.report(envoy::kUndefinedReference, name.range,
                              "no EnvoyFilter adds {} \"{}\", and istiod makes none of that name",
                              what, name.text);
    const std::string near = did_you_mean(name.text, defined.list);
    builder.help(near.empty() ? fmt::format("add {}", what) : near);
  }
}

void check(const Context& in, Diagnostics& out) {
  const DefinedNames& defined = in.shared<DefinedNames>();
  for (const envoy::PatchNames& names : defined.of_filters()) {
    check_references(names.cluster_references, defined.clusters(), "a cluster", out);
    check_references(names.listener_references, defined.internal_listeners(),
                     "an internal listener", out);
  }
}

}  // namespace

const Rule kUndefinedReference{
    .info = {.id = envoy::kUndefinedReference,
             .summary = "a cluster or internal listener that an EnvoyFilter sends to and nothing "
                        "defines",
             .why = "Connections to a cluster that is not there end with response flag NC. For an "
                    "internal listener that is not there the proxy logs that it can't connect, and "
                    "connections end with UF.",
             .mend = "Add the cluster or listener, or write the name of the one that is meant.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
