#include "lib/spec/tables.h"

#include <string>

namespace egressctl::spec {
namespace {

constexpr std::int64_t kMaxPort = 65535;
constexpr std::int64_t kMaxReplicas = 1000;
constexpr std::int64_t kSecondsPerDay = 86'400;

constexpr Field kMetadataFields[] = {
    {.key = "name",
     .description =
         "Names the spec: a chart is called after it, and what a created gateway is made of "
         "carries it in the label app.kubernetes.io/part-of.",
     .example = "egress",
     .required = true,
     .format = &kDnsLabelFormat},
};
constexpr Table kMetadata{"What the spec is called.", kMetadataFields};

constexpr Field kIstioFields[] = {
    {.key = "version",
     .kind = FieldKind::Version,
     .description = "The Istio release that the manifests must run on, 1.20 to 1.30; it picks API "
                    "versions and patches. Quote it: 1.30 is 1.3 to many readers.",
     .default_json = "\"1.30\"",
     .format = &kVersionFormat},
    {.key = "revision",
     .description = "The control-plane revision that the gateway's pods belong to, as in the label "
                    "istio.io/rev. None when left out.",
     .format = &kLabelValueFormat},
    {.key = "rootNamespace",
     .description = "MeshConfig.rootNamespace: where istiod runs and mesh-wide resources live.",
     .default_json = "\"istio-system\"",
     .format = &kDnsLabelFormat},
    {.key = "trustDomain",
     .description = "MeshConfig.trustDomain: the first part of every SPIFFE identity.",
     .default_json = "\"cluster.local\"",
     .format = &kTrustDomainFormat},
    {.key = "clusterDomain",
     .description = "The DNS domain of the cluster's Services.",
     .default_json = "\"cluster.local\"",
     .format = &kDnsSubdomainFormat},
};
constexpr Table kIstio{"The mesh that the manifests are for.", kIstioFields};

constexpr Field kClientFields[] = {
    {.key = "namespace",
     .description = "A namespace whose workloads may leave.",
     .example = "default",
     .required = true,
     .format = &kDnsLabelFormat},
    {.key = "serviceAccounts",
     .kind = FieldKind::TextList,
     .description = "Only workloads of these ServiceAccounts may leave. Every one of the namespace "
                    "when left out.",
     .example = "[default]",
     .not_empty = true,
     .format = &kDnsSubdomainFormat},
    {.key = "selector",
     .kind = FieldKind::Labels,
     .description = "Only pods with all of these labels are set up to leave. Every pod of the "
                    "namespace when left out.",
     .example = "{app: web}",
     .not_empty = true},
};
constexpr Table kClient{"Who may leave.", kClientFields};

constexpr Field kReplicasFields[] = {
    {.key = "min",
     .kind = FieldKind::Integer,
     .description = "The least number of gateway pods.",
     .default_json = "2",
     .least = 1,
     .most = kMaxReplicas},
    {.key = "max",
     .kind = FieldKind::Integer,
     .description = "The largest number of gateway pods; the HorizontalPodAutoscaler stays below.",
     .default_json = "5",
     .least = 1,
     .most = kMaxReplicas},
};
constexpr Table kReplicas{"How many gateway pods there are.", kReplicasFields};

constexpr Field kRequestsFields[] = {
    {.key = "cpu",
     .kind = FieldKind::Quantity,
     .description = "CPU that a gateway pod is scheduled with.",
     .default_json = "\"100m\"",
     .format = &kQuantityFormat},
    {.key = "memory",
     .kind = FieldKind::Quantity,
     .description = "Memory that a gateway pod is scheduled with.",
     .default_json = "\"128Mi\"",
     .format = &kQuantityFormat},
};
constexpr Table kRequests{"What a gateway pod is scheduled with.", kRequestsFields};

constexpr Field kLimitsFields[] = {
    {.key = "cpu",
     .kind = FieldKind::Quantity,
     .description = "CPU that a gateway pod may use.",
     .default_json = "\"2\"",
     .format = &kQuantityFormat},
    {.key = "memory",
     .kind = FieldKind::Quantity,
     .description = "Memory that a gateway pod may use before it is killed.",
     .default_json = "\"1Gi\"",
     .format = &kQuantityFormat},
};
constexpr Table kLimits{"What a gateway pod may use.", kLimitsFields};

constexpr Field kResourcesFields[] = {
    {.key = "requests",
     .kind = FieldKind::Mapping,
     .description = kRequests.description,
     .example = "{cpu: 100m, memory: 128Mi}",
     .table = &kRequests},
    {.key = "limits",
     .kind = FieldKind::Mapping,
     .description = kLimits.description,
     .example = "{cpu: \"2\", memory: 1Gi}",
     .table = &kLimits},
};
constexpr Table kResources{"CPU and memory of a gateway pod.", kResourcesFields};

constexpr Field kGatewayFields[] = {
    {.key = "namespace",
     .description = "The gateway's namespace.",
     .default_json = "\"istio-egress\"",
     .format = &kDnsLabelFormat},
    {.key = "name",
     .description = "The name of its Service and Deployment.",
     .default_json = "\"istio-egressgateway\"",
     .format = &kDnsLabelFormat},
    {.key = "serviceAccount",
     .description = "Its pods' ServiceAccount, which clients expect in its certificate. The "
                    "gateway's name when left out.",
     .format = &kDnsSubdomainFormat},
    {.key = "selector",
     .kind = FieldKind::Labels,
     .description = "Labels that its pods, and no others, have.",
     .example = "{istio: egressgateway}",
     .not_empty = true,
     .default_json = "{\"istio\": \"egressgateway\"}"},
    {.key = "create",
     .kind = FieldKind::Flag,
     .description = "Whether to generate the gateway itself (Namespace, Service, Deployment, "
                    "ServiceAccount and so on) or to use one that is there.",
     .default_json = "true"},
    {.key = "port",
     .kind = FieldKind::Integer,
     .description = "The port of its Service that sidecars send to.",
     .default_json = "443",
     .least = 1,
     .most = kMaxPort},
    {.key = "targetPort",
     .kind = FieldKind::Integer,
     .description = "The port of its pods that Envoy listens on. Envoy has no privileges, so it "
                    "must be 1024 or above.",
     .default_json = "8443",
     .least = 1,
     .most = kMaxPort},
    {.key = "replicas",
     .kind = FieldKind::Mapping,
     .description = kReplicas.description,
     .example = "{min: 2, max: 5}",
     .table = &kReplicas},
    {.key = "resources",
     .kind = FieldKind::Mapping,
     .description = kResources.description,
     .example = "{limits: {memory: 1Gi}}",
     .table = &kResources},
};
constexpr Table kGateway{"The egress gateway.", kGatewayFields};

constexpr Field kPolicyFields[] = {
    {.key = "outbound",
     .kind = FieldKind::Choice,
     .description = "What the clients' sidecars do with hosts that no destination lists.",
     .default_json = "\"REGISTRY_ONLY\"",
     .words = kOutboundWords},
    {.key = "networkPolicy",
     .kind = FieldKind::Flag,
     .description = "Whether to generate NetworkPolicies: a process can get around its sidecar, "
                    "not around these.",
     .default_json = "true"},
    {.key = "authorize",
     .kind = FieldKind::Flag,
     .description = "Whether to generate an AuthorizationPolicy that lets only the clients use the "
                    "gateway.",
     .default_json = "true"},
    {.key = "innerSni",
     .kind = FieldKind::Choice,
     .description = "What the gateway demands of the SNI that the application itself sent.",
     .default_json = "\"allow-list\"",
     .words = kInnerSniWords},
    {.key = "clusterTraffic",
     .kind = FieldKind::Flag,
     .description = "Whether the clients' NetworkPolicy lets them talk to pods of the cluster.",
     .default_json = "true"},
};
constexpr Table kPolicy{"What is refused, and where.", kPolicyFields};

constexpr Field kObserveFields[] = {
    {.key = "accessLog",
     .kind = FieldKind::Flag,
     .description = "Whether the gateway writes a line for every connection.",
     .default_json = "true"},
};
constexpr Table kObserve{"What is recorded.", kObserveFields};

constexpr Field kDnsFields[] = {
    {.key = "lookupFamily",
     .kind = FieldKind::Choice,
     .description = "Which addresses are asked for (Envoy's DnsLookupFamily).",
     .default_json = "\"V4_ONLY\"",
     .words = kLookupFamilyWords},
    {.key = "refresh",
     .kind = FieldKind::Duration,
     .description = "How often a name in use is resolved again.",
     .default_json = "60",
     .format = &kDurationFormat,
     .least = 1,
     .most = kSecondsPerDay},
    {.key = "hostTtl",
     .kind = FieldKind::Duration,
     .description = "How long a name that nobody uses stays in the cache.",
     .default_json = "300",
     .format = &kDurationFormat,
     .least = 1,
     .most = kSecondsPerDay},
    {.key = "maxHosts",
     .kind = FieldKind::Integer,
     .description = "How many names the cache holds; connections to further ones are refused.",
     .default_json = "1024",
     .least = 1,
     .most = 1'000'000},
};
constexpr Table kDns{"How the gateway resolves names for sni-proxy destinations.", kDnsFields};

constexpr Field kTlsFields[] = {
    {.key = "credentialName",
     .description = "A Secret in the gateway's namespace with the client certificate to present. "
                    "None when left out.",
     .format = &kDnsSubdomainFormat},
    {.key = "sni",
     .description = "The server name to send. The host when left out.",
     .format = &kHostFormat},
    {.key = "subjectAltNames",
     .kind = FieldKind::TextList,
     .description = "Names of which the server's certificate must have one. The host when left "
                    "out.",
     .example = "[api.example.com]",
     .not_empty = true,
     .format = &kNonEmptyFormat},
};
constexpr Table kTls{"The TLS that the gateway originates.", kTlsFields};

constexpr Field kDestinationFields[] = {
    {.key = "name",
     .description = "Unique in the spec; the generated resources are named after it.",
     .example = "cnn",
     .required = true,
     .format = &kDestinationNameFormat},
    {.key = "hosts",
     .kind = FieldKind::TextList,
     .description = "Names and wildcards. Of overlapping ones the most specific wins; no host may "
                    "stand in the spec twice.",
     .example = "[edition.cnn.com]",
     .required = true,
     .not_empty = true,
     .format = &kHostOrWildcardFormat},
    {.key = "via",
     .kind = FieldKind::Choice,
     .description = "How traffic reaches the hosts.",
     .example = "gateway",
     .required = true,
     .words = kViaWords},
    {.key = "commonHost",
     .description = "The host that serves every name of the wildcards; the gateway dials it for "
                    "all of them.",
     .example = "www.wikipedia.org",
     .required = true,
     .format = &kHostFormat,
     .only_via = Via::CommonHost},
    {.key = "ports",
     .kind = FieldKind::IntegerList,
     .description = "The ports of the hosts. With originate, the one that the gateway speaks TLS "
                    "to; clients speak HTTP to port 80.",
     .example = "[443]",
     .not_empty = true,
     .default_json = "[443]",
     .least = 1,
     .most = kMaxPort},
    {.key = "resolution",
     .kind = FieldKind::Choice,
     .description = "How hosts become addresses. When left out: dns for names; for wildcards "
                    "dynamic-dns where the Istio version has it, else none.",
     .words = kResolutionWords,
     .only_via = Via::Direct},
    {.key = "tls",
     .kind = FieldKind::Mapping,
     .description = kTls.description,
     .example = "{credentialName: client-certificate}",
     .table = &kTls,
     .only_via = Via::Originate},
};
constexpr Table kDestination{"Hosts that are reached in one way.", kDestinationFields};

constexpr Field kSpecFields[] = {
    {.key = "istio",
     .kind = FieldKind::Mapping,
     .description = kIstio.description,
     .example = "{version: \"1.30\"}",
     .table = &kIstio},
    {.key = "clients",
     .kind = FieldKind::MappingList,
     .description = "Who may leave. Every namespace when left out or empty.",
     .example = "[{namespace: default}]",
     .table = &kClient},
    {.key = "gateway",
     .kind = FieldKind::Mapping,
     .description = kGateway.description,
     .example = "{namespace: istio-egress}",
     .table = &kGateway},
    {.key = "policy",
     .kind = FieldKind::Mapping,
     .description = kPolicy.description,
     .example = "{outbound: REGISTRY_ONLY}",
     .table = &kPolicy},
    {.key = "observe",
     .kind = FieldKind::Mapping,
     .description = kObserve.description,
     .example = "{accessLog: true}",
     .table = &kObserve},
    {.key = "dns",
     .kind = FieldKind::Mapping,
     .description = kDns.description,
     .example = "{refresh: 60s}",
     .table = &kDns},
    {.key = "destinations",
     .kind = FieldKind::MappingList,
     .description = "Where traffic may go.",
     .example = "[{name: cnn, hosts: [edition.cnn.com], via: gateway}]",
     .required = true,
     .not_empty = true,
     .table = &kDestination},
};
constexpr Table kSpec{"What may leave the mesh, and how.", kSpecFields};

constexpr Field kDocumentFields[] = {
    {.key = "apiVersion",
     .kind = FieldKind::Choice,
     .description = "The version of this format.",
     .example = "egressctl/v1",
     .required = true,
     .words = kApiVersionWords},
    {.key = "kind",
     .kind = FieldKind::Choice,
     .description = "What the document is.",
     .example = "Egress",
     .required = true,
     .words = kKindWords},
    {.key = "metadata",
     .kind = FieldKind::Mapping,
     .description = kMetadata.description,
     .example = "{name: egress}",
     .required = true,
     .table = &kMetadata},
    {.key = "spec",
     .kind = FieldKind::Mapping,
     .description = kSpec.description,
     .example = "{destinations: [...]}",
     .required = true,
     .table = &kSpec},
};
constexpr Table kDocument{"An egress spec for egressctl.", kDocumentFields};

}  // namespace

const Field* Table::find(std::string_view key) const {
  for (const Field& field : fields)
    if (field.key == key) return &field;
  return nullptr;
}

const Table& document_table() {
  return kDocument;
}

std::optional<std::string> path_of_table_with(std::string_view key, const Table& table,
                                              std::string_view path) {
  if (table.find(key) != nullptr) return std::string(path);
  for (const Field& field : table.fields) {
    if (field.table == nullptr) continue;
    std::string below(path);
    if (!below.empty()) below += '.';
    below += field.key;
    if (field.kind == FieldKind::MappingList) below += "[]";
    if (auto found = path_of_table_with(key, *field.table, below)) return found;
  }
  return std::nullopt;
}

}  // namespace egressctl::spec
