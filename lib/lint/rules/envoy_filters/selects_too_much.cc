// EGR0632 patch-selects-too-much
#include "lib/envoy/patches.h"
#include "lib/envoy/rules.h"
#include "lib/lint/context.h"
#include "lib/lint/rules/envoy_filters/envoy_filters.h"

namespace egressctl::lint::rules {
namespace {

constexpr resource::Kind kReads[] = {resource::Kind::EnvoyFilter};

void check_one(const Context&, const resource::Resource& resource, Diagnostics& out) {
  envoy::check_selectivity(resource, out);
}

}  // namespace

const Rule kSelectsTooMuch{
    .info = {.id = envoy::kSelectsTooMuch,
             .posture = true,
             .summary = "a patch of a gateway's filter in the chains of every destination",
             .why =
                 "The patch changes every filter of the name. As soon as the gateway has a second "
                 "destination, connections to that one go where the patch says, too.",
             .mend = "Name the chain with `listener.portNumber` and `listener.filterChain.sni`."},
    .check_one = check_one,
    .reads = kReads};

}  // namespace egressctl::lint::rules
