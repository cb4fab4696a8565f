// The part of a DestinationRule that counts for one cluster.
//
// Source: istio/istio pilot/pkg/networking/util/util.go (GetPortLevelTrafficPolicy,
// MergeSubsetTrafficPolicy) and pilot/pkg/model/destination_rule.go (MergeTrafficPolicy).
#pragma once

#include <cstdint>
#include <optional>

#include "lib/topology/destination_rules.h"

namespace egressctl::topology {

// A field of a policy and the DestinationRule that has it.
template <typename T>
struct PolicyPart {
  const resource::Positioned<T>* value = nullptr;  // nullptr when no policy has it
  const resource::Resource* resource = nullptr;

  explicit operator bool() const { return value != nullptr; }
  const T* operator->() const { return &**value; }
  const T* get() const { return value != nullptr ? &**value : nullptr; }
};

struct EffectivePolicy {
  PolicyPart<resource::LoadBalancer> load_balancer;
  PolicyPart<resource::ConnectionPool> connection_pool;
  PolicyPart<resource::OutlierDetection> outlier_detection;
  PolicyPart<resource::ClientTls> tls;
};

// The policy of a rule at a port: that of the port alone where there is one.
[[nodiscard]] EffectivePolicy policy_of(const MergedRule* rule, std::int64_t port);

// The same for one of its subsets, whose policy overrides the rule's field by field; or, where the
// subset has one for the port, as a whole.
[[nodiscard]] EffectivePolicy policy_of(const MergedRule& rule, const RuleSubset& subset,
                                        std::int64_t port);

// The TLS mode that a rule names for a port by itself, of a subset or (nullptr) of the whole;
// std::nullopt when it names none. Unlike in clusters, a policy for the port leaves what it does
// not name to the policy around it.
//
// Source: istio/istio pilot/pkg/xds/endpoints/mtls_checker.go (tlsModeForDestinationRule).
[[nodiscard]] std::optional<resource::ClientTlsMode> written_tls_mode(const MergedRule* rule,
                                                                      const RuleSubset* subset,
                                                                      std::int64_t port);

}  // namespace egressctl::topology
