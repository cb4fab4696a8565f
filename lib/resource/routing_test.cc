// VirtualService and DestinationRule.
#include <doctest/doctest.h>

#include "lib/resource/test_resources.h"

namespace egressctl::resource {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

}  // namespace

TEST_CASE("a VirtualService has hosts, gateways and visibility") {
  const Loaded loaded = load_testdata("virtual_service.yaml");
  const auto& service = only<VirtualService>(loaded);
  CHECK(*(*service.hosts)[0] == "edition.cnn.com");
  REQUIRE(service.gateways->size() == 2);
  CHECK(*(*service.gateways)[1] == "istio-egress/istio-egressgateway");
  CHECK(at((*service.gateways)[1]) == "10:5");
  CHECK(*(*service.export_to)[0] == "*");
}

TEST_CASE("a VirtualService's TLS route has its match and destination") {
  const Loaded loaded = load_testdata("virtual_service.yaml");
  const TlsRoute& route = *(*only<VirtualService>(loaded).tls)[0];
  const TlsMatch& match = *(*route.match)[0];
  CHECK(*(*match.gateways)[0] == "mesh");
  CHECK(*match.port == 443);
  CHECK(at(match.port) == "15:13");
  CHECK(*(*match.sni_hosts)[0] == "edition.cnn.com");
  CHECK(at((*match.sni_hosts)[0]) == "17:9");
  CHECK(*(*match.destination_subnets)[0] == "10.0.0.0/8");
  CHECK(**match.source_labels->find("app") == "sleep");
  CHECK(*match.source_namespace == "demo");
  const RouteDestination& to = *(*route.route)[0];
  CHECK(*to.destination->host == "istio-egressgateway.istio-egress.svc.cluster.local");
  CHECK(*to.destination->subset == "cnn");
  CHECK(at(to.destination->subset) == "24:17");
  CHECK(*to.destination->port->number == 443);
  CHECK(*to.weight == 100);
}

TEST_CASE("a VirtualService's TCP route has its match and destination") {
  const Loaded loaded = load_testdata("virtual_service.yaml");
  const TcpRoute& route = *(*only<VirtualService>(loaded).tcp)[0];
  const TcpMatch& match = *(*route.match)[0];
  CHECK(*(*match.gateways)[0] == "istio-egress/istio-egressgateway");
  CHECK(*match.port == 443);
  CHECK(*(*match.destination_subnets)[0] == "10.1.0.0/16");
  CHECK(*match.source_subnet == "10.2.0.0/16");
  CHECK(*match.source_namespace == "demo");
  CHECK(**match.source_labels->find("app") == "sleep");
  CHECK(*(*route.route)[0]->destination->subset == "edge");
}

TEST_CASE("a VirtualService's HTTP route has its matches") {
  const Loaded loaded = load_testdata("virtual_service.yaml");
  const HttpRoute& route = *(*only<VirtualService>(loaded).http)[0];
  CHECK(*route.name == "first");
  REQUIRE(route.match->size() == 2);
  const HttpMatch& match = *(*route.match)[0];
  CHECK(*match.name == "get");
  CHECK(match.uri->kind == StringMatchKind::Prefix);
  CHECK(*match.uri->text == "/api");
  CHECK(at(match.uri->text) == "43:21");
  CHECK(match.scheme->kind == StringMatchKind::Exact);
  CHECK(*match.method->text == "GET");
  CHECK(match.authority->kind == StringMatchKind::Regex);
  CHECK(*match.headers->find("x-user")->value.text == "jane");
  REQUIRE(match.without_headers->find("x-debug") != nullptr);
  CHECK(match.without_headers->find("x-debug")->value.kind == StringMatchKind::Unknown);
  CHECK(*match.query_params->find("q")->value.text == "[a-z]+");
  CHECK(*match.ignore_uri_case);
  CHECK(*match.port == 80);
  CHECK(*match.source_namespace == "demo");
  CHECK(*(*match.gateways)[0] == "mesh");
}

TEST_CASE("a VirtualService's HTTP route has destinations, timeouts and mirrors") {
  const Loaded loaded = load_testdata("virtual_service.yaml");
  const HttpRoute& route = *(*only<VirtualService>(loaded).http)[0];
  REQUIRE(route.route->size() == 2);
  CHECK(*(*route.route)[1]->weight == 30);
  CHECK(*(*route.route)[1]->destination->subset == "v2");
  CHECK(*route.rewrite->uri == "/v2");
  CHECK(*route.rewrite->authority == "cnn.internal");
  CHECK(*route.timeout == seconds(10));
  CHECK(*route.retries->attempts == 3);
  CHECK(*route.retries->per_try_timeout == milliseconds(1500));
  CHECK(*route.retries->retry_on == "5xx,reset");
  CHECK(*route.mirror->host == "shadow");
  CHECK(*(*route.mirrors)[0]->destination->port->number == 82);
  CHECK(*route.fault->abort->http_status == 500);
  CHECK(*route.fault->delay->percentage->value == doctest::Approx(0.1));
  CHECK(route.headers->request->set->find("x-a")->value == "1");
  CHECK(*(*route.cors_policy->allow_origins)[2]->text == "https://.*");
}

TEST_CASE("a VirtualService's other HTTP routes redirect, delegate and answer") {
  const Loaded loaded = load_testdata("virtual_service.yaml");
  const auto& http = *only<VirtualService>(loaded).http;
  REQUIRE(http.size() == 4);
  const HttpRedirect& redirect = *http[1]->redirect;
  CHECK(*redirect.uri == "/moved");
  CHECK(*redirect.prefix_rewrite == "/new");
  CHECK(*redirect.authority == "www.cnn.com");
  CHECK(*redirect.port == 443);
  CHECK(*redirect.derive_port == "FROM_REQUEST_PORT");
  CHECK(*redirect.scheme == "https");
  CHECK(*redirect.redirect_code == 302);
  CHECK_FALSE(http[1]->delegate.present());
  CHECK(*http[2]->delegate->name == "reviews");
  CHECK(*http[2]->delegate->name_space == "team-b");
  CHECK(*http[3]->direct_response->status == 404);
  CHECK(*http[3]->direct_response->body->string == "gone");
}

TEST_CASE("a DestinationRule has its policy") {
  const Loaded loaded = load_testdata("destination_rule.yaml");
  const auto& rule = only<DestinationRule>(loaded);
  CHECK(*rule.host == "istio-egressgateway.istio-egress.svc.cluster.local");
  CHECK(*(*rule.export_to)[0] == ".");
  CHECK(**rule.workload_selector->match_labels->find("app") == "sleep");
  const TrafficPolicy& policy = *rule.traffic_policy;
  CHECK(*policy.load_balancer->simple == LoadBalancing::RoundRobin);
  CHECK(*policy.load_balancer->consistent_hash->maglev->table_size == 65537);
  CHECK(*policy.load_balancer->warmup->minimum_percent == doctest::Approx(10.5));
  CHECK(policy.load_balancer->locality_lb_setting.present());
  const TcpPool& tcp = *policy.connection_pool->tcp;
  CHECK(*tcp.max_connections == 100);
  CHECK(*tcp.connect_timeout == milliseconds(30));
  CHECK(*tcp.idle_timeout == hours(1));
  CHECK(*tcp.max_connection_duration == hours(2) + minutes(45));
  CHECK(*tcp.tcp_keepalive->probes == 9);
  CHECK(*tcp.tcp_keepalive->time == hours(2));
  CHECK(*tcp.tcp_keepalive->interval == seconds(75));
  const HttpPool& http = *policy.connection_pool->http;
  CHECK(*http.h2_upgrade_policy == H2UpgradePolicy::Upgrade);
  CHECK(*http.http1_max_pending_requests == 1);
  CHECK(*http.http2_max_requests == 2);
  CHECK(*http.max_requests_per_connection == 3);
  CHECK(*http.max_retries == 4);
  CHECK(*http.max_concurrent_streams == 5);
  CHECK(*http.idle_timeout == minutes(5));
  CHECK(*http.use_client_protocol);
  CHECK(*policy.outlier_detection->consecutive_5xx_errors == 7);
  CHECK(*policy.tunnel->protocol == "CONNECT");
  CHECK(*policy.tunnel->target_host == "example.com");
  CHECK(*policy.tunnel->target_port == 443);
  CHECK(*policy.proxy_protocol->version == "V2");
}

TEST_CASE("a DestinationRule has client TLS for the host, a port and a subset") {
  const Loaded loaded = load_testdata("destination_rule.yaml");
  const auto& rule = only<DestinationRule>(loaded);
  const ClientTls& tls = *rule.traffic_policy->tls;
  CHECK(*tls.mode == ClientTlsMode::IstioMutual);
  CHECK(at(tls.mode) == "58:13");
  CHECK(*tls.client_certificate == "/etc/certs/client.crt");
  CHECK(*tls.private_key == "/etc/certs/client.key");
  CHECK(*tls.ca_certificates == "/etc/certs/ca.crt");
  CHECK(*tls.credential_name == "client");
  CHECK(*(*tls.subject_alt_names)[0] == "spiffe://cluster.local/ns/istio-egress/sa/gw");
  CHECK(*tls.sni == "edition.cnn.com");
  CHECK(at(tls.sni) == "64:12");
  CHECK_FALSE(*tls.insecure_skip_verify);
  CHECK(*tls.ca_crl == "/etc/certs/ca.crl");
  const PortTrafficPolicy& port = *(*rule.traffic_policy->port_level_settings)[0];
  CHECK(*port.port->number == 443);
  CHECK(*port.load_balancer->simple == LoadBalancing::LeastRequest);
  CHECK(*port.tls->mode == ClientTlsMode::Simple);
  CHECK(*port.tls->sni == "port.example");
  CHECK(*port.tls->insecure_skip_verify);
  REQUIRE(rule.subsets->size() == 2);
  const Subset& subset = *(*rule.subsets)[0];
  CHECK(*subset.name == "cnn");
  CHECK(**subset.labels->find("version") == "v1");
  CHECK(at(subset.traffic_policy) == "109:20");  // the alias, not the anchor
  CHECK(*subset.traffic_policy->tls->sni == "edition.cnn.com");
  CHECK_FALSE((*rule.subsets)[1]->traffic_policy.present());
}

}  // namespace egressctl::resource
