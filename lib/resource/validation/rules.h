// The kinds of mistakes that Istio's own validation knows, and where it is silent, of one resource.
//
// Ids below EGR0130 and those outside EGR01xx have their full text in the rule catalogue.
#pragma once

#include <array>

#include "lib/base/diagnostic.h"

namespace egressctl::resource::validation {

// The admission webhook refuses it; without the webhook the host has no usable cluster.
inline constexpr RuleId kWildcardWithDns{"EGR0101", "wildcard-with-dns", Severity::Error};
// The webhook refuses it; NONE sends traffic where the client dialled, so nothing uses endpoints.
inline constexpr RuleId kEndpointsWithNone{"EGR0102", "endpoints-with-none", Severity::Error};
// The webhook refuses it or, for "*x.com", Envoy never matches: it compares whole labels.
inline constexpr RuleId kInnerWildcard{"EGR0103", "inner-wildcard", Severity::Error};
// The webhook refuses it; else the filter chain of that name never matches.
inline constexpr RuleId kSniNotInHosts{"EGR0104", "sni-not-in-hosts", Severity::Error};
// The webhook refuses it; else the listener lacks the TLS that its protocol promises.
inline constexpr RuleId kTlsProtocolMismatch{"EGR0105", "tls-protocol-mismatch", Severity::Error};
// A server: the webhook refuses it. A client: Istio overwrites the certificates with its own.
inline constexpr RuleId kIstioMutualWithCertificates{"EGR0106", "istio-mutual-with-certificates",
                                                     Severity::Error};
// The webhook refuses it; a TLS route can be told from others by nothing but its SNI.
inline constexpr RuleId kTlsRouteWithoutSni{"EGR0107", "tls-route-without-sni", Severity::Error};
// The webhook refuses it; proxies could not tell the two apart.
inline constexpr RuleId kDuplicatePort{"EGR0108", "duplicate-port", Severity::Error};
// The webhook refuses it: TCP carries no host name, so all hosts would end at one of them.
inline constexpr RuleId kSeveralHostsOverTcp{"EGR0109", "several-hosts-over-tcp", Severity::Error};
// The webhook refuses it: DYNAMIC_DNS resolves the wildcard's name that a connection carries.
inline constexpr RuleId kDynamicDnsLimits{"EGR0110", "dynamic-dns-limits", Severity::Error};
// The webhook refuses it.
inline constexpr RuleId kContradictoryExportTo{"EGR0111", "contradictory-export-to",
                                               Severity::Error};
// The webhook refuses it: a name resolves to addresses, not to networks.
inline constexpr RuleId kCidrWithDns{"EGR0112", "cidr-with-dns", Severity::Error};
// The webhook refuses it, or it imports nothing.
inline constexpr RuleId kBadEgressHost{"EGR0113", "bad-egress-host", Severity::Error};
// With a Sidecar the webhook refuses it; in a MeshConfig istiod keeps the mode it had, often open.
inline constexpr RuleId kBadOutboundMode{"EGR0115", "bad-outbound-mode", Severity::Error};
// SNI has no upper case, no final dot and no bytes above ASCII: the host never matches.
inline constexpr RuleId kUnmatchableHost{"EGR0116", "unmatchable-host", Severity::Error};
// Clients send no SNI for an IP address, so nothing matches.
inline constexpr RuleId kIpAddressAsHost{"EGR0117", "ip-address-as-host", Severity::Warning};
// The webhook refuses it.
inline constexpr RuleId kOverlappingHosts{"EGR0118", "overlapping-hosts", Severity::Error};

// The webhook refuses a name that no DNS server could hold.
inline constexpr RuleId kInvalidHost{"EGR0130", "invalid-host", Severity::Error};
// The webhook refuses a port outside 1 to 65535.
inline constexpr RuleId kInvalidPort{"EGR0131", "invalid-port", Severity::Error};
// The webhook refuses an entry that is neither ".", "*" nor a namespace.
inline constexpr RuleId kInvalidExportTo{"EGR0132", "invalid-export-to", Severity::Error};
// The webhook refuses what is neither an address nor, where allowed, a network.
inline constexpr RuleId kInvalidAddress{"EGR0133", "invalid-address", Severity::Error};
// The webhook refuses labels that no pod can have.
inline constexpr RuleId kInvalidLabel{"EGR0134", "invalid-label", Severity::Error};
// The resource applies to every workload of the namespace, which is rarely meant.
inline constexpr RuleId kEmptySelector{"EGR0135", "empty-selector", Severity::Warning};
// The webhook refuses a port name that is no DNS label.
inline constexpr RuleId kInvalidPortName{"EGR0136", "invalid-port-name", Severity::Error};
// The webhook refuses a protocol that Istio does not know.
inline constexpr RuleId kUnknownProtocol{"EGR0137", "unknown-protocol", Severity::Error};
// The webhook refuses durations that Envoy could not keep: under, or finer than, a millisecond.
inline constexpr RuleId kInvalidDuration{"EGR0138", "invalid-duration", Severity::Error};
// The webhook refuses a gateway that is not "name" or "namespace/name".
inline constexpr RuleId kInvalidGatewayName{"EGR0139", "invalid-gateway-name", Severity::Error};
// The webhook refuses a match that Envoy could not compile or that can hold for nothing.
inline constexpr RuleId kInvalidRouteMatch{"EGR0140", "invalid-route-match", Severity::Error};
// The webhook refuses it; Envoy would reject the whole listener or route configuration.
inline constexpr RuleId kInvalidRegex{"EGR0141", "invalid-regex", Severity::Error};
// The webhook refuses a route that does two things at once, or nothing.
inline constexpr RuleId kConflictingRoute{"EGR0142", "conflicting-route", Severity::Error};
// The webhook refuses a destination or a share of traffic that can't be.
inline constexpr RuleId kInvalidDestination{"EGR0143", "invalid-destination", Severity::Error};
// The webhook refuses header changes that Envoy does not take.
inline constexpr RuleId kInvalidHeader{"EGR0144", "invalid-header", Severity::Error};
// No request reaches the route: an earlier one takes them all.
inline constexpr RuleId kUnreachableRoute{"EGR0145", "unreachable-route", Severity::Warning};
// The webhook refuses a CORS policy that browsers could not follow.
inline constexpr RuleId kInvalidCors{"EGR0146", "invalid-cors-policy", Severity::Error};
// The webhook refuses a fault that Envoy can't inject.
inline constexpr RuleId kInvalidFault{"EGR0147", "invalid-fault", Severity::Error};
// The webhook refuses a retry policy that never retries or names an unknown condition.
inline constexpr RuleId kInvalidRetry{"EGR0148", "invalid-retry-policy", Severity::Error};
// The webhook refuses a redirect that leads nowhere or two ways at once.
inline constexpr RuleId kInvalidRedirect{"EGR0149", "invalid-redirect", Severity::Error};
// The webhook refuses a rewrite that changes nothing or one part twice.
inline constexpr RuleId kInvalidRewrite{"EGR0150", "invalid-rewrite", Severity::Error};
// The webhook refuses a status that HTTP does not have or a body that istiod could not carry.
inline constexpr RuleId kInvalidDirectResponse{"EGR0151", "invalid-direct-response",
                                               Severity::Error};
// The webhook refuses a mirror without destination or with a share that is no percentage.
inline constexpr RuleId kInvalidMirror{"EGR0152", "invalid-mirror", Severity::Error};
// The webhook refuses a VirtualService or route that leads nowhere.
inline constexpr RuleId kMissingRoute{"EGR0153", "missing-route", Severity::Error};
// The webhook refuses it: a VirtualService without hosts is a delegate, which has HTTP routes only.
inline constexpr RuleId kInvalidDelegate{"EGR0154", "invalid-delegate", Severity::Error};
// The webhook refuses subsets that are not told apart by a DNS label.
inline constexpr RuleId kInvalidSubset{"EGR0155", "invalid-subset", Severity::Error};
// The webhook refuses a policy that says nothing or contradicts itself.
inline constexpr RuleId kInvalidTrafficPolicy{"EGR0156", "invalid-traffic-policy", Severity::Error};
// The webhook refuses limits that are negative or contradict each other.
inline constexpr RuleId kInvalidConnectionPool{"EGR0157", "invalid-connection-pool",
                                               Severity::Error};
// The webhook refuses settings that have no effect or are no percentage.
inline constexpr RuleId kInvalidOutlierDetection{"EGR0158", "invalid-outlier-detection",
                                                 Severity::Error};
// The webhook refuses hashing or warm-up that Envoy does not take.
inline constexpr RuleId kInvalidLoadBalancer{"EGR0159", "invalid-load-balancer", Severity::Error};
// The webhook refuses localities that overlap or shares that are not all of the traffic.
inline constexpr RuleId kInvalidLocality{"EGR0160", "invalid-locality", Severity::Error};
// The webhook refuses client TLS settings of which one makes another void.
inline constexpr RuleId kInvalidClientTls{"EGR0161", "invalid-client-tls", Severity::Error};
// The webhook refuses it; else the listener has no certificate to show, or two sources of one.
inline constexpr RuleId kInvalidServerTls{"EGR0162", "invalid-server-tls", Severity::Error};
// The webhook refuses a Gateway whose servers lack what a listener needs.
inline constexpr RuleId kInvalidGateway{"EGR0163", "invalid-gateway", Severity::Error};
// The webhook refuses what is no address to listen at.
inline constexpr RuleId kInvalidBind{"EGR0164", "invalid-bind", Severity::Error};
// The webhook refuses listeners that a sidecar can't open, and a Sidecar that says nothing.
inline constexpr RuleId kInvalidSidecar{"EGR0165", "invalid-sidecar", Severity::Error};
// istiod refuses the mesh configuration and keeps the one it had, or does not start.
inline constexpr RuleId kInvalidMeshConfig{"EGR0166", "invalid-mesh-config", Severity::Error};
// The webhook refuses endpoints that could not be dialled.
inline constexpr RuleId kInvalidEndpoint{"EGR0167", "invalid-endpoint", Severity::Error};
// The webhook refuses a ServiceEntry that names no host or its endpoints in two ways.
inline constexpr RuleId kInvalidServiceEntry{"EGR0168", "invalid-service-entry", Severity::Error};
// The entry takes its port on every address that nothing else claims.
inline constexpr RuleId kTcpWithoutAddress{"EGR0169", "tcp-without-address", Severity::Warning};
// The webhook refuses it: a policy applies to one kind of target, in its own namespace.
inline constexpr RuleId kInvalidPolicyTarget{"EGR0170", "invalid-policy-target", Severity::Error};
// The webhook refuses a rule that says nothing or what its action can't do.
inline constexpr RuleId kInvalidAuthorization{"EGR0171", "invalid-authorization-rule",
                                              Severity::Error};
// The webhook refuses attributes that proxies do not have and values that fit none.
inline constexpr RuleId kInvalidCondition{"EGR0172", "invalid-condition", Severity::Error};
// Everything that is no HTTP is denied, too: the rule has nothing that it could look at.
inline constexpr RuleId kDenyByHttpAttributes{"EGR0173", "deny-by-http-attributes",
                                              Severity::Warning};
// The webhook refuses ports of a policy that is not for one workload.
inline constexpr RuleId kInvalidPeerAuthentication{"EGR0174", "invalid-peer-authentication",
                                                   Severity::Error};
// The webhook refuses it, or istiod takes the first of several settings alone.
inline constexpr RuleId kInvalidTelemetry{"EGR0175", "invalid-telemetry", Severity::Error};
// The webhook refuses a patch that can apply to nothing.
inline constexpr RuleId kInvalidPatch{"EGR0176", "invalid-patch", Severity::Error};
// What a patch relies on may change with every release of Istio; told for every EnvoyFilter.
inline constexpr RuleId kEnvoyInternals{"EGR0177", "envoy-internals", Severity::Warning};
// The webhook refuses annotations that only Istio itself may set, or that the kind does not know.
inline constexpr RuleId kUnsupportedAnnotation{"EGR0178", "unsupported-annotation",
                                               Severity::Error};
// It still works, and a later release of Istio will drop it.
inline constexpr RuleId kDeprecatedField{"EGR0179", "deprecated-field", Severity::Warning};
// The webhook refuses it; no token could ever be verified with it.
inline constexpr RuleId kInvalidJwtRule{"EGR0183", "invalid-jwt-rule", Severity::Error};
// The webhook refuses a probe that asks nothing, or what nobody can ask.
inline constexpr RuleId kInvalidProbe{"EGR0184", "invalid-probe", Severity::Error};

// The webhook refuses it; without certificate and key Envoy can't prove who the client is.
inline constexpr RuleId kIncompleteClientCredentials{"EGR0409", "incomplete-client-credentials",
                                                     Severity::Error};
// Envoy drops unknown ciphers; the handshake with peers that need them fails.
inline constexpr RuleId kWeakServerTls{"EGR0413", "weak-server-tls", Severity::Warning};
// The webhook refuses it, or the patch is ignored: its match speaks of another kind of object.
inline constexpr RuleId kPatchMatchMismatch{"EGR0611", "patch-match-mismatch", Severity::Error};

// All of the above, by id.
inline constexpr std::array kRules = {kWildcardWithDns,       kEndpointsWithNone,
                                      kInnerWildcard,         kSniNotInHosts,
                                      kTlsProtocolMismatch,   kIstioMutualWithCertificates,
                                      kTlsRouteWithoutSni,    kDuplicatePort,
                                      kSeveralHostsOverTcp,   kDynamicDnsLimits,
                                      kContradictoryExportTo, kCidrWithDns,
                                      kBadEgressHost,         kBadOutboundMode,
                                      kUnmatchableHost,       kIpAddressAsHost,
                                      kOverlappingHosts,      kInvalidHost,
                                      kInvalidPort,           kInvalidExportTo,
                                      kInvalidAddress,        kInvalidLabel,
                                      kEmptySelector,         kInvalidPortName,
                                      kUnknownProtocol,       kInvalidDuration,
                                      kInvalidGatewayName,    kInvalidRouteMatch,
                                      kInvalidRegex,          kConflictingRoute,
                                      kInvalidDestination,    kInvalidHeader,
                                      kUnreachableRoute,      kInvalidCors,
                                      kInvalidFault,          kInvalidRetry,
                                      kInvalidRedirect,       kInvalidRewrite,
                                      kInvalidDirectResponse, kInvalidMirror,
                                      kMissingRoute,          kInvalidDelegate,
                                      kInvalidSubset,         kInvalidTrafficPolicy,
                                      kInvalidConnectionPool, kInvalidOutlierDetection,
                                      kInvalidLoadBalancer,   kInvalidLocality,
                                      kInvalidClientTls,      kInvalidServerTls,
                                      kInvalidGateway,        kInvalidBind,
                                      kInvalidSidecar,        kInvalidMeshConfig,
                                      kInvalidEndpoint,       kInvalidServiceEntry,
                                      kTcpWithoutAddress,     kInvalidPolicyTarget,
                                      kInvalidAuthorization,  kInvalidCondition,
                                      kDenyByHttpAttributes,  kInvalidPeerAuthentication,
                                      kInvalidTelemetry,      kInvalidPatch,
                                      kEnvoyInternals,        kUnsupportedAnnotation,
                                      kDeprecatedField,       kInvalidJwtRule,
                                      kInvalidProbe,          kIncompleteClientCredentials,
                                      kWeakServerTls,         kPatchMatchMismatch};

}  // namespace egressctl::resource::validation
