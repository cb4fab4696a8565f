// The egress spec: what a person writes, read and checked. docs/spec.md explains it field by field.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/istio_version.h"
#include "lib/base/source.h"

namespace egressctl::spec {

// A value and where the spec says it; the range is not known for a default.
template <typename T>
struct Located {
  T value{};
  SourceRange range;

  const T& operator*() const { return value; }
  const T* operator->() const { return &value; }
};

// How traffic reaches a destination.
enum class Via {
  Gateway,     // named hosts, each at its own address, mTLS to the gateway
  CommonHost,  // a wildcard all of whose names one host serves
  SniProxy,    // any wildcard: the gateway resolves the inner SNI
  Direct,      // from the sidecar, without the gateway
  Originate,   // plain HTTP from the client, TLS from the gateway on
};

// What sidecars do with hosts that nothing lists.
enum class Outbound { AllowAny, RegistryOnly };

// What the gateway does about the SNI inside the mTLS connection.
enum class InnerSni {
  Off,        // nothing; a client that skips its sidecar picks any (FACTS 5)
  AllowList,  // must be one of the destination's hosts
  Strict,     // as AllowList, and equal to the outer SNI
};

// How a `direct` destination's hosts become addresses.
enum class Resolution {
  Automatic,   // Dns for names; DynamicDns for wildcards from Istio 1.30 on, else None
  None,        // the address that the client dialled
  Dns,         // names only
  DynamicDns,  // wildcards only, from Istio 1.30 on
};

struct Istio {
  Located<IstioVersion> version;                // default: 1.30
  std::string revision;                         // control-plane revision label; empty: none
  std::string root_namespace = "istio-system";  // MeshConfig.rootNamespace, where istiod runs
  std::string trust_domain = "cluster.local";
  std::string cluster_domain = "cluster.local";
};

// Who may leave.
struct Client {
  Located<std::string> name_space;
  std::vector<Located<std::string>> service_accounts;  // empty: every one of the namespace
  std::map<std::string, std::string> selector;         // pod labels; empty: every pod
};

// The egress gateway.
struct Gateway {
  std::string name_space = "istio-egress";
  std::string name = "istio-egressgateway";  // of Service, Deployment, ServiceAccount
  std::string service_account;               // the reader sets it to `name` when not given
  std::map<std::string, std::string> selector = {{"istio", "egressgateway"}};
  bool create = true;        // emit Namespace, Service, Deployment, ServiceAccount, HPA, PDB
  std::uint16_t port = 443;  // of its Service: what Gateway servers and routes name
  std::uint16_t target_port = 8443;  // of its pods: what Envoy listens on
  int min_replicas = 2;
  int max_replicas = 5;
  std::string cpu_request = "100m";
  std::string memory_request = "128Mi";
  std::string cpu_limit = "2";
  std::string memory_limit = "1Gi";
};

struct Policy {
  Located<Outbound> outbound = {Outbound::RegistryOnly, {}};
  Located<InnerSni> inner_sni = {InnerSni::AllowList, {}};
  Located<bool> network_policy = {true, {}};
  bool authorize = true;
  bool cluster_traffic = true;  // the clients' NetworkPolicy lets them talk to pods of the cluster
};

// How the SNI proxy in the gateway resolves names (Envoy's DnsCacheConfig).
struct Dns {
  std::string lookup_family = "V4_ONLY";  // V4_ONLY, V6_ONLY, V4_PREFERRED, AUTO or ALL
  int refresh_seconds = 60;               // how often a name in use is resolved again
  int host_ttl_seconds = 300;             // how long an unused name stays in the cache
  int max_hosts = 1024;                   // names in the cache; beyond it connections are refused
};

// The TLS that the gateway originates, for Via::Originate.
struct OriginateTls {
  std::string credential_name;  // Secret in the gateway's namespace with a client certificate
  std::string sni;              // default: the host
  std::vector<std::string> subject_alt_names;  // default: the host
};

struct Destination {
  Located<std::string> name;  // unique; any text, a DNS label is made of it where one is needed
  std::vector<Located<std::string>> hosts;  // at least one
  Located<Via> via;
  Located<std::string> common_host;  // Via::CommonHost only; within one of the wildcards
  std::vector<Located<std::uint16_t>> ports = {{443, {}}};  // at least one, no duplicates
  Located<Resolution> resolution;                           // Via::Direct only
  OriginateTls tls;                                         // Via::Originate only
  SourceRange range;                                        // of the whole entry
};

// One `kind: Egress` document.
struct Spec {
  std::string name;  // metadata.name
  Istio istio;
  std::vector<Client> clients;  // empty: every namespace
  SourceRange clients_range;    // of `clients`, or of `spec` where it is not given
  Gateway gateway;
  Policy policy;
  bool access_log = true;  // observe.accessLog
  Dns dns;
  std::vector<Destination> destinations;
  SourceRange range;  // of the document
};

// The words of the spec for an enum's values: "common-host", "REGISTRY_ONLY", "allow-list", ...
[[nodiscard]] std::string_view to_string(Via via);
[[nodiscard]] std::string_view to_string(Outbound outbound);
[[nodiscard]] std::string_view to_string(InnerSni inner_sni);
[[nodiscard]] std::string_view to_string(Resolution resolution);

}  // namespace egressctl::spec
