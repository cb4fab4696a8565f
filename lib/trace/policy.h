// Whether AuthorizationPolicies let a connection or a request pass.
//
// Source: istio.io/docs/concepts/security/#implicit-enablement and istio/istio
// pilot/pkg/security/authz/builder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/mesh/mesh.h"
#include "lib/topology/listener.h"

namespace egressctl::trace {

// What a policy can see. Empty texts are what is not there.
struct Facts {
  std::string principal;   // "cluster.local/ns/NAMESPACE/sa/NAME", of mTLS
  std::string name_space;  // of the principal
  std::string sni;
  std::uint32_t port = 0;  // of the proxy
  bool http = false;
  std::string host;  // of HTTP
  std::string path;
  std::string method = "GET";
};

struct Refusal {
  const resource::Resource* policy = nullptr;  // one that denies, or the first that does not allow
  std::optional<std::size_t> rule;             // of one that denies: its number, from 0
  std::string reason;
};

// std::nullopt when all parts let it pass. What is only known while it runs (addresses, tokens) is
// taken not to match. AUDIT and dry runs refuse nothing.
[[nodiscard]] std::optional<Refusal> refuse(const std::vector<topology::Rbac>& parts,
                                            const Facts& facts);

// As Envoy names what decided: "rbac_access_denied_matched_policy[none]" when nothing allowed it.
[[nodiscard]] std::string matched_policy(const Refusal& refusal, const mesh::Mesh& mesh);

}  // namespace egressctl::trace
