// EGR0605 relative-patch-without-priority
#include "lib/envoy/patches.h"
#include "lib/envoy/rules.h"
#include "lib/lint/context.h"
#include "lib/lint/rules/envoy_filters/envoy_filters.h"

namespace egressctl::lint::rules {
namespace {

constexpr std::string_view kReferences[] = {"istio/istio#26912"};

void check(const Context& in, Diagnostics& out) {
  const auto& filters = in.mesh().all(resource::Kind::EnvoyFilter);
  envoy::VersionedFilters versioned;
  for (const resource::Resource* filter : filters) versioned.add(*filter);
  for (const resource::Resource* filter : filters)
    envoy::check_relative_patches(*filter, versioned, out);
}

}  // namespace

const Rule kRelativePatch{
    .info = {.id = envoy::kRelativePatch,
             .summary = "a patch relative to others in an EnvoyFilter without a priority",
             .why = "INSERT_BEFORE, INSERT_AFTER, REPLACE and REMOVE find what other EnvoyFilters "
                    "made before them. Those without a priority are applied in the order of their "
                    "creation, which a new cluster need not repeat; what is not there yet is not "
                    "found, and the patch does nothing.",
             .mend = "Set `priority`, or use INSERT_FIRST or ADD.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
