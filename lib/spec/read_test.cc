#include "lib/spec/read.h"

#include <set>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/spec/rules.h"
#include "lib/testing/files.h"

namespace egressctl::spec {
namespace {

constexpr std::string_view kHead = R"(apiVersion: egressctl/v1
kind: Egress
metadata: {name: test}
spec:
)";

// Reads the one document of `source`.
std::optional<Spec> read_one(const Source& source, Diagnostics& diagnostics) {
  const auto documents = yaml::load(source, diagnostics);
  REQUIRE(documents.size() == 1);
  return read(documents.front(), diagnostics);
}

TEST_CASE("read: a spec of destinations alone has the defaults") {
  const Source source(
      "s.yaml",
      fmt::format("{}  destinations: [{{name: a, hosts: [a.org], via: gateway}}]\n", kHead));
  Diagnostics diagnostics;
  const auto spec = read_one(source, diagnostics);
  REQUIRE(spec.has_value());
  CHECK(diagnostics.empty());
  CHECK(spec->name == "test");
  CHECK(*spec->istio.version == IstioVersion{30});
  CHECK_FALSE(spec->istio.version.range.known());
  CHECK(spec->clients.empty());
  CHECK(spec->clients_range.text() == "destinations");
  CHECK(spec->gateway.service_account == "istio-egressgateway");
  CHECK(spec->gateway.selector.at("istio") == "egressgateway");
  CHECK(*spec->policy.network_policy);
  REQUIRE(spec->destinations.size() == 1);
  const Destination& destination = spec->destinations.front();
  CHECK(destination.range.text() == "{name: a, hosts: [a.org], via: gateway}");
  CHECK(destination.hosts.front().range.text() == "a.org");
  REQUIRE(destination.ports.size() == 1);
  CHECK(*destination.ports.front() == 443);
  CHECK(*destination.resolution == Resolution::Automatic);
}

TEST_CASE("read: every value of a full spec arrives in its place") {
  const std::string path = (testing::testdata() / "specs/all-modes.yaml").string();
  const Source source("all-modes.yaml", testing::read_file(path));
  Diagnostics diagnostics;
  const auto spec = read_one(source, diagnostics);
  REQUIRE(spec.has_value());
  CHECK(spec->istio.version.range.text() == "\"1.30\"");
  REQUIRE(spec->clients.size() == 2);
  CHECK(*spec->clients[0].service_accounts[1] == "curl");
  CHECK(spec->clients[1].selector.at("app.kubernetes.io/part-of") == "reports");
  CHECK(spec->gateway.max_replicas == 8);
  CHECK(spec->gateway.cpu_request == "250m");
  CHECK(spec->gateway.memory_request == "256Mi");
  CHECK(spec->gateway.cpu_limit == "2");
  CHECK(spec->dns.lookup_family == "V4_PREFERRED");
  CHECK(spec->dns.refresh_seconds == 30);
  CHECK(spec->dns.host_ttl_seconds == 600);
  CHECK(spec->dns.max_hosts == 4096);
  CHECK(spec->policy.inner_sni.range.text() == "allow-list");
  REQUIRE(spec->destinations.size() == 10);
  CHECK(*spec->destinations[1].ports[1] == 8443);
  CHECK(*spec->destinations[2].via == Via::CommonHost);
  CHECK(*spec->destinations[2].common_host == "www.wikipedia.org");
  CHECK(*spec->destinations[3].via == Via::SniProxy);
  CHECK(*spec->destinations[5].resolution == Resolution::Dns);
  CHECK(*spec->destinations[6].resolution == Resolution::DynamicDns);
  CHECK(spec->destinations[8].tls.credential_name == "legacy-client-certificate");
  CHECK(spec->destinations[8].tls.subject_alt_names.front() == "api.legacy.example.net");
}

TEST_CASE("read: values other than the defaults arrive, too") {
  const Source source("s.yaml", fmt::format(R"({}  istio:
    version: 1.30
    revision: canary
    rootNamespace: mesh
    trustDomain: corp_td
    clusterDomain: corp.example
  gateway:
    namespace: out
    name: gate
    create: false
    port: 8443
    targetPort: 9443
  policy:
    outbound: ALLOW_ANY
    networkPolicy: false
    authorize: false
    innerSni: off
    clusterTraffic: false
  observe: {{accessLog: false}}
  dns: {{refresh: 90}}
  destinations:
  - {{name: a, hosts: [a.org, web.cluster.local], via: direct, resolution: none}}
)",
                                            kHead));
  Diagnostics diagnostics;
  const auto spec = read_one(source, diagnostics);
  REQUIRE(spec.has_value());
  CHECK(spec->istio.revision == "canary");
  CHECK(spec->istio.root_namespace == "mesh");
  CHECK(spec->istio.trust_domain == "corp_td");
  CHECK(spec->istio.cluster_domain == "corp.example");
  CHECK(spec->gateway.name_space == "out");
  CHECK(spec->gateway.service_account == "gate");
  CHECK_FALSE(spec->gateway.create);
  CHECK(spec->gateway.port == 8443);
  CHECK(spec->gateway.target_port == 9443);
  CHECK(*spec->policy.outbound == Outbound::AllowAny);
  CHECK_FALSE(*spec->policy.network_policy);
  CHECK_FALSE(spec->policy.authorize);
  CHECK(*spec->policy.inner_sni == InnerSni::Off);
  CHECK_FALSE(spec->policy.cluster_traffic);
  CHECK_FALSE(spec->access_log);
  CHECK(spec->dns.refresh_seconds == 90);
  CHECK(*spec->destinations[0].resolution == Resolution::None);
}

TEST_CASE("read: ten mistakes make ten findings in one run") {
  const std::string path = (testing::testdata() / "specs/bad/ten-mistakes.yaml").string();
  const Source source("ten-mistakes.yaml", testing::read_file(path));
  Diagnostics diagnostics;
  CHECK_FALSE(read_one(source, diagnostics).has_value());
  CHECK(diagnostics.size() == 10);
  std::set<std::size_t> lines;
  for (const Diagnostic& diagnostic : diagnostics)
    lines.insert(diagnostic.range.start_position().line);
  CHECK(lines.size() == 10);
}

TEST_CASE("read: a more specific host or wildcard may overlap another destination's") {
  const Source source("s.yaml", fmt::format(R"({}  destinations:
  - {{name: a, hosts: ["*.org"], via: sni-proxy}}
  - {{name: b, hosts: ["*.a.org"], via: common-host, commonHost: www.a.org}}
  - {{name: c, hosts: [www.a.org, x.y.org], via: gateway}}
)",
                                            kHead));
  Diagnostics diagnostics;
  CHECK(read_one(source, diagnostics).has_value());
  CHECK(diagnostics.empty());
}

TEST_CASE("read: a merged or aliased list counts where it is used") {
  const Source source("s.yaml", fmt::format(R"({}  destinations:
  - {{name: a, hosts: &hosts [a.org], via: gateway}}
  - {{name: b, hosts: *hosts, via: gateway}}
)",
                                            kHead));
  Diagnostics diagnostics;
  CHECK_FALSE(read_one(source, diagnostics).has_value());
  REQUIRE(diagnostics.size() == 1);
  CHECK(diagnostics[0].rule.id == kDuplicateHost.id);
}

TEST_CASE("read: 10,000 destinations are read, and a host claimed twice among them is found") {
  std::string text = fmt::format("{}  destinations:\n", kHead);
  for (int i = 0; i < 10'000; ++i)
    text += fmt::format("  - {{name: d{0}, hosts: [h{0}.example.org], via: gateway}}\n", i);
  Diagnostics none;
  const Source good("good.yaml", text);
  const auto spec = read_one(good, none);
  REQUIRE(spec.has_value());
  CHECK(spec->destinations.size() == 10'000);
  const Source bad("bad.yaml", text + "  - {name: last, hosts: [h7.example.org], via: gateway}\n");
  Diagnostics one;
  CHECK_FALSE(read_one(bad, one).has_value());
  REQUIRE(one.size() == 1);
  CHECK(one[0].rule.id == kDuplicateHost.id);
  CHECK(one[0].related.front().range.start_position().line == 13);
}

TEST_CASE("starter: it reads without findings and has the given name, whatever that is") {
  for (const char* name : {"egress", "true", "1.30", "null"}) {
    CAPTURE(name);
    const Source source("egress.yaml", starter(name));
    Diagnostics diagnostics;
    const auto documents = yaml::load(source, diagnostics);
    REQUIRE(documents.size() == 1);
    const yaml::Node* metadata = documents.front().root().find("metadata");
    REQUIRE(metadata != nullptr);
    CHECK(metadata->find("name")->scalar == name);
    const bool is_label = std::string_view(name) != "1.30";
    CHECK(read(documents.front(), diagnostics).has_value() == is_label);
    CHECK(diagnostics.empty() == is_label);
  }
}

TEST_CASE("starter: what it has commented out reads as well") {
  std::string text;
  for (const char* name : {"- name: open", "- name: time", "- name: api"})
    CHECK(starter("x").find(std::string("    # ") + name) != std::string::npos);
  std::istringstream in(starter("x"));
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("    # - ") || line.starts_with("    #   ")) line.erase(4, 2);
    text += line + "\n";
  }
  const Source source("egress.yaml", text);
  Diagnostics diagnostics;
  const auto spec = read_one(source, diagnostics);
  REQUIRE(spec.has_value());
  CHECK(diagnostics.empty());
  CHECK(spec->destinations.size() == 5);
}

}  // namespace
}  // namespace egressctl::spec
