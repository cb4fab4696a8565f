// Services, pods, workloads, endpoints, scaling, and the Gateway API.
#include <doctest/doctest.h>

#include "lib/resource/backend_tls_policy.h"
#include "lib/resource/test_resources.h"

namespace egressctl::resource {

TEST_CASE("a Service has its selector and ports") {
  const Loaded loaded = load_testdata("service.yaml");
  const auto& service = only<Service>(loaded);
  CHECK(*service.type == ServiceType::ClusterIp);
  CHECK(*service.cluster_ip == "10.20.0.10");
  CHECK(*(*service.cluster_ips)[1] == "fd00::10");
  CHECK(**service.selector->find("istio") == "egressgateway");
  CHECK(service.publish_not_ready_addresses.present());
  CHECK(*(*service.external_ips)[0] == "192.0.2.1");
  CHECK(*service.external_name == "gw.example");
  const ServicePort& port = *(*service.ports)[0];
  CHECK(*port.name == "tls-egress");
  CHECK(*port.port == 443);
  CHECK(at(port.port) == "13:11");
  CHECK(port.target_port->number == 8443);
  CHECK(*port.protocol == "TCP");
  CHECK(*port.app_protocol == "tls");
  CHECK(*port.node_port == 30443);
  CHECK((*service.ports)[1]->target_port->text == "http2");
  CHECK_FALSE((*service.ports)[1]->target_port->is_number);
}

TEST_CASE("a Pod has its account, containers, addresses and readiness") {
  const Loaded loaded = load_testdata("pod.yaml");
  const auto& pod = only<Pod>(loaded);
  CHECK(*pod.spec->service_account_name == "gw");
  CHECK(pod.spec->host_network.present());
  CHECK(*(*pod.spec->init_containers)[0]->restart_policy == "Always");
  const Container& container = *(*pod.spec->containers)[0];
  CHECK(*container.name == "istio-proxy");
  CHECK(*container.image == "auto");
  CHECK(*(*container.ports)[0]->container_port == 8443);
  CHECK(at((*container.ports)[0]->container_port) == "23:34");
  CHECK(*pod.status->phase == "Running");
  CHECK(*pod.status->pod_ip == "10.1.0.10");
  CHECK(*(*pod.status->pod_ips)[1]->ip == "fd00::10");
  CHECK(pod.status->conditions->size() == 2);
  CHECK(is_ready(pod));
  CHECK_FALSE(is_ready(Pod{}));
}

TEST_CASE("every workload has its pod template") {
  const Loaded loaded = load_testdata("workloads.yaml");
  CHECK(loaded.findings.empty());
  REQUIRE(loaded.resources.size() == 6);
  const std::pair<Kind, std::string_view> expected[] = {
      {Kind::Deployment, "gw"},      {Kind::StatefulSet, "set"}, {Kind::DaemonSet, "daemon"},
      {Kind::ReplicaSet, "replica"}, {Kind::Job, "job"},         {Kind::CronJob, "cron"}};
  for (std::size_t i = 0; i < loaded.resources.size(); ++i) {
    CAPTURE(i);
    const auto* workload = loaded.resources[i].as<Workload>();
    REQUIRE(workload != nullptr);
    CHECK(loaded.resources[i].kind == expected[i].first);
    CHECK(*workload->pod_template->spec->service_account_name == expected[i].second);
  }
  const auto& deployment = *loaded.resources[0].as<Workload>();
  CHECK(*deployment.replicas == 3);
  CHECK(**deployment.selector->match_labels->find("istio") == "egressgateway");
  CHECK(**deployment.pod_template->labels->find("istio") == "egressgateway");
  CHECK(at(*deployment.pod_template->labels->find("istio")) == "12:23");
  CHECK(**deployment.pod_template->annotations->find("inject.istio.io/templates") == "gateway");
  CHECK(*deployment.pod_template->spec->host_network);
  CHECK(**loaded.resources[5].as<Workload>()->pod_template->labels->find("app") == "cron");
}

TEST_CASE("Endpoints and EndpointSlices have addresses, ports and readiness") {
  const Loaded plain = load_testdata("endpoints.yaml");
  const EndpointSubset& subset = *(*only<Endpoints>(plain).subsets)[0];
  CHECK(*(*subset.addresses)[0]->ip == "10.1.0.10");
  CHECK(*(*subset.addresses)[0]->target_ref->name == "gw-1");
  CHECK(*(*subset.not_ready_addresses)[0]->hostname == "gw-2");
  CHECK(*(*subset.ports)[0]->port == 8443);
  const Loaded sliced = load_testdata("endpoint_slice.yaml");
  const auto& slice = only<EndpointSlice>(sliced);
  CHECK(*slice.address_type == "IPv4");
  const SliceEndpoint& endpoint = *(*slice.endpoints)[0];
  CHECK(*(*endpoint.addresses)[0] == "10.1.0.10");
  CHECK(at((*endpoint.addresses)[0]) == "6:15");
  CHECK_FALSE(*endpoint.conditions->ready);
  CHECK(endpoint.conditions->ready.present());
  CHECK(*endpoint.conditions->serving);
  CHECK(*endpoint.conditions->terminating);
  CHECK(*endpoint.hostname == "gw-1");
  CHECK(*endpoint.node_name == "node-1");
  CHECK(*endpoint.zone == "eu-1");
  CHECK(*endpoint.target_ref->kind == "Pod");
  CHECK(*(*slice.ports)[0]->name == "tls");
  CHECK(*(*slice.ports)[0]->app_protocol == "tls");
}

TEST_CASE("autoscalers and disruption budgets have their bounds") {
  const Loaded loaded = load_testdata("scaling.yaml");
  CHECK(loaded.findings.empty());
  REQUIRE(loaded.resources.size() == 2);
  const auto& scaler = *loaded.resources[0].as<HorizontalPodAutoscaler>();
  CHECK(*scaler.scale_target_ref->kind == "Deployment");
  CHECK(*scaler.scale_target_ref->name == "gw");
  CHECK(*scaler.min_replicas == 2);
  CHECK(*scaler.max_replicas == 5);
  CHECK(at(scaler.max_replicas) == "7:16");
  const auto& budget = *loaded.resources[1].as<PodDisruptionBudget>();
  CHECK(budget.min_available->number == 1);
  CHECK(budget.max_unavailable->text == "50%");
  CHECK(**budget.selector->match_labels->find("istio") == "egressgateway");
}

TEST_CASE("a Gateway of the Gateway API has its listeners") {
  const Loaded loaded = load_testdata("kubernetes_gateway.yaml");
  const auto& gateway = only<KubernetesGateway>(loaded);
  CHECK(loaded.resources[0].kind == Kind::KubernetesGateway);
  CHECK(*gateway.gateway_class_name == "istio");
  CHECK(*(*gateway.addresses)[0]->value == "gw.istio-egress.svc.cluster.local");
  CHECK(gateway.infrastructure->annotations->size() == 1);
  const Listener& listener = *(*gateway.listeners)[0];
  CHECK(*listener.name == "tls");
  CHECK(*listener.hostname == "*.example.com");
  CHECK(*listener.port == 443);
  CHECK(*listener.protocol == "TLS");
  CHECK(*listener.tls->mode == ListenerTlsMode::Passthrough);
  CHECK(at(listener.tls->mode) == "17:13");
  CHECK(*(*listener.tls->certificate_refs)[0]->name == "cert");
  CHECK(**listener.tls->options->find("gateway.istio.io/tls-terminate-mode") == "ISTIO_MUTUAL");
  CHECK(*listener.allowed_routes->namespaces->from == RouteNamespaces::Selector);
  const auto& selector = *listener.allowed_routes->namespaces->selector;
  CHECK(**selector.match_labels->find("egress") == "allowed");
  CHECK(*(*listener.allowed_routes->kinds)[0]->kind == "TLSRoute");
}

TEST_CASE("routes of the Gateway API have parents, host names and backends") {
  const Loaded loaded = load_testdata("kubernetes_routes.yaml");
  CHECK(loaded.findings.empty());
  REQUIRE(loaded.resources.size() == 4);
  CHECK(loaded.resources[0].kind == Kind::HttpRoute);
  CHECK(loaded.resources[1].kind == Kind::TlsRoute);
  CHECK(loaded.resources[2].kind == Kind::TcpRoute);
  CHECK(loaded.resources[3].kind == Kind::GrpcRoute);
  const auto& route = *loaded.resources[0].as<KubernetesRoute>();
  const ParentRef& parent = *(*route.parent_refs)[0];
  CHECK(*parent.group == "networking.istio.io");
  CHECK(*parent.kind == "ServiceEntry");
  CHECK(*parent.name_space == "demo");
  CHECK(*parent.name == "cnn");
  CHECK(*parent.section_name == "tls");
  CHECK(*parent.port == 443);
  CHECK(*(*route.hostnames)[0] == "edition.cnn.com");
  const KubernetesRouteRule& rule = *(*route.rules)[0];
  CHECK(*rule.name == "all");
  CHECK(rule.matches.node->is_sequence());
  CHECK(rule.filters.present());
  const BackendRef& backend = *(*rule.backend_refs)[0];
  CHECK(*backend.kind == "Hostname");
  CHECK(*backend.name == "edition.cnn.com");
  CHECK(at(backend.name) == "21:13");
  CHECK(*backend.port == 443);
  CHECK(*backend.weight == 2);
  const auto& tcp = *loaded.resources[2].as<KubernetesRoute>();
  CHECK(*(*(*tcp.rules)[0]->backend_refs)[0]->name == "b");
}

TEST_CASE("a ReferenceGrant has both of its sides") {
  const Loaded loaded = load_testdata("reference_grant.yaml");
  const auto& grant = only<ReferenceGrant>(loaded);
  CHECK(*(*grant.from)[0]->kind == "TLSRoute");
  CHECK(*(*grant.from)[0]->name_space == "demo");
  CHECK(*(*grant.to)[0]->kind == "Service");
  CHECK(*(*grant.to)[0]->name == "gw");
  CHECK(at((*grant.to)[0]->name) == "8:38");
}

TEST_CASE("a BackendTLSPolicy has targets and the names of the certificate") {
  const Loaded loaded = load_testdata("backend_tls_policy.yaml");
  REQUIRE(loaded.resources.size() == 1);
  const BackendTlsPolicy policy = read_backend_tls_policy(*loaded.resources[0].node);
  CHECK(*(*policy.target_refs)[0]->kind == "ServiceEntry");
  CHECK(*(*policy.target_refs)[0]->name == "news");
  CHECK(*(*policy.target_refs)[0]->section_name == "https");
  CHECK(*policy.validation->hostname == "news.example");
  const auto& names = *policy.validation->subject_alt_names;
  REQUIRE(names.size() == 2);
  CHECK(*names[0]->hostname == "www.news.example");
  CHECK(*names[1]->uri == "spiffe://news.example/web");
  CHECK(at(policy.validation->hostname) == "10:15");
}

}  // namespace egressctl::resource
