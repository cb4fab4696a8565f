// ServiceEntry, Gateway, Sidecar, WorkloadEntry and WorkloadGroup.
#include <doctest/doctest.h>

#include "lib/resource/test_resources.h"

namespace egressctl::resource {
TEST_CASE("a ServiceEntry has every field at its place") {
  const Loaded loaded = load_testdata("service_entry.yaml");
  const auto& entry = only<ServiceEntry>(loaded);
  REQUIRE(entry.hosts->size() == 2);
  CHECK(*(*entry.hosts)[1] == "*.cnn.com");
  CHECK(at((*entry.hosts)[1]) == "13:5");
  CHECK(at(entry.hosts.key) == "11:3");
  CHECK(*(*entry.addresses)[1] == "10.0.0.0/8");
  CHECK(at((*entry.addresses)[1]) == "14:26");
  REQUIRE(entry.ports->size() == 2);
  const Port& port = *(*entry.ports)[0];
  CHECK(*port.number == 443);
  CHECK(at(port.number) == "16:13");
  CHECK(*port.protocol == Protocol::Tls);
  CHECK(*port.name == "tls");
  CHECK(*port.target_port == 8443);
  CHECK(at((*entry.ports)[1]->protocol) == "20:40");
  CHECK(*entry.location == Location::MeshExternal);
  CHECK(*entry.resolution == Resolution::Dns);
  CHECK(at(entry.resolution) == "22:15");
  CHECK(at(entry.resolution.key) == "22:3");
  CHECK(*(*entry.export_to)[0] == ".");
  CHECK(*(*entry.subject_alt_names)[0] == "spiffe://cluster.local/ns/demo/sa/cnn");
  CHECK(**entry.workload_selector->labels->find("app") == "cnn");
}

TEST_CASE("a ServiceEntry's endpoints are WorkloadEntries") {
  const Loaded loaded = load_testdata("service_entry.yaml");
  const WorkloadEntry& endpoint = *(*only<ServiceEntry>(loaded).endpoints)[0];
  CHECK(*endpoint.address == "cdn.example.com");
  REQUIRE(endpoint.ports->find("tls") != nullptr);
  CHECK(**endpoint.ports->find("tls") == 9443);
  CHECK(at(*endpoint.ports->find("tls")) == "26:12");
  CHECK(at(endpoint.ports->find("tls")->key) == "26:7");
  CHECK(**endpoint.labels->find("region") == "eu");
  CHECK(*endpoint.network == "net-1");
  CHECK(*endpoint.locality == "eu/west");
  CHECK(*endpoint.weight == 3);
  CHECK(*endpoint.service_account == "cdn");
}

TEST_CASE("a WorkloadEntry of its own has every field") {
  const Loaded loaded = load_testdata("workload_entry.yaml");
  const auto& entry = only<WorkloadEntry>(loaded);
  CHECK(*entry.address == "192.0.2.7");
  CHECK(**entry.ports->find("tls") == 8443);
  CHECK(**entry.labels->find("app") == "vm");
  CHECK(*entry.network == "dmz");
  CHECK(*entry.locality == "eu/west/1");
  CHECK(*entry.weight == 10);
  CHECK(*entry.service_account == "vm");
}

TEST_CASE("a WorkloadGroup has labels, a template and a probe") {
  const Loaded loaded = load_testdata("workload_group.yaml");
  const auto& group = only<WorkloadGroup>(loaded);
  CHECK(**group.metadata->labels->find("app") == "legacy");
  CHECK(*group.entry->network == "vpc");
  const ReadinessProbe& probe = *group.probe;
  CHECK(*probe.http_get->port == 8080);
  CHECK(*probe.http_get->scheme == "HTTPS");
  CHECK(*(*probe.http_get->http_headers)[0]->name == "x-probe");
  CHECK(*probe.tcp_socket->port == 8080);
  CHECK(*(*probe.exec->command)[0] == "/bin/true");
  CHECK(probe.grpc.present());
}

TEST_CASE("metadata has name, namespace, labels, annotations and age") {
  const Loaded loaded = load_testdata("service_entry.yaml");
  const Resource& resource = loaded.resources.at(0);
  CHECK(*resource.metadata.name == "cnn");
  CHECK(at(resource.metadata.name) == "4:9");
  CHECK(*resource.metadata.name_space == "demo");
  CHECK(**resource.metadata.labels->find("app.kubernetes.io/name") == "cnn");
  CHECK(**resource.metadata.annotations->find("note") == "a \"quoted\" word");
  CHECK(*resource.metadata.creation_timestamp == "2026-01-02T03:04:05Z");
  CHECK(at(resource.spec_range) == "11:3");
  CHECK(display_name(resource) == "ServiceEntry demo/cnn");
}

TEST_CASE("a Gateway has its servers with port, hosts and TLS") {
  const Loaded loaded = load_testdata("gateway.yaml");
  const auto& gateway = only<Gateway>(loaded);
  CHECK(**gateway.selector->find("istio") == "egressgateway");
  REQUIRE(gateway.servers->size() == 2);
  const Server& server = *(*gateway.servers)[0];
  CHECK(*server.name == "cnn");
  CHECK(*server.bind == "0.0.0.0");
  CHECK(*server.port->number == 443);
  CHECK(*server.port->name == "tls-cnn");
  CHECK(*(*server.hosts)[0] == "demo/edition.cnn.com");
  CHECK(at((*server.hosts)[0]) == "15:13");
  CHECK(*server.default_endpoint == "127.0.0.1:80");
  CHECK_FALSE(server.tls->https_redirect.value);
  CHECK(server.tls->https_redirect.present());
  CHECK(*server.tls->mode == ServerTlsMode::IstioMutual);
  CHECK(at(server.tls->mode) == "19:13");
  CHECK(*server.tls->server_certificate == "/etc/certs/tls.crt");
  CHECK(*server.tls->private_key == "/etc/certs/tls.key");
  CHECK(*server.tls->ca_certificates == "/etc/certs/ca.crt");
  CHECK(*server.tls->ca_crl == "/etc/certs/ca.crl");
  CHECK(*server.tls->credential_name == "cnn");
  CHECK(server.tls->credential_names->size() == 2);
  CHECK(*server.tls->ca_cert_credential_name == "cnn-ca");
  CHECK(*(*server.tls->tls_certificates)[0]->private_key == "/a.key");
  CHECK(*(*server.tls->subject_alt_names)[0] == "spiffe://cluster.local/ns/demo/sa/sleep");
  CHECK(*(*server.tls->verify_certificate_spki)[0] == "aGVsbG8=");
  CHECK(*(*server.tls->verify_certificate_hash)[0] == "0a:1b");
  CHECK(*server.tls->min_protocol_version == TlsVersion::Tls12);
  CHECK(*server.tls->max_protocol_version == TlsVersion::Tls13);
  CHECK(*(*server.tls->cipher_suites)[0] == "ECDHE-RSA-AES256-GCM-SHA384");
  CHECK(*server.tls->insecure_skip_verify);
}

TEST_CASE("what is absent points at the mapping that lacks it, however deep") {
  const Loaded loaded = load_testdata("gateway.yaml");
  const Positioned<Server>& server = (*only<Gateway>(loaded).servers)[1];
  CHECK_FALSE(server->tls.present());
  CHECK(server->tls.range == server.range);
  CHECK(server->tls->mode.range == server.range);
  CHECK(*server->tls->mode == ServerTlsMode::Passthrough);
  CHECK_FALSE(server->tls->mode.present());
  CHECK_FALSE(server->tls.key.known());
  CHECK(server->tls->tls_certificates.range == server.range);
  CHECK(at(server) == "36:5");
}

TEST_CASE("a Sidecar has its listeners, hosts and outbound policy") {
  const Loaded loaded = load_testdata("sidecar.yaml");
  const auto& sidecar = only<Sidecar>(loaded);
  CHECK(**sidecar.workload_selector->labels->find("app") == "sleep");
  const SidecarIngress& ingress = *(*sidecar.ingress)[0];
  CHECK(*ingress.port->protocol == Protocol::Http);
  CHECK(*ingress.bind == "172.16.0.1");
  CHECK(*ingress.capture_mode == CaptureMode::None);
  CHECK(*ingress.default_endpoint == "unix:///var/run/app.sock");
  CHECK(*ingress.tls->mode == ServerTlsMode::Simple);
  const SidecarEgress& egress = *(*sidecar.egress)[0];
  CHECK(*egress.port->number == 443);
  CHECK(*egress.bind == "127.0.0.1");
  CHECK(*egress.capture_mode == CaptureMode::IpTables);
  REQUIRE(egress.hosts->size() == 2);
  CHECK(*(*egress.hosts)[1] == "~/*");
  CHECK(at((*egress.hosts)[1]) == "53:7");
  CHECK(*sidecar.outbound_traffic_policy->mode == OutboundMode::RegistryOnly);
  CHECK(*sidecar.outbound_traffic_policy->egress_proxy->host == "proxy.corp.example");
  CHECK(*sidecar.outbound_traffic_policy->egress_proxy->port->number == 3128);
}

}  // namespace egressctl::resource
