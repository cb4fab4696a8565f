// What the readers ask for against what exists: Istio's CRDs and the files of testdata/resources.
#include <algorithm>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "lib/resource/test_resources.h"
#include "lib/testing/files.h"

namespace egressctl::resource {
namespace {

std::set<std::string> asked_of(Kind kind) {
  std::set<std::string> asked;
  Diagnostics findings;
  ReadContext context{.diagnostics = findings, .resource = {}, .asked = &asked};
  const yaml::Node nothing;
  static_cast<void>(read_body(kind, Fields(nothing, context)));
  CHECK(findings.empty());
  return asked;
}

// Takes the first step off a path: "spec.hosts[]" is "spec", "hosts" and "[]".
std::string_view take_step(std::string_view& path) {
  if (path.starts_with('.')) path.remove_prefix(1);
  const bool bracket = path.starts_with("[]") || path.starts_with("{}");
  const std::string_view step = path.substr(0, bracket ? 2 : path.find_first_of(".[{"));
  path.remove_prefix(step.size());
  return step;
}

// Whether a path of ReadContext::asked leads to a value, at any item of its lists.
bool leads_to_value(const yaml::Node& node, std::string_view path) {
  if (path.empty()) return !node.is_null();
  const std::string_view step = take_step(path);
  const auto leads = [&](const yaml::Node& inner) { return leads_to_value(inner, path); };
  if (step == "[]") return std::any_of(node.items.begin(), node.items.end(), leads);
  if (step == "{}")
    return std::any_of(node.entries.begin(), node.entries.end(),
                       [&](const yaml::Entry& entry) { return leads(entry.value); });
  const yaml::Node* value = node.find(step);
  return value != nullptr && leads(*value);
}

// Whether the field is one of several of which a document has but one: the parts of a StringMatch
// and of a label selector, whose readers are the same everywhere.
bool is_alternative(std::string_view path) {
  for (const std::string_view part :
       {".exact", ".prefix", ".regex", ".matchLabels", ".matchExpressions"})
    if (path.find(part) != std::string_view::npos) return true;
  return false;
}

// Whether an OpenAPI schema knows the path.
bool schema_has(const yaml::Node* schema, std::string_view path) {
  while (schema != nullptr && !path.empty()) {
    const yaml::Node* open = schema->find("x-kubernetes-preserve-unknown-fields");
    if (open != nullptr && open->scalar == "true") return true;
    const std::string_view step = take_step(path);
    if (step == "[]") {
      schema = schema->find("items");
    } else if (step == "{}") {
      schema = schema->find("additionalProperties");
    } else {
      const yaml::Node* properties = schema->find("properties");
      schema = properties != nullptr ? properties->find(step) : nullptr;
    }
  }
  return schema != nullptr;
}

const std::filesystem::path kShared = testing::shared();

bool is_there(const std::filesystem::path& path) {
  const bool there = std::filesystem::exists(path);
  if (!there) MESSAGE("skipped: no reference data at \"" << path.string() << "\"");
  return there;
}

const yaml::Node& at_path(const yaml::Node& node, std::initializer_list<std::string_view> keys) {
  const std::vector<std::string_view> path(keys);
  const yaml::Node* found = node.path(path);
  REQUIRE(found != nullptr);
  return *found;
}

void check_crd(const yaml::Node& crd, std::set<Kind>& seen) {
  const KindInfo* info = find_kind(at_path(crd, {"spec", "group"}).scalar,
                                   at_path(crd, {"spec", "names", "kind"}).scalar);
  if (info == nullptr) return;
  CAPTURE(info->name);
  seen.insert(info->kind);
  CHECK((at_path(crd, {"spec", "scope"}).scalar == "Namespaced") == info->namespaced);
  std::set<std::string_view> served;
  const std::set<std::string> asked = asked_of(info->kind);
  CHECK(asked.size() > 5);
  for (const yaml::Node& version : at_path(crd, {"spec", "versions"}).items) {
    if (at_path(version, {"served"}).scalar != "true") continue;
    served.insert(at_path(version, {"name"}).scalar);
    const yaml::Node& schema = at_path(version, {"schema", "openAPIV3Schema"});
    for (const std::string& path : asked) {
      CAPTURE(path);
      CHECK(schema_has(&schema, path));
    }
  }
  CHECK(served == std::set<std::string_view>(info->versions.begin(), info->versions.end()));
}

}  // namespace

TEST_CASE("schema: readers ask only for fields of Istio's CRDs, and their versions are ours") {
  const std::filesystem::path path = kShared / "anchors" / "istio-crds.yaml";
  if (!is_there(path)) return;
  const Source source("istio-crds.yaml", testing::read_file(path));
  Diagnostics findings;
  const std::vector<yaml::Document> documents = yaml::load(source, findings);
  REQUIRE(findings.empty());
  std::set<Kind> seen;
  for (const yaml::Document& document : documents) check_crd(document.root(), seen);
  for (const KindInfo& info : all_kinds()) {
    CAPTURE(info.name);
    const bool istio = info.group.ends_with(".istio.io") && info.kind != Kind::IstioOperator;
    CHECK(seen.contains(info.kind) == istio);
  }
}

TEST_CASE("schema: the test knows a field that no CRD has") {
  const Source source("schema.yaml",
                      "properties: {spec: {properties: {hosts: {type: array, items: {type: "
                      "string}}, labels: {additionalProperties: {type: string}}}}}");
  Diagnostics findings;
  const std::vector<yaml::Document> documents = yaml::load(source, findings);
  REQUIRE(documents.size() == 1);
  const yaml::Node& schema = documents[0].root();
  CHECK(schema_has(&schema, "spec.hosts[]"));
  CHECK(schema_has(&schema, "spec.labels{}"));
  CHECK_FALSE(schema_has(&schema, "spec.host"));
  CHECK_FALSE(schema_has(&schema, "spec.hosts{}"));
  CHECK_FALSE(schema_has(&schema, "spec.hosts[].name"));
}

TEST_CASE("schema: the files of testdata have every field that the readers ask for") {
  const std::map<Kind, std::string_view> files = {
      {Kind::ServiceEntry, "service_entry.yaml"},
      {Kind::Gateway, "gateway.yaml"},
      {Kind::VirtualService, "virtual_service.yaml"},
      {Kind::DestinationRule, "destination_rule.yaml"},
      {Kind::Sidecar, "sidecar.yaml"},
      {Kind::EnvoyFilter, "envoy_filter.yaml"},
      {Kind::WorkloadEntry, "workload_entry.yaml"},
      {Kind::WorkloadGroup, "workload_group.yaml"},
      {Kind::PeerAuthentication, "peer_authentication.yaml"},
      {Kind::AuthorizationPolicy, "authorization_policy.yaml"},
      {Kind::RequestAuthentication, "request_authentication.yaml"},
      {Kind::Telemetry, "telemetry.yaml"},
      {Kind::Service, "service.yaml"},
      {Kind::Endpoints, "endpoints.yaml"},
      {Kind::EndpointSlice, "endpoint_slice.yaml"},
      {Kind::Pod, "pod.yaml"},
      {Kind::NetworkPolicy, "network_policy.yaml"},
      {Kind::HorizontalPodAutoscaler, "scaling.yaml"},
      {Kind::KubernetesGateway, "kubernetes_gateway.yaml"},
      {Kind::HttpRoute, "kubernetes_routes.yaml"},
      {Kind::ReferenceGrant, "reference_grant.yaml"}};
  for (const auto& row : files) {
    const auto& kind = row.first;
    const auto& file = row.second;
    CAPTURE(file);
    const Loaded loaded = load_testdata(file);
    REQUIRE_FALSE(loaded.resources.empty());
    REQUIRE(loaded.resources[0].kind == kind);
    for (const std::string& path : asked_of(kind)) {
      CAPTURE(path);
      CHECK((is_alternative(path) || leads_to_value(*loaded.resources[0].node, path)));
    }
  }
}

TEST_CASE(
    "schema: manifests that istiod accepts, and those of the rules' cases, have no findings") {
  std::size_t files = 0;
  std::size_t resources = 0;
  for (const std::string_view folder : {"anchors/istiod-xds", "cases", "lab"}) {
    if (!is_there(kShared / folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(kShared / folder)) {
      if (entry.path().extension() != ".yaml") continue;
      CAPTURE(entry.path().string());
      const Loaded loaded(entry.path().filename().string(), testing::read_file(entry.path()));
      CHECK(loaded.reading.empty());
      for (const Diagnostic& finding : loaded.findings)
        FAIL_CHECK(location(finding.range) << ": " << finding.message);
      ++files;
      resources += loaded.resources.size();
      for (const Resource& resource : loaded.resources) CHECK(resource.range.known());
    }
  }
  if (files > 0) CHECK(resources > files);
}

}  // namespace egressctl::resource
