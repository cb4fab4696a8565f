#include "lib/resource/outbound_policy.h"

namespace egressctl::resource {
namespace {

constexpr Word<OutboundMode> kModes[] = {
    {"REGISTRY_ONLY", OutboundMode::RegistryOnly},
    {"ALLOW_ANY", OutboundMode::AllowAny},
    {"ALLOW_ANY_DYNAMIC_DNS", OutboundMode::AllowAnyDynamicDns}};

}  // namespace

OutboundPolicy read_outbound_policy(const Fields& in) {
  return {.mode = in.choice("mode", kModes),
          .egress_proxy = in.object("egressProxy", read_destination)};
}

}  // namespace egressctl::resource
