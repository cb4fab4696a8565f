// The kinds of findings that reading an egress spec makes, and the versions they depend on.
//
// docs/spec.md lists them; ids are never reused.
#pragma once

#include <array>

#include "lib/base/diagnostic.h"
#include "lib/base/istio_version.h"
#include "lib/spec/spec.h"

namespace egressctl::spec {

// The first release whose Envoy has all that InnerSni::Strict is made of.
inline constexpr IstioVersion kStrictSince{21};

// The first release with `resolution: DYNAMIC_DNS` in a ServiceEntry.
inline constexpr IstioVersion kDynamicDnsSince{30};

// The shape of the document.
inline constexpr RuleId kNotAnEgressSpec{"EGR1001", "not-an-egress-spec"};
inline constexpr RuleId kUnknownKey{"EGR1002", "unknown-key"};
inline constexpr RuleId kMissingKey{"EGR1003", "missing-key"};
inline constexpr RuleId kWrongType{"EGR1004", "wrong-type"};
inline constexpr RuleId kInvalidHost{"EGR1005", "invalid-host"};
inline constexpr RuleId kUnknownValue{"EGR1006", "unknown-value"};
inline constexpr RuleId kInvalidName{"EGR1007", "invalid-name"};
inline constexpr RuleId kInvalidLabel{"EGR1008", "invalid-label"};
inline constexpr RuleId kInvalidDuration{"EGR1009", "invalid-duration"};
inline constexpr RuleId kInvalidQuantity{"EGR1010", "invalid-quantity"};
inline constexpr RuleId kNumberOutOfRange{"EGR1011", "number-out-of-range"};
inline constexpr RuleId kEmptyCollection{"EGR1012", "empty-collection"};
inline constexpr RuleId kMisplacedKey{"EGR1013", "misplaced-key"};

// Things given twice.
inline constexpr RuleId kDuplicateName{"EGR1020", "duplicate-name"};
inline constexpr RuleId kDuplicateClient{"EGR1021", "duplicate-client"};
inline constexpr RuleId kDuplicateHost{"EGR1022", "duplicate-host"};
inline constexpr RuleId kDuplicatePort{"EGR1023", "duplicate-port"};

// Hosts.
inline constexpr RuleId kClusterHost{"EGR1030", "cluster-host"};
inline constexpr RuleId kReservedHost{"EGR1031", "reserved-host"};
inline constexpr RuleId kWildcardWithoutUpstream{"EGR1032", "wildcard-without-upstream"};
inline constexpr RuleId kCommonHostOutsideWildcards{"EGR1033", "common-host-outside-wildcards"};
inline constexpr RuleId kCommonHostWithoutWildcard{"EGR1034", "common-host-without-wildcard"};
inline constexpr RuleId kApexNotListed{"EGR1035", "apex-not-listed", Severity::Warning};

// Ports.
inline constexpr RuleId kPlainHttpPort{"EGR1040", "plain-http-port"};
inline constexpr RuleId kIstioPort{"EGR1041", "istio-port"};
inline constexpr RuleId kOriginateWithSeveralPorts{"EGR1042", "originate-with-several-ports"};
inline constexpr RuleId kPrivilegedTargetPort{"EGR1043", "privileged-target-port"};

// What does not go together.
inline constexpr RuleId kUnsupportedIstio{"EGR1050", "unsupported-istio"};
inline constexpr RuleId kDynamicDnsTooEarly{"EGR1051", "dynamic-dns-too-early"};
inline constexpr RuleId kResolutionDoesNotFit{"EGR1052", "resolution-does-not-fit-host"};
inline constexpr RuleId kStrictTooEarly{"EGR1053", "strict-too-early"};
inline constexpr RuleId kReplicasReversed{"EGR1054", "replicas-reversed"};
inline constexpr RuleId kRequestAboveLimit{"EGR1055", "request-above-limit"};

// What works, but lets more out than the spec looks like.
inline constexpr RuleId kUnlistedHostsBypass{"EGR1060", "unlisted-hosts-bypass", Severity::Warning};
inline constexpr RuleId kInnerSniUnchecked{"EGR1061", "inner-sni-unchecked", Severity::Warning};
inline constexpr RuleId kClientsWithoutNetworkPolicy{"EGR1062", "clients-without-network-policy",
                                                     Severity::Info};

// All of the above, sorted by id.
inline constexpr std::array kRules = {kNotAnEgressSpec,
                                      kUnknownKey,
                                      kMissingKey,
                                      kWrongType,
                                      kInvalidHost,
                                      kUnknownValue,
                                      kInvalidName,
                                      kInvalidLabel,
                                      kInvalidDuration,
                                      kInvalidQuantity,
                                      kNumberOutOfRange,
                                      kEmptyCollection,
                                      kMisplacedKey,
                                      kDuplicateName,
                                      kDuplicateClient,
                                      kDuplicateHost,
                                      kDuplicatePort,
                                      kClusterHost,
                                      kReservedHost,
                                      kWildcardWithoutUpstream,
                                      kCommonHostOutsideWildcards,
                                      kCommonHostWithoutWildcard,
                                      kApexNotListed,
                                      kPlainHttpPort,
                                      kIstioPort,
                                      kOriginateWithSeveralPorts,
                                      kPrivilegedTargetPort,
                                      kUnsupportedIstio,
                                      kDynamicDnsTooEarly,
                                      kResolutionDoesNotFit,
                                      kStrictTooEarly,
                                      kReplicasReversed,
                                      kRequestAboveLimit,
                                      kUnlistedHostsBypass,
                                      kInnerSniUnchecked,
                                      kClientsWithoutNetworkPolicy};

}  // namespace egressctl::spec
