// MeshConfig in all the places where it may stand.
#include "lib/resource/mesh_config.h"

#include <doctest/doctest.h>

#include "lib/resource/test_resources.h"

namespace egressctl::resource {

TEST_CASE("a bare MeshConfig is recognised and has every field") {
  const Loaded loaded = load_testdata("mesh_config.yaml");
  const auto& config = only<MeshConfig>(loaded);
  CHECK(loaded.resources[0].kind == Kind::MeshConfig);
  CHECK(loaded.resources[0].mesh_config() == &config);
  CHECK(*config.outbound_traffic_policy->mode == OutboundMode::RegistryOnly);
  CHECK(at(config.outbound_traffic_policy->mode) == "2:9");
  CHECK(*config.root_namespace == "istio-config");
  CHECK(*config.trust_domain == "corp.example");
  CHECK(*(*config.trust_domain_aliases)[0] == "old.example");
  CHECK(*(*config.default_service_export_to)[0] == ".");
  CHECK(*(*config.default_virtual_service_export_to)[0] == ".");
  CHECK(*(*config.default_destination_rule_export_to)[0] == "*");
  CHECK(*config.access_log_file == "/dev/stdout");
  CHECK(*config.access_log_format == "%REQUESTED_SERVER_NAME%\n");
  CHECK(*config.access_log_encoding == LogEncoding::Json);
  CHECK(config.enable_auto_mtls.present());
  CHECK_FALSE(*config.enable_auto_mtls);
  const LabelSelector& selector = *(*config.discovery_selectors)[0];
  CHECK(**selector.match_labels->find("istio-discovery") == "enabled");
  CHECK(*(*selector.match_expressions)[0]->op == SelectorOperator::NotIn);
  CHECK((*selector.match_expressions)[0]->values->size() == 2);
  CHECK(*config.path_normalization->normalization == PathNormalizationType::MergeSlashes);
  CHECK(*config.h2_upgrade_policy == H2UpgradePolicy::Upgrade);
  CHECK(*(*config.extension_providers)[0]->name == "otel");
  CHECK(config.default_config.node->find("proxyMetadata") != nullptr);
  CHECK(config.default_providers.present());
}

TEST_CASE("Helm values hold a MeshConfig") {
  const Loaded loaded("values.yaml", "global: {}\nmeshConfig:\n  trustDomain: corp.example\n");
  const auto& config = only<MeshConfig>(loaded);
  CHECK(*config.trust_domain == "corp.example");
  CHECK(at(config.trust_domain) == "3:16");
  CHECK(at(loaded.resources[0].range) == "3:3");
}

TEST_CASE("an IstioOperator holds a MeshConfig") {
  const Loaded loaded = load_testdata("istio_operator.yaml");
  const auto& install = only<IstioOperator>(loaded);
  CHECK(*install.profile == "default");
  CHECK(*install.revision == "1-30");
  CHECK(*install.name_space == "istio-system");
  CHECK(install.components.present());
  CHECK(install.values.node->find("global") != nullptr);
  REQUIRE(loaded.resources[0].mesh_config() != nullptr);
  CHECK(*loaded.resources[0].mesh_config()->outbound_traffic_policy->mode ==
        OutboundMode::AllowAny);
  CHECK(at(install.mesh_config->outbound_traffic_policy->mode) == "9:35");
}

TEST_CASE("a literal block of a ConfigMap is read with exact places in the file") {
  const Loaded loaded = load_testdata("config_map.yaml");
  REQUIRE(loaded.reading.empty());
  REQUIRE(loaded.resources.size() == 2);
  const Resource& resource = loaded.resources[1];
  const auto& map = *resource.as<ConfigMap>();
  CHECK(**map.data->find("meshNetworks") == "networks: {}");
  REQUIRE(resource.mesh_config() != nullptr);
  const MeshConfig& config = *resource.mesh_config();
  CHECK(map.mesh_yaml->exact());
  CHECK(*config.outbound_traffic_policy->mode == OutboundMode::RegistryOnly);
  const SourceRange mode = config.outbound_traffic_policy->mode.range;
  CHECK(mode.source == &loaded.source);
  CHECK(at(mode) == "15:13");
  CHECK(mode.text() == "REGISTRY_ONLY");
  CHECK(at(config.root_namespace.key) == "17:5");
  CHECK(at((*config.extension_providers)[0]->name) == "19:13");
  CHECK(resource.field_path(mode) == "data.mesh outboundTrafficPolicy.mode");
  REQUIRE(loaded.findings.size() == 1);
  CHECK(at(loaded.findings[0].range) == "20:20");
  CHECK(loaded.findings[0].field == "data.mesh accessLogFile");
  CHECK(loaded.findings[0].resource.name == "istio-1-30");
}

TEST_CASE("a ConfigMap's string of another style is read, its fields point at the whole") {
  const std::string head = "{apiVersion: v1, kind: ConfigMap, metadata: {name: istio}, data: ";
  const std::string tails[] = {
      "{mesh: \"trustDomain: \\\"corp.example\\\"\\nrootNamespace: x\\n\"}}",
      "{mesh: 'trustDomain: corp.example'}}"};
  for (const std::string& tail : tails) {
    CAPTURE(tail);
    const Loaded loaded("in.yaml", head + tail);
    const auto& map = only<ConfigMap>(loaded);
    REQUIRE(map.mesh.present());
    CHECK_FALSE(map.mesh_yaml->exact());
    CHECK(*map.mesh->trust_domain == "corp.example");
    CHECK(at(map.mesh->trust_domain) == "1:73");
    CHECK(map.mesh->trust_domain.range == map.data->find("mesh")->range);
    CHECK(loaded.resources[0].field_path(map.mesh->trust_domain.range) == "data.mesh");
  }
}

TEST_CASE("a literal block keeps exact places with CRLF, markers and any indentation") {
  const std::string_view head =
      "apiVersion: v1\r\nkind: ConfigMap\r\nmetadata: {name: istio}\r\ndata:\r\n";
  SUBCASE("CRLF") {
    const Loaded loaded("in.yaml", std::string(head) +
                                       "  mesh: |\r\n    trustDomain: a\r\n"
                                       "    rootNamespace: b\r\n");
    const auto& map = only<ConfigMap>(loaded);
    CHECK(map.mesh_yaml->exact());
    CHECK(at(map.mesh->root_namespace) == "7:20");
  }
  SUBCASE("deep indentation and keeping all newlines") {
    const Loaded loaded("in.yaml",
                        std::string(head) + "  mesh: |+\r\n          trustDomain: a\r\n\r\n");
    CHECK(at(only<ConfigMap>(loaded).mesh->trust_domain) == "6:24");
  }
  SUBCASE("a document marker inside gives up exactness, not the content") {
    const Loaded loaded("in.yaml", std::string(head) +
                                       "  mesh: |\r\n    ---\r\n"
                                       "    trustDomain: a\r\n");
    const auto& map = only<ConfigMap>(loaded);
    CHECK_FALSE(map.mesh_yaml->exact());
    CHECK(*map.mesh->trust_domain == "a");
    CHECK(at(map.mesh->trust_domain) == "5:9");
  }
}

TEST_CASE("a ConfigMap's mesh that is no YAML is a finding at its place in the file") {
  const Loaded loaded("in.yaml",
                      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio}\ndata:\n"
                      "  mesh: |\n    trustDomain: a\n    rootNamespace: [b\n");
  REQUIRE(loaded.reading.empty());
  REQUIRE(loaded.findings.size() == 1);
  CHECK(loaded.findings[0].rule.id == yaml::kYamlSyntax.id);
  CHECK(loaded.findings[0].range.source == &loaded.source);
  CHECK(loaded.findings[0].range.start_position().line >= 7);
  CHECK(loaded.resources.size() == 1);
}

TEST_CASE("only Istio's own ConfigMaps are looked into") {
  const Loaded loaded("in.yaml",
                      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n"
                      "data: {mesh: 'trustDomain: [1'}\n");
  CHECK(loaded.findings.empty());
  CHECK(loaded.resources.at(0).mesh_config() == nullptr);
}

}  // namespace egressctl::resource
