#include "lib/resource/peer_authentication.h"

namespace egressctl::resource {
namespace {

constexpr Word<MutualTlsMode> kModes[] = {{"UNSET", MutualTlsMode::Unset},
                                          {"DISABLE", MutualTlsMode::Disable},
                                          {"PERMISSIVE", MutualTlsMode::Permissive},
                                          {"STRICT", MutualTlsMode::Strict}};

MutualTls read_mutual_tls(const Fields& in) {
  return {.mode = in.choice("mode", kModes)};
}

}  // namespace

PeerAuthentication read_peer_authentication(const Fields& in) {
  return {.selector = in.object("selector", read_policy_selector),
          .mtls = in.object("mtls", read_mutual_tls),
          .port_level_mtls = in.object_map("portLevelMtls", read_mutual_tls)};
}

}  // namespace egressctl::resource
