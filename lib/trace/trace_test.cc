#include "lib/trace/trace.h"

#include <doctest/doctest.h>

#include "lib/testing/files.h"
#include "lib/topology/test_mesh.h"
#include "lib/trace/access_log.h"
#include "lib/trace/clients.h"
#include "lib/trace/report.h"

namespace egressctl::trace {
namespace {

using topology::testing::LoadedMesh;

std::string pod(const std::string& more) {
  return "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app, namespace: apps}\n"
         "spec: {selector: {matchLabels: {app: app}}, template: {metadata: {labels: {app: app}" +
         more + "}, spec: {containers: [{name: app, image: app}]}}}\n";
}

std::string annotated(const std::string& annotations) {
  return pod(", annotations: {" + annotations + "}");
}

std::string policy(const std::string& name_space, const std::string& spec) {
  return "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: np, "
         "namespace: " +
         name_space + "}\nspec: {podSelector: {}, " + spec + "}\n";
}

// What testdata/trace/one-gateway.yaml says.
std::string manifests() {
  return egressctl::testing::read_file(egressctl::testing::testdata() / "trace" /
                                       "one-gateway.yaml");
}

Trace trace_of(const std::string& set, const std::string& host = "api.example.com",
               std::uint32_t port = 443, const std::string& client = "apps/app") {
  const LoadedMesh loaded(set);
  const Tracer tracer(loaded.mesh());
  Request request;
  auto found = topology::find_proxy(loaded.mesh(), client);
  REQUIRE(found);
  request.client = *found;
  request.host = host;
  request.port = port;
  Trace out = tracer.trace(request);
  out.blame.clear();  // the resources go with the mesh
  for (Hop& hop : out.hops) hop.causes.clear();
  return out;
}

std::string verdict(const std::string& set, const std::string& host = "api.example.com",
                    std::uint32_t port = 443) {
  const Trace trace = trace_of(set, host, port);
  CAPTURE(trace.reason);
  CHECK_FALSE(trace.reason.empty());
  return std::string(to_string(trace.verdict));
}

TEST_CASE("trace: a connection that the sidecar takes goes through the gateway") {
  const Trace trace = trace_of(manifests() + pod(""));
  CHECK(to_string(trace.verdict) == "delivered");
  REQUIRE(trace.hops.size() == 2);
  CHECK(trace.hops[0].place == Place::Sidecar);
  CHECK(trace.hops[1].place == Place::Gateway);
}

TEST_CASE("trace: a range of addresses is a host's address, too") {
  const std::string set =
      pod("") +
      "---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\n"
      "metadata: {name: db, namespace: apps}\n"
      "spec: {hosts: [db.example.com], addresses: [192.0.2.8/32], resolution: DNS,\n"
      "  ports: [{number: 5432, name: tcp, protocol: TCP}]}\n"
      "---\napiVersion: networking.istio.io/v1\nkind: Sidecar\n"
      "metadata: {name: default, namespace: apps}\n"
      "spec: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}, egress: [{hosts: ['./*']}]}\n";
  for (const std::string host : {"db.example.com", "192.0.2.8"}) {
    CAPTURE(host);
    const Trace trace = trace_of(set, host, 5432);
    // The sidecar resolves the name, whichever address was asked for.
    CHECK(to_string(trace.verdict) == (host == "192.0.2.8" ? "misrouted" : "bypass"));
    REQUIRE(trace.hops.size() == 1);
    CHECK(trace.hops.front().cluster == "outbound|5432||db.example.com");
  }
}

TEST_CASE("trace: pods without a sidecar leave past any proxy") {
  const Trace trace = trace_of(manifests() + annotated("sidecar.istio.io/inject: 'false'"));
  CHECK(to_string(trace.verdict) == "bypass");
  CHECK(trace.reason.find("injection is switched off") != std::string::npos);
  REQUIRE(trace.hops.size() == 1);
  CHECK(trace.hops[0].place == Place::Pod);
  CHECK(access_log(trace.hops[0]).empty());
  const std::string home = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: apps";
  CHECK(verdict(manifests() + pod("") + home + "}\n") == "bypass");
  CHECK(verdict(manifests() + pod("") + home + ", labels: {istio-injection: enabled}}\n") ==
        "delivered");
  CHECK(verdict(manifests() + pod("") + home + ", labels: {istio-injection: disabled}}\n") ==
        "bypass");
}

TEST_CASE("trace: access logs are foretold in the format of the mesh") {
  const auto line = [](const std::string& config) {
    const Trace trace = trace_of(manifests() + pod("") + "---\n" + config);
    REQUIRE(trace.hops.size() == 2);
    return access_log(trace.hops[0]);
  };
  CHECK(line("accessLogFile: /dev/stdout\n").starts_with("[*] \"- - -\" 0 - - - \"-\" * * * - "));
  CHECK(line("accessLogFormat: '%REQUESTED_SERVER_NAME% %BYTES_SENT:9% %START_TIME(%s)% 5%% "
             "%RESPONSE_FLAGS%|'\n") == "api.example.com * * 5% -|");
  CHECK(line("{accessLogEncoding: JSON, accessLogFormat: '{\"sni\": \"%REQUESTED_SERVER_NAME%\", "
             "\"code\": \"%RESPONSE_CODE%\", \"a\": {\"flags\": \"%RESPONSE_FLAGS%\"}}'}\n") ==
        R"({"a":{"flags":null},"code":0,"sni":"api.example.com"})");
  CHECK(line("{accessLogEncoding: JSON, accessLogFormat: '{'}\n")
            .starts_with(R"({"authority":null)"));
}

TEST_CASE("trace: what turns access logs off is named") {
  const auto log = [](const std::string& more) {
    const Trace trace = trace_of(manifests() + pod("") + more);
    REQUIRE(trace.hops.size() == 2);
    return trace.hops[0].log;
  };
  const auto telemetry = [&](const std::string& name_space, const std::string& logging) {
    return log(
        "---\napiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {name: logs, "
        "namespace: " +
        name_space + "}\nspec: {accessLogging: [" + logging + "]}\n");
  };
  CHECK(log("").written);
  CHECK_FALSE(log("---\naccessLogFile: ''\n").written);
  const LogLine off = telemetry("apps", "{providers: [{name: envoy}], disabled: true}");
  CHECK_FALSE(off.written);
  CHECK(off.off.size() == 1);
  CHECK(telemetry("elsewhere", "{providers: [{name: envoy}], disabled: true}").written);
  CHECK_FALSE(telemetry("istio-system", "{providers: [{name: envoy}], disabled: true}").written);
  // Servers alone: what comes in, which is not followed.
  CHECK(telemetry("apps", "{providers: [{name: envoy}], match: {mode: SERVER}, disabled: true}")
            .written);
  CHECK(telemetry("apps", "{providers: [{name: envoy}], filter: {expression: 'x == 1'}}").filter ==
        "x == 1");
}

TEST_CASE("trace: what runs as the proxy's user goes around it") {
  const auto with = [](const std::string& pods, const std::string& container) {
    return verdict(
        manifests() +
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: app, namespace: apps}\nspec:\n  "
        "securityContext: {" +
        pods + "}\n  containers: [{name: app, securityContext: {" + container + "}}]\n");
  };
  CHECK(with("", "runAsUser: 1000") == "delivered");
  CHECK(with("", "runAsUser: 1337") == "bypass");
  CHECK(with("", "runAsGroup: 1337") == "bypass");
  CHECK(with("runAsUser: 1337", "") == "bypass");
  CHECK(with("runAsUser: 1337", "runAsUser: 1000") == "delivered");
}

TEST_CASE("trace: injected faults and mirrors") {
  const auto with = [](const std::string& more) {
    return trace_of(manifests() + pod("") +
                        "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: "
                        "{name: plain, namespace: apps}\nspec:\n  hosts: [plain.example.com]\n  "
                        "http:\n  - route: [{destination: {host: plain.example.com}}]\n    " +
                        more + "\n",
                    "plain.example.com", 80);
  };
  const Trace all = with("fault: {abort: {httpStatus: 503, percentage: {value: 100}}}");
  CHECK(to_string(all.verdict) == "blocked");
  CHECK(all.reason == "an injected fault answers 503 to all requests");
  CHECK(all.flags == "FI");
  CHECK(access_log(all.hops[0]).find(" FI fault_filter_abort ") != std::string::npos);
  const Trace some = with("fault: {abort: {httpStatus: 503, percentage: {value: 2.5}}}");
  CHECK(some.hops[0].note == "an injected fault answers 503 to 2.5 % of the requests");
  CHECK(with("fault: {abort: {httpStatus: 503}}").hops[0].note.empty());
  CHECK(with("mirror: {host: copy.example.com, port: {number: 80}}").hops[0].note ==
        "a copy of what is asked goes to outbound|80||copy.example.com");
}

TEST_CASE("trace: annotations take ports and ranges from the sidecar") {
  const auto with = [](const std::string& key, const std::string& value) {
    return verdict(manifests() +
                   annotated("traffic.sidecar.istio.io/" + key + ": \"" + value + "\""));
  };
  CHECK(with("excludeOutboundPorts", "443") == "bypass");
  CHECK(with("excludeOutboundPorts", "80,8443") == "delivered");
  CHECK(with("excludeOutboundIPRanges", "0.0.0.0/0") == "bypass");
  CHECK(with("excludeOutboundIPRanges", "10.0.0.0/8") == "delivered");
  CHECK(with("includeOutboundIPRanges", "10.0.0.0/8") == "bypass");
  CHECK(with("includeOutboundIPRanges", "") == "bypass");
  CHECK(with("includeOutboundIPRanges", "*") == "delivered");
  CHECK(with("excludeInterfaces", "eth0") == "bypass");
  CHECK(with("excludeInterfaces", "net1") == "delivered");
  CHECK(verdict(manifests() + annotated("traffic.sidecar.istio.io/includeOutboundIPRanges: '', "
                                        "traffic.sidecar.istio.io/includeOutboundPorts: '443'")) ==
        "delivered");
  CHECK(verdict(manifests() + annotated("sidecar.istio.io/interceptionMode: NONE")) == "bypass");
}

TEST_CASE("trace: who goes around the sidecar meets the gateway without a certificate") {
  const Trace trace = trace_of(manifests() + annotated("sidecar.istio.io/inject: 'false'"),
                               "egress.edge.svc.cluster.local");
  CHECK(to_string(trace.verdict) == "reset");
  REQUIRE(trace.hops.size() == 2);
  CHECK(trace.hops[1].place == Place::Gateway);
}

TEST_CASE("trace: in ambient mode waypoints take what they are named for") {
  const std::string home =
      "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: apps, labels: "
      "{istio.io/dataplane-mode: ambient}}\n";
  const auto entry = [](const std::string& labels) {
    return "---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: w, "
           "namespace: apps" +
           labels +
           "}\nspec: {hosts: [w.example.com], resolution: DNS, ports: [{number: 443, name: tls, "
           "protocol: TLS}]}\n";
  };
  CHECK(verdict(pod("") + home + entry(""), "w.example.com") == "bypass");
  CHECK(verdict(pod("") + home + entry(", labels: {istio.io/use-waypoint: egress}"),
                "w.example.com") == "delivered");
}

TEST_CASE("trace: NetworkPolicies keep connections from the gateway and the internet") {
  const std::string set = manifests() + pod("");
  const std::string to_edge = "policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}]}]";
  CHECK(verdict(set + policy("apps", "policyTypes: [Egress]")) == "blocked");
  CHECK(verdict(set + policy("apps", to_edge)) == "delivered");
  CHECK(verdict(set + policy("edge", "policyTypes: [Ingress]")) == "blocked");
  CHECK(verdict(set + policy("edge", "policyTypes: [Egress]")) == "blocked");
  CHECK(verdict(set + policy("edge",
                             "policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: "
                             "0.0.0.0/0}}]}]")) == "delivered");
  const std::string bare = manifests() + annotated("sidecar.istio.io/inject: 'false'");
  CHECK(verdict(bare + policy("apps", to_edge)) == "blocked");
  const Trace trace = trace_of(set + policy("edge", "policyTypes: [Ingress]"));
  REQUIRE(trace.hops.size() == 1);
  CHECK(trace.flags == "UF,URX");
  CHECK(trace.reason ==
        "NetworkPolicies do not let edge/egress take connections of apps/app at port 8443");
}

TEST_CASE("trace: what goes wrong for a part of the connections decides") {
  CHECK(verdict(manifests() + pod(""), "weighted.example.com") == "bypass");
  const Trace trace = trace_of(manifests() + pod(""), "weighted.example.com");
  CHECK(trace.reason.starts_with("for a part of the connections: "));
  const std::string other =
      "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: other, namespace: edge}\n"
      "spec: {selector: {matchLabels: {app: egress}}, template: {metadata: {labels: {app: egress}, "
      "annotations: {inject.istio.io/templates: gateway}}, "
      "spec: {containers: [{name: istio-proxy, image: auto}]}}}\n";
  const Trace second = trace_of(manifests() + pod("") + other);
  CHECK(to_string(second.verdict) == "reset");
  CHECK(
      second.reason ==
      "for a part of the connections: the gateway has no listener on port 8443: no Gateway selects "
      "it");
}

TEST_CASE("trace: layers of TLS that the host does not expect") {
  CHECK(verdict(manifests() + pod(""), "twice.example.com") == "reset");
  CHECK(verdict(manifests() + pod(""), "plain.example.com", 80) == "reset");
}

TEST_CASE("trace: mTLS to a gateway's port of plain HTTP is no request there") {
  const LoadedMesh loaded(egressctl::testing::read_file(egressctl::testing::testdata() /
                                                        "topology/http-gateway/manifests.yaml"));
  const Tracer tracer(loaded.mesh());
  Request request;
  request.client = *topology::find_proxy(loaded.mesh(), "default/ubuntu");
  request.host = "edition.cnn.com";
  request.port = 80;
  const Trace trace = tracer.trace(request);
  CHECK(to_string(trace.verdict) == "reset");
  REQUIRE(trace.hops.size() == 2);
  CHECK(trace.hops[0].log.flags == "UF,URX");
  CHECK(trace.hops[1].log.flags == "DPE");
}

// testdata/topology/sni-proxy with a part of it replaced.
std::string sni_proxy(const std::string& part = {}, const std::string& with = {}) {
  std::string out = egressctl::testing::read_file(egressctl::testing::testdata() /
                                                  "topology/sni-proxy/manifests.yaml");
  if (part.empty()) return out;
  const std::size_t at = out.find(part);
  REQUIRE(at != std::string::npos);
  return out.replace(at, part.size(), with);
}

TEST_CASE("trace: what Envoy refuses, and an SNI proxy that learns no name") {
  const auto verdict_of = [](const std::string& set) {
    const Trace trace = trace_of(set, "en.wikipedia.org", 443, "default/ubuntu");
    return std::pair(std::string(to_string(trace.verdict)), trace.reason);
  };
  CHECK(verdict_of(sni_proxy()).first == "delivered");
  const std::string names = "server_names: [\"*.wikipedia.org\"]";
  const auto partial = verdict_of(sni_proxy(names, "server_names: [\"*wikipedia.org\"]"));
  CHECK(partial.first == "reset");
  CHECK(partial.second.find("Envoy refuses listener") != std::string::npos);
}

TEST_CASE("trace: RBAC filters of EnvoyFilters are evaluated") {
  const auto with = [](const std::string& rules) {
    const Trace trace = trace_of(
        manifests() + pod("") +
        "---\napiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\n"
        "metadata: {name: rbac, namespace: edge}\nspec:\n  configPatches:\n"
        "  - applyTo: NETWORK_FILTER\n"
        "    match: {context: GATEWAY, listener: {portNumber: 8443, filterChain: {filter: {name: "
        "envoy.filters.network.tcp_proxy}}}}\n"
        "    patch: {operation: INSERT_BEFORE, value: {name: envoy.filters.network.rbac, "
        "typed_config: {'@type': "
        "type.googleapis.com/envoy.extensions.filters.network.rbac.v3.RBAC, "
        "stat_prefix: x, rules: " +
        rules + "}}}\n");
    return std::string(to_string(trace.verdict)) + (trace.hops.back().note.empty() ? "" : " ?");
  };
  const auto allow = [](const std::string& permission, const std::string& principal) {
    return "{action: ALLOW, policies: {p: {permissions: [" + permission + "], principals: [" +
           principal + "]}}}";
  };
  const std::string any = "{any: true}";
  CHECK(with(allow(any, any)) == "delivered");
  CHECK(with(allow("{requested_server_name: {suffix: .example.com}}", any)) == "delivered");
  CHECK(with(allow("{requestedServerName: {exact: other.example.com}}", any)) == "blocked");
  CHECK(with(allow("{not_rule: {requested_server_name: {prefix: api}}}", any)) == "blocked");
  CHECK(with(allow("{or_rules: {rules: [{destination_port: 1}, {destination_port: 8443}]}}",
                   any)) == "delivered");
  CHECK(with(allow(any,
                   "{authenticated: {principal_name: {exact: "
                   "'spiffe://cluster.local/ns/apps/sa/default'}}}")) == "delivered");
  CHECK(with(allow(any,
                   "{authenticated: {principal_name: {safe_regex: {regex: "
                   "'spiffe://.*/ns/other/.*'}}}}")) == "blocked");
  CHECK(with(allow(any, "{direct_remote_ip: {address_prefix: 10.0.0.0, prefix_len: 8}}")) ==
        "delivered ?");
  CHECK(with("{action: DENY, policies: {p: {permissions: [{any: true}], principals: [{any: "
             "true}]}}}") == "blocked");
  CHECK(with("{action: DENY, policies: {}}") == "delivered");
}

TEST_CASE("trace: what an EnvoyFilter's other filters do is said to be unknown") {
  const Trace ends = trace_of(
      manifests() + pod("") +
      "---\napiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\n"
      "metadata: {name: more, namespace: apps}\nspec:\n  configPatches:\n"
      "  - applyTo: NETWORK_FILTER\n    match: {context: SIDECAR_OUTBOUND, listener: {filterChain: "
      "{filter: {name: envoy.filters.network.tcp_proxy}}}}\n"
      "    patch: {operation: REPLACE, value: {name: envoy.filters.network.echo, typed_config: "
      "{'@type': type.googleapis.com/envoy.extensions.filters.network.echo.v3.Echo}}}\n");
  CHECK(to_string(ends.verdict) == "reset");
  CHECK(ends.reason.find("it ends with filter envoy.filters.network.echo") != std::string::npos);
}

TEST_CASE("trace: HTTP filters of EnvoyFilters that may answer are named") {
  const std::string set =
      pod("") +
      "---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\n"
      "metadata: {name: plain, namespace: apps}\nspec:\n  hosts: [plain.example.com]\n"
      "  ports: [{number: 80, name: http, protocol: HTTP}]\n  resolution: DNS\n"
      "---\napiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\n"
      "metadata: {name: more, namespace: apps}\nspec:\n  configPatches:\n"
      "  - applyTo: HTTP_FILTER\n    match: {context: SIDECAR_OUTBOUND, listener: {portNumber: 80, "
      "filterChain: {filter: {name: envoy.filters.network.http_connection_manager}}}}\n"
      "    patch: {operation: INSERT_BEFORE, value: {name: FILTER}}\n";
  const auto note_for = [&](const std::string& filter) {
    std::string text = set;
    text.replace(text.find("FILTER}}"), 6, filter);
    return trace_of(text, "plain.example.com", 80, "apps/app").hops.front().note;
  };
  CHECK(note_for("envoy.filters.http.ext_authz") ==
        "HTTP filter envoy.filters.http.ext_authz of an EnvoyFilter decides here, too, and is not "
        "evaluated");
  CHECK(note_for("envoy.filters.http.grpc_stats").empty());
}

TEST_CASE("trace: why a cluster or a listener is not there") {
  const auto reason = [](const std::string& part, const std::string& with) {
    std::string set = manifests() + pod("");
    const std::size_t at = set.find(part);
    REQUIRE(at != std::string::npos);
    set.replace(at, part.size(), with);
    return trace_of(set).reason;
  };
  CHECK(reason("- name: api\n", "- name: apy\n")
            .ends_with("DestinationRule edge/egress has no subset \"api\""));
  CHECK(
      reason("spec:\n  host: egress.edge.svc.cluster.local\n",
             "spec:\n  exportTo: ['.']\n  host: egress.edge.svc.cluster.local\n")
          .ends_with("DestinationRule edge/egress, which has the subset, is not exported to apps"));
  CHECK(reason("selector: {istio: egress}", "selector: {istio: other}")
            .ends_with("no Gateway selects it"));
  std::string set = manifests() + pod("");
  const std::string server = "port: {number: 443, name: tls-";
  for (std::size_t at = 0; (at = set.find(server, at)) != std::string::npos; ++at)
    set.replace(at, server.size(), "port: {number: 444, name: tls-");
  CHECK(trace_of(set).reason.ends_with("no listener on port 8443: its Gateways open no port"));
}

TEST_CASE("trace: with ALLOW_ANY_DYNAMIC_DNS the sidecar resolves what requests ask for") {
  const LoadedMesh loaded(pod(""), "outboundTrafficPolicy: {mode: ALLOW_ANY_DYNAMIC_DNS}\n");
  const Tracer tracer(loaded.mesh());
  Request request;
  request.client = *topology::find_proxy(loaded.mesh(), "apps/app");
  request.host = "any.example";
  request.port = 80;
  const Trace trace = tracer.trace(request);
  CHECK(to_string(trace.verdict) == "bypass");
  CHECK(trace.hops.front().cluster == "AllowAnyDynamicDNSCluster");
  request.port = 443;
  CHECK(tracer.trace(request).hops.front().cluster == "PassthroughCluster");
}

std::vector<std::string> names_of_clients(const std::string& set) {
  const LoadedMesh loaded(set);
  std::vector<std::string> out;
  for (const topology::Proxy& client : clients(loaded.mesh()))
    out.push_back(client.name_space + "/" + client.name + " " + client.service_account);
  return out;
}

TEST_CASE("trace: the clients of a set are its applications, each once") {
  using Names = std::vector<std::string>;
  CHECK(names_of_clients(manifests() + pod("")) == Names{"apps/app default"});
  const auto owned = [](const std::string& name, const std::string& owner) {
    return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " + name +
           ", namespace: apps, ownerReferences: [" + owner +
           "]}\nspec: {containers: [{name: app, image: app}]}\n";
  };
  CHECK(names_of_clients(pod("") + owned("app-5d8-x", "{kind: ReplicaSet, name: app-5d8}")) ==
        Names{"apps/app default"});
  CHECK(names_of_clients(pod("") + owned("other-5d8-x", "{kind: ReplicaSet, name: other-5d8}")) ==
        Names{"apps/app default", "apps/other-5d8-x default"});
}

TEST_CASE("trace: without applications those stand in whom policies let in") {
  using Names = std::vector<std::string>;
  CHECK(names_of_clients(manifests()) == Names{"default/client default"});
  CHECK(names_of_clients(manifests() +
                         "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n"
                         "metadata: {name: who, namespace: edge}\nspec: {rules: [{from: [{source: "
                         "{principals: [cluster.local/ns/shop/sa/cart]}}, {source: {namespaces: "
                         "[batch]}}]}]}\n") == Names{"batch/client default", "shop/client cart"});
}

}  // namespace
}  // namespace egressctl::trace
