// The findings of this folder, with what happens at run time.
#pragma once

#include "lib/base/diagnostic.h"

namespace egressctl::envoy {

// The webhook refuses it, or the proxy rejects the whole listener or cluster: nothing has the type.
inline constexpr RuleId kRemovedName{"EGR0603", "removed-envoy-name", Severity::Error};
// The proxy rejects the listener or cluster: filters are found by the type of their configuration.
inline constexpr RuleId kMissingTypedConfig{"EGR0604", "filter-without-typed-config",
                                            Severity::Error};
// Without a priority the creation time decides whether what the patch refers to is there yet.
inline constexpr RuleId kRelativePatch{"EGR0605", "relative-patch-without-priority",
                                       Severity::Warning};
// Ignored unless the agent serves the bootstrap, and then only when the pod starts.
inline constexpr RuleId kBootstrapPatch{"EGR0607", "bootstrap-patch", Severity::Warning};
// The forwarder finds no server name: every connection is closed.
inline constexpr RuleId kNoTlsInspector{"EGR0608", "sni-proxy-without-tls-inspector",
                                        Severity::Error};
// The proxy rejects whichever of the two it gets last.
inline constexpr RuleId kDnsCacheDiffers{"EGR0609", "dns-cache-differs", Severity::Error};
// Connections end with "NC", or the proxy rejects the cluster.
inline constexpr RuleId kUndefinedReference{"EGR0610", "undefined-envoy-reference",
                                            Severity::Error};
// Every proxy of the namespace gets what was meant for one gateway.
inline constexpr RuleId kNoWorkloadSelector{"EGR0612", "patch-for-every-proxy", Severity::Warning};
// istiod drops the field: the setting is not there.
inline constexpr RuleId kUnknownField{"EGR0620", "envoy-unknown-field", Severity::Error};
// The webhook refuses it; without the webhook istiod leaves the patch out.
inline constexpr RuleId kWrongType{"EGR0621", "envoy-wrong-type", Severity::Error};
// The webhook refuses it; without the webhook istiod leaves the patch out.
inline constexpr RuleId kUnknownEnumValue{"EGR0622", "envoy-unknown-enum-value", Severity::Error};
// The proxy rejects the listener or cluster, and keeps what it had.
inline constexpr RuleId kMissingField{"EGR0623", "envoy-missing-field", Severity::Error};
// istiod takes one of them and drops the other: a setting is not there.
inline constexpr RuleId kOneofConflict{"EGR0624", "envoy-oneof-conflict", Severity::Warning};
// The webhook refuses it; without the webhook istiod leaves the patch out.
inline constexpr RuleId kUnknownTypeUrl{"EGR0625", "envoy-unknown-type-url", Severity::Error};
// The proxy rejects the listener or cluster, and keeps what it had.
inline constexpr RuleId kOutOfBounds{"EGR0626", "envoy-value-out-of-bounds", Severity::Error};
// It works, but patches that look for the filter by its name do not find it, or find another one.
inline constexpr RuleId kNameContradictsType{"EGR0627", "envoy-name-contradicts-type",
                                             Severity::Warning};
// The proxy rejects the listener or cluster: what has the type is no filter of this kind.
inline constexpr RuleId kMisplacedExtension{"EGR0628", "envoy-misplaced-extension",
                                            Severity::Error};
// The proxy rejects it, unless its runtime allows deprecated fields.
inline constexpr RuleId kDisallowedField{"EGR0629", "envoy-disallowed-field", Severity::Warning};
// The proxy gets both; it rejects the second, or the later one takes the earlier one's place.
inline constexpr RuleId kDuplicateName{"EGR0630", "duplicate-envoy-name", Severity::Error};
// No object of the proxy is ever matched: the patch does nothing.
inline constexpr RuleId kSelectsNothing{"EGR0631", "patch-selects-nothing", Severity::Warning};
// Filter chains of other destinations are changed, too.
inline constexpr RuleId kSelectsTooMuch{"EGR0632", "patch-selects-too-much", Severity::Warning};

}  // namespace egressctl::envoy
