// PeerAuthentication, AuthorizationPolicy, RequestAuthentication, EnvoyFilter, Telemetry and
// NetworkPolicy.
#include <doctest/doctest.h>

#include "lib/resource/test_resources.h"

namespace egressctl::resource {
TEST_CASE("a PeerAuthentication has a mode for the workload and for its ports") {
  const Loaded loaded = load_testdata("peer_authentication.yaml");
  const auto& policy = only<PeerAuthentication>(loaded);
  CHECK(**policy.selector->match_labels->find("istio") == "egressgateway");
  CHECK(*policy.mtls->mode == MutualTlsMode::Strict);
  CHECK(at(policy.mtls->mode) == "8:11");
  REQUIRE(policy.port_level_mtls->size() == 2);
  CHECK(*policy.port_level_mtls->find("8080")->value.mode == MutualTlsMode::Disable);
  CHECK(*policy.port_level_mtls->find("9090")->value.mode == MutualTlsMode::Permissive);
  CHECK(at(policy.port_level_mtls->find("9090")->key) == "11:5");
}

TEST_CASE("an AuthorizationPolicy has targets, action and provider") {
  const Loaded loaded = load_testdata("authorization_policy.yaml");
  const auto& policy = only<AuthorizationPolicy>(loaded);
  CHECK(**policy.selector->match_labels->find("istio") == "egressgateway");
  CHECK(*policy.target_ref->kind == "Service");
  CHECK(policy.target_ref->group.present());
  CHECK(*(*policy.target_refs)[0]->name == "egress");
  CHECK(*(*policy.target_refs)[0]->name_space == "istio-egress");
  CHECK(*policy.action == AuthorizationAction::Custom);
  CHECK(*policy.provider->name == "ext-authz");
  REQUIRE(policy.rules->size() == 2);
  CHECK_FALSE((*policy.rules)[1]->from.present());
}

TEST_CASE("an AuthorizationPolicy's rule has from, to and when") {
  const Loaded loaded = load_testdata("authorization_policy.yaml");
  const AuthorizationRule& rule = *(*only<AuthorizationPolicy>(loaded).rules)[0];
  const AuthorizationSource& source = *(*rule.from)[0]->source;
  const std::pair<const Texts*, std::string_view> from[] = {
      {&source.principals, "cluster.local/ns/demo/sa/sleep"},
      {&source.not_principals, "a"},
      {&source.request_principals, "b"},
      {&source.not_request_principals, "c"},
      {&source.namespaces, "demo"},
      {&source.not_namespaces, "prod"},
      {&source.service_accounts, "demo/sleep"},
      {&source.not_service_accounts, "demo/other"},
      {&source.trust_domains, "cluster.local"},
      {&source.not_trust_domains, "evil.example"},
      {&source.ip_blocks, "10.0.0.0/8"},
      {&source.not_ip_blocks, "10.1.0.0/16"},
      {&source.remote_ip_blocks, "192.0.2.0/24"},
      {&source.not_remote_ip_blocks, "198.51.100.0/24"}};
  for (const auto& row : from) {
    const auto& list = row.first;
    const auto& expected = row.second;
    CAPTURE(expected);
    REQUIRE((*list)->size() == 1);
    CHECK(*(**list)[0] == expected);
  }
  const AuthorizationOperation& operation = *(*rule.to)[0]->operation;
  const std::pair<const Texts*, std::string_view> to[] = {{&operation.hosts, "edition.cnn.com"},
                                                          {&operation.not_hosts, "evil.example"},
                                                          {&operation.ports, "443"},
                                                          {&operation.not_ports, "80"},
                                                          {&operation.methods, "GET"},
                                                          {&operation.not_methods, "PUT"},
                                                          {&operation.paths, "/a*"},
                                                          {&operation.not_paths, "/b"}};
  for (const auto& row : to) {
    const auto& list = row.first;
    const auto& expected = row.second;
    CAPTURE(expected);
    REQUIRE((*list)->size() == 1);
    CHECK(*(**list)[0] == expected);
  }
  const AuthorizationCondition& condition = *(*rule.when)[0];
  CHECK(*condition.key == "connection.sni");
  CHECK(at(condition.key) == "40:12");
  CHECK(*(*condition.values)[0] == "*.cnn.com");
  CHECK(*(*condition.not_values)[0] == "www.cnn.com");
}

TEST_CASE("an EnvoyFilter has its targets, its order and listener patches") {
  const Loaded loaded = load_testdata("envoy_filter.yaml");
  const auto& filter = only<EnvoyFilter>(loaded);
  CHECK(**filter.workload_selector->labels->find("istio") == "egressgateway");
  CHECK(*(*filter.target_refs)[0]->kind == "Gateway");
  CHECK(*filter.priority == -5);
  REQUIRE(filter.config_patches->size() == 4);
  const ConfigPatch& patch = *(*filter.config_patches)[0];
  CHECK(*patch.apply_to == ApplyTo::NetworkFilter);
  CHECK(*patch.match->context == PatchContext::Gateway);
  CHECK(*patch.match->proxy->proxy_version == "^1\\.30.*");
  CHECK(**patch.match->proxy->metadata->find("CLUSTER_ID") == "Kubernetes");
  const ListenerMatch& listener = *patch.match->listener;
  CHECK(*listener.port_number == 8443);
  CHECK(at(listener.port_number) == "18:21");
  CHECK(*listener.port_name == "tls");
  CHECK(*listener.name == "0.0.0.0_8443");
  CHECK(*listener.listener_filter == "envoy.filters.listener.tls_inspector");
  const FilterChainMatch& chain = *listener.filter_chain;
  CHECK(*chain.name == "chain");
  CHECK(*chain.sni == "*.wikipedia.org");
  CHECK(*chain.transport_protocol == "tls");
  CHECK(*chain.application_protocols == "istio,h2");
  CHECK(*chain.destination_port == 443);
  CHECK(*chain.filter->name == "envoy.filters.network.tcp_proxy");
  CHECK(*chain.filter->sub_filter->name == "envoy.filters.http.router");
  CHECK(*patch.patch->operation == PatchOperation::Merge);
  CHECK(*patch.patch->filter_class == FilterClass::Authz);
  REQUIRE(patch.patch->value.node->find("typed_config") != nullptr);
  CHECK(at(patch.patch->value) == "35:9");
}

TEST_CASE("an EnvoyFilter has cluster, route and waypoint matches, and keeps unknown words") {
  const Loaded loaded = load_testdata("envoy_filter.yaml");
  const auto& patches = *only<EnvoyFilter>(loaded).config_patches;
  const ClusterMatch& cluster = *patches[1]->match->cluster;
  CHECK(*cluster.port_number == 443);
  CHECK(*cluster.service == "www.wikipedia.org");
  CHECK(*cluster.subset == "wiki");
  CHECK(*cluster.name == "sni_cluster");
  const RouteConfigurationMatch& routes = *patches[2]->match->route_configuration;
  CHECK(*routes.port_number == 80);
  CHECK(*routes.port_name == "http");
  CHECK(*routes.gateway == "istio-egress/gw");
  CHECK(*routes.name == "http.80");
  CHECK(*routes.vhost->name == "www.cnn.com:80");
  CHECK(*routes.vhost->domain_name == "www.cnn.com");
  CHECK(*routes.vhost->route->name == "default");
  CHECK(*routes.vhost->route->action == "ROUTE");
  CHECK(*patches[2]->patch->operation == PatchOperation::Unknown);
  CHECK(patches[2]->patch->operation.text() == "REPLACE_ALL");
  const WaypointMatch& waypoint = *patches[3]->match->waypoint;
  CHECK(*waypoint.port_number == 443);
  CHECK(*waypoint.filter->sub_filter->name == "x");
  CHECK(*waypoint.route->name == "default");
  CHECK(*patches[3]->patch->operation == PatchOperation::Remove);
}

TEST_CASE("a RequestAuthentication has targets and rules") {
  const Loaded loaded = load_testdata("request_authentication.yaml");
  const auto& policy = only<RequestAuthentication>(loaded);
  CHECK(**policy.selector->match_labels->find("istio") == "egressgateway");
  CHECK(*policy.target_ref->kind == "Gateway");
  CHECK(*(*policy.target_refs)[0]->name == "cnn");
  const JwtRule& rule = *(*policy.jwt_rules)[0];
  CHECK(*rule.issuer == "https://issuer.example.com");
  CHECK(*rule.jwks_uri == "https://issuer.example.com/keys");
  CHECK(*rule.jwks == "{\"keys\": []}");
}

TEST_CASE("a Telemetry has its access logs") {
  const Loaded loaded = load_testdata("telemetry.yaml");
  const auto& telemetry = only<Telemetry>(loaded);
  CHECK(**telemetry.selector->match_labels->find("istio") == "egressgateway");
  CHECK(*telemetry.target_ref->name == "gw");
  CHECK(*(*telemetry.target_refs)[0]->name == "egress");
  const AccessLogging& logging = *(*telemetry.access_logging)[0];
  CHECK(*logging.match->mode == WorkloadMode::Client);
  CHECK(*(*logging.providers)[0]->name == "envoy");
  CHECK(at((*logging.providers)[0]->name) == "34:13");
  CHECK(logging.disabled.present());
  CHECK(*logging.filter->expression == "response.code >= 400");
}

TEST_CASE("a NetworkPolicy has its peers and ports, and tells empty from absent selectors") {
  const Loaded loaded = load_testdata("network_policy.yaml");
  const auto& policy = only<NetworkPolicy>(loaded);
  CHECK(policy.pod_selector.present());
  CHECK(policy.pod_selector->match_labels->empty());
  CHECK(policy.policy_types->size() == 2);
  const NetworkRule& ingress = *(*policy.ingress)[0];
  const NetworkPeer& from = *(*ingress.peers)[0];
  CHECK(**from.pod_selector->match_labels->find("app") == "sleep");
  CHECK(*(*from.pod_selector->match_expressions)[0]->op == SelectorOperator::In);
  CHECK(*(*ingress.ports)[0]->port->text.begin() == '8');
  CHECK((*ingress.ports)[0]->port->number == 8080);
  CHECK(*(*ingress.ports)[0]->end_port == 8090);
  const NetworkRule& egress = *(*policy.egress)[0];
  REQUIRE(egress.peers->size() == 2);
  CHECK_FALSE((*egress.peers)[1]->pod_selector.present());
  CHECK(*(*egress.peers)[1]->ip_block->cidr == "0.0.0.0/0");
  CHECK(*(*(*egress.peers)[1]->ip_block->except)[0] == "169.254.169.254/32");
  CHECK(at((*(*egress.peers)[1]->ip_block->except)[0]) == "23:18");
  CHECK_FALSE((*egress.ports)[0]->port->is_number);
  CHECK((*egress.ports)[0]->port->text == "dns");
}

}  // namespace egressctl::resource
