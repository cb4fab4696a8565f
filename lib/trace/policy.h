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

// What a policy can see. Empty texts are what is not there; empty lists what is not known.
struct Facts {
  std::string principal;   // "cluster.local/ns/NAMESPACE/sa/NAME", of mTLS
  std::string name_space;  // of the principal
  std::vector<std::string> client_addresses;
  std::vector<std::string> own_addresses;
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

struct Decision {
  std::optional<Refusal> refusal;  // std::nullopt: it passes
  // A policy that would change that, by what is only known while it runs (addresses, tokens);
  // nullptr: there is none.
  const resource::Resource* unsure = nullptr;
};

// What is not known is taken to be as it must for the connection to pass. AUDIT and dry runs refuse
// nothing.
[[nodiscard]] Decision decide(const mesh::Settings& settings,
                              const std::vector<topology::Rbac>& parts, const Facts& facts);

// As Envoy names what decided: "rbac_access_denied_matched_policy[none]" when nothing allowed it.
[[nodiscard]] std::string matched_policy(const Refusal& refusal, const mesh::Mesh& mesh);

}  // namespace egressctl::trace
