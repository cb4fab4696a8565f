// Findings of the validation of single resources, with what is to be said of them.
#include <vector>

#include "lib/lint/rules/all.h"
#include "lib/lint/rules/regexes.h"
#include "lib/resource/validation/rules.h"

namespace egressctl::lint::rules {
namespace {

using namespace resource::validation;

constexpr std::string_view kRefused =
    "Istio's admission webhook refuses the resource; where the webhook is off or only checks "
    "later, istiod leaves the resource out of what it sends to proxies.";

constexpr Rule made(const RuleId& id, std::string_view summary, std::string_view mend,
                    std::string_view why = kRefused,
                    std::span<const std::string_view> references = {}) {
  return {
      .info = {.id = id, .summary = summary, .why = why, .mend = mend, .references = references}};
}

constexpr std::string_view kWildcardReferences[] = {"istio/istio#13241", "istio/istio#54540",
                                                    "istio/istio#47820"};
constexpr std::string_view kNoneReferences[] = {"istio/istio#50075"};
constexpr std::string_view kSniReferences[] = {"istio/istio#9447"};
constexpr std::string_view kModeReferences[] = {"istio/istio#16472"};
constexpr std::string_view kHostReferences[] = {"istio/istio#50118", "istio/istio#28103",
                                                "istio/istio#58214"};
constexpr std::string_view kIpReferences[] = {"istio/istio#47080"};
constexpr std::string_view kSidecarReferences[] = {"istio/istio#13319"};

constexpr Rule kRules[] = {
    made(kWildcardWithDns, "a wildcard host with DNS resolution and no endpoints",
         "List the hosts, give it endpoints, use `DYNAMIC_DNS` at sidecars, or an SNI proxy behind "
         "the gateway.",
         "Nothing can resolve a wildcard. The webhook refuses the resource; without it the cluster "
         "has no endpoint and requests end with `503 UH` or leave through PassthroughCluster.",
         kWildcardReferences),
    made(kEndpointsWithNone, "endpoints beside `resolution: NONE`",
         "Use `STATIC` for addresses or `DNS` for names.",
         "NONE sends each connection where the client dialled, so nothing would use the endpoints. "
         "The webhook refuses the resource.",
         kNoneReferences),
    made(kInnerWildcard, "a wildcard that is not the whole first label",
         "Name the domain, with a single `*.` before it.",
         "`*` alone and wildcards inside a name are refused. `*x.com` passes, but Envoy compares "
         "whole labels, so it never matches."),
    made(kSniNotInHosts, "an SNI host that the VirtualService's hosts do not cover",
         "Add the name to `spec.hosts` and to the Gateway's hosts, or narrow the SNI host.",
         "The webhook refuses the resource; else the filter chain never matches and the connection "
         "is reset, or leaves through PassthroughCluster.",
         kSniReferences),
    made(kTlsProtocolMismatch, "a server whose TLS settings do not fit the protocol of its port",
         "Set the protocol to TLS or HTTPS, or drop the `tls` block."),
    made(
        kIstioMutualWithCertificates, "ISTIO_MUTUAL with certificates of one's own",
        "Remove the certificates, or use MUTUAL.",
        "ISTIO_MUTUAL always uses the workload's own certificate. At a Gateway the webhook refuses "
        "the resource; in a DestinationRule the certificates are silently not used."),
    made(kTlsRouteWithoutSni, "a TLS route without a match or without SNI hosts",
         "Add `sniHosts`: most often the hosts of the VirtualService.",
         "Nothing but its SNI tells one TLS connection from another, so the webhook refuses the "
         "resource."),
    made(kDuplicatePort, "a port name or number that is there twice", "Rename or remove one."),
    made(kSeveralHostsOverTcp, "several hosts over a TCP port of one ServiceEntry",
         "Write a ServiceEntry for each host, or use the protocol TLS.",
         "TCP carries no host name, so all hosts would end at one of them. The webhook refuses the "
         "resource."),
    made(kDynamicDnsLimits, "`DYNAMIC_DNS` with what it does not go with",
         "Use wildcards only, no addresses or endpoints, and the protocols HTTP, HTTP2, GRPC or "
         "TLS.",
         "DYNAMIC_DNS resolves the name that a connection carries. The webhook refuses the "
         "resource; "
         "the usual slip is the protocol HTTPS."),
    made(kContradictoryExportTo, "entries of `exportTo` that contradict each other",
         "Keep `*`, or `.` and namespaces, or `~`."),
    made(kCidrWithDns, "a network among the addresses of a host that DNS resolves",
         "Use `NONE`, or list addresses."),
    made(kBadEgressHost, "an egress host of a Sidecar that is not `namespace/host`",
         "Write the namespace of the ServiceEntry, a slash and its host.",
         "The webhook refuses the resource, or the entry imports nothing.", kSidecarReferences),
    made(kBadOutboundMode, "an outbound mode that does not exist, or not at this level",
         "Write `REGISTRY_ONLY` or `ALLOW_ANY`.",
         "In a Sidecar the webhook refuses it. In a MeshConfig istiod keeps the mode it had, most "
         "often ALLOW_ANY: everything may leave.",
         kModeReferences),
    made(kUnmatchableHost, "a host name that no connection can carry",
         "Write it in lower case, without the final dot, and as xn-- where it has other letters.",
         "Envoy compares with a lower-case SNI without a final dot, so the host never matches: the "
         "connection is reset, or leaves through PassthroughCluster.",
         kHostReferences),
    made(kIpAddressAsHost, "an IP address where a host name belongs",
         "Use TCP with `addresses`, or a DNS name.",
         "Clients send no SNI for an address, so the chain never matches.", kIpReferences),
    made(kOverlappingHosts, "hosts of one VirtualService that cover each other, or `*` on mesh",
         "Split it in two."),
    made(kInvalidHost, "a host that is no DNS name", "Write a DNS name."),
    made(kInvalidPort, "a port outside of 1 to 65535", "Write a port that exists."),
    made(kInvalidExportTo, "an entry of `exportTo` that is no namespace",
         "Write `.`, `*` or a namespace."),
    made(kInvalidAddress, "what is neither an address nor a network", "Write an address."),
    made(kInvalidLabel, "labels that no pod can have", "Write labels as Kubernetes takes them."),
    made(kEmptySelector, "a selector without labels",
         "Name the labels of the workloads, or remove the selector.",
         "The resource applies to every workload of its namespace, which is rarely meant."),
    made(kInvalidPortName, "a port name that is no DNS label", "Write a DNS label."),
    made(kUnknownProtocol, "a protocol that Istio does not know",
         "Write one of HTTP, HTTPS, HTTP2, GRPC, GRPC-WEB, MONGO, TCP, TLS, REDIS or MYSQL."),
    made(kInvalidDuration, "a duration that Envoy could not keep",
         "Write at least a millisecond, in whole milliseconds."),
    made(kInvalidGatewayName, "a gateway that is neither `name` nor `namespace/name`",
         "Write one of the two."),
    made(kInvalidRouteMatch, "a match that can hold for nothing, or that Envoy could not compile",
         "Change the match as the message says."),
    made(kInvalidRegex, "a regular expression that RE2 does not take",
         "Write it in RE2's syntax: no back-references, no look-around.",
         "The webhook refuses the resource; without it Envoy rejects the whole listener or route "
         "configuration, and keeps the old one."),
    made(kConflictingRoute, "a route that does two things at once, or nothing",
         "Keep one of `route`, `redirect` and `directResponse`."),
    made(kInvalidDestination, "a destination or a share of traffic that can't be",
         "Name a host, and weights that are not negative."),
    made(kInvalidHeader, "a change of headers that Envoy does not take", "Remove the change."),
    made(kUnreachableRoute, "a route that no request reaches",
         "Move it before the route that takes everything, or remove it.",
         "An earlier route takes all that this one is for. It is dead, whatever it says."),
    made(kInvalidCors, "a CORS policy that browsers could not follow", "Change it."),
    made(kInvalidFault, "a fault that Envoy can't inject", "Change the share or the kind."),
    made(kInvalidRetry, "a retry policy that never retries, or on what is unknown",
         "Give it attempts and conditions that exist."),
    made(kInvalidRedirect, "a redirect that leads nowhere, or two ways at once",
         "Give it one target."),
    made(kInvalidRewrite, "a rewrite that changes nothing, or one part twice",
         "Give it one `uri` or `authority`."),
    made(kInvalidDirectResponse, "a direct response that HTTP does not have",
         "Give it a status from 200 to 599 and a body below 1 MB."),
    made(kInvalidMirror, "a mirror without a destination, or with an impossible share",
         "Give it a destination and a share from 0 to 100."),
    made(kMissingRoute, "a VirtualService or a route that leads nowhere", "Give it a destination."),
    made(kInvalidDelegate, "a VirtualService without hosts that is no delegate",
         "Give it hosts; a delegate has HTTP routes alone and names no gateways."),
    made(kInvalidSubset, "subsets without a name, or two of one name",
         "Give each a DNS label of its own."),
    made(kInvalidTrafficPolicy, "a traffic policy that says nothing or contradicts itself",
         "Remove it, or the half that is wrong."),
    made(kInvalidConnectionPool, "limits of connections that are negative or contradict each other",
         "Change the limits as the message says."),
    made(kInvalidOutlierDetection, "outlier detection without effect", "Change the settings."),
    made(kInvalidLoadBalancer, "hashing or warm-up that Envoy does not take",
         "Change the load balancer as the message says."),
    made(kInvalidLocality, "localities that overlap, or shares that are not all of the traffic",
         "Make the shares add up to 100, and the localities distinct."),
    made(kInvalidClientTls, "TLS settings of a client of which one makes another void",
         "Keep what the mode needs."),
    made(kInvalidServerTls, "a server without a certificate to show, or with two sources of one",
         "Give it one: `credentialName`, or the files."),
    made(kInvalidGateway, "a Gateway whose servers lack what a listener needs",
         "Give each server a port and hosts."),
    made(kInvalidBind, "what is no address to listen at", "Write an address or remove `bind`."),
    made(kInvalidSidecar, "a Sidecar that says nothing, or with listeners that can't be opened",
         "Change the listener as the message says."),
    made(kInvalidMeshConfig, "a mesh configuration that istiod refuses",
         "Change the setting as the message says.",
         "istiod keeps the configuration it had, or does not start."),
    made(kInvalidEndpoint, "an endpoint that could not be dialled",
         "Give it an address that fits the resolution."),
    made(kInvalidServiceEntry, "a ServiceEntry that lacks hosts, or names endpoints in two ways",
         "Change it as the message says."),
    made(kTcpWithoutAddress, "a TCP port of a ServiceEntry without addresses",
         "Give it `addresses`, or the protocol TLS where clients speak TLS.",
         "The listener takes its port on every address that nothing else claims: connections to "
         "other hosts end at this one."),
    made(kInvalidPolicyTarget, "a policy with a target that it can't have",
         "Name a target of the policy's own namespace, or a selector."),
    made(kInvalidAuthorization, "a rule that says nothing, or what its action can't do",
         "Change the rule as the message says."),
    made(kInvalidCondition, "a condition on what proxies do not know, or with values that fit none",
         "Use an attribute of the reference of AuthorizationPolicy conditions."),
    made(kDenyByHttpAttributes, "a DENY rule by attributes that only HTTP has",
         "Add ports, or deny by `connection.sni`.",
         "For a connection that is no HTTP the attributes are not there to look at, and the rule "
         "denies it: all TCP and TLS traffic of the workload."),
    made(kInvalidPeerAuthentication, "ports of a PeerAuthentication that is not for one workload",
         "Give it a selector, or remove the ports."),
    made(kInvalidTelemetry, "telemetry settings that istiod refuses or of which it takes the first",
         "Change the settings as the message says."),
    made(kInvalidPatch, "a patch that can apply to nothing", "Change the patch."),
    made(kEnvoyInternals, "an EnvoyFilter for workloads that are not in the set",
         "Prefer Istio's own resources; lint it together with the workload that it patches.",
         "What a patch relies on may change with every release of Istio, without a word. Where the "
         "set has the workload, lint checks the patch itself and does not report this."),
    made(kUnsupportedAnnotation, "an annotation that only Istio may set, or the kind does not know",
         "Remove it."),
    made(kDeprecatedField, "a field that a later release drops", "Use what replaces it.",
         "It still works; an upgrade may end that."),
    made(kInvalidJwtRule, "a rule for tokens that fits none, or keys that can't be read",
         "Name the issuer, and where its keys are."),
    made(kInvalidProbe, "a readiness probe that asks nothing, or can't ask",
         "Give it `httpGet`, `tcpSocket` or `exec`."),
    made(kIncompleteClientCredentials, "MUTUAL without a client certificate and its key",
         "Give it `credentialName`, or `clientCertificate` and `privateKey`.",
         "Envoy can't prove who the client is. The webhook refuses the resource."),
    made(kWeakServerTls, "a TLS version or cipher that handshakes fail with",
         "Use TLSV1_2 or later and ciphers that Envoy has.",
         "Envoy drops ciphers that it does not know, and old versions need ciphers that are off by "
         "default: the handshake fails although the version is allowed."),
    made(kPatchMatchMismatch, "an operation or match of an EnvoyFilter that does not fit `applyTo`",
         "Match the object that `applyTo` names, with an operation that it takes.",
         "istiod passes over the patch without a word; the webhook refuses a match of another kind "
         "of object."),
};

}  // namespace

List validation() {
  static const std::vector<const Rule*> kList = [] {
    std::vector<const Rule*> out;
    for (const Rule& rule : kRules) out.push_back(&rule);
    out.push_back(&kRegexTooLarge);
    out.push_back(&kRegexNeverMatches);
    return out;
  }();
  return kList;
}

}  // namespace egressctl::lint::rules
