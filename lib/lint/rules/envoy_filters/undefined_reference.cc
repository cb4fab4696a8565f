// EGR0610 undefined-envoy-reference
#include <algorithm>
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

// What filters of the set may refer to.
struct Target {
  std::string_view what;
  const DefinedNames::Names& defined;
  bool may_be_elsewhere;  // in a file that is not read
};

// A set of EnvoyFilters alone is a part of another, in which what none of its kind is here may be.
bool is_part(const mesh::Mesh& mesh) {
  const auto all = mesh.resources();
  return std::all_of(all.begin(), all.end(), [](const resource::Resource& resource) {
    return resource.kind == resource::Kind::EnvoyFilter;
  });
}

void check_references(const std::vector<envoy::PatchName>& references, const Target& target,
                      Diagnostics& out) {
  const auto& [what, defined, may_be_elsewhere] = target;
  for (const envoy::PatchName& name : references) {
    if (defined.set.contains(name.text) || envoy::is_istio_cluster(name.text)) continue;
    auto builder = out.report(envoy::kUndefinedReference, name.range,
                              "no EnvoyFilter adds {} \"{}\", and istiod makes none of that name",
                              what, name.text);
    if (may_be_elsewhere) {
      builder.severity(Severity::Warning)
          .help("lint it together with the EnvoyFilter that adds it");
      continue;
    }
    const std::string near = did_you_mean(name.text, defined.list);
    builder.help(near.empty() ? fmt::format("add {}", what) : near);
  }
}

void check(const Context& in, Diagnostics& out) {
  const DefinedNames& defined = in.shared<DefinedNames>();
  const bool part = is_part(in.mesh());
  const Target clusters{"a cluster", defined.clusters(), part && defined.clusters().list.empty()};
  const Target listeners{"an internal listener", defined.internal_listeners(),
                         part && defined.internal_listeners().list.empty()};
  for (const envoy::PatchNames& names : defined.of_filters()) {
    check_references(names.cluster_references, clusters, out);
    check_references(names.listener_references, listeners, out);
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
