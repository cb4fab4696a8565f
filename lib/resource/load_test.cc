#include "lib/resource/load.h"

#include <random>

#include <doctest/doctest.h>

#include "lib/resource/test_resources.h"
#include "lib/testing/files.h"

namespace egressctl::resource {
namespace {

std::string messages(const Loaded& loaded) {
  std::string out;
  for (const Diagnostic& finding : loaded.findings)
    out += fmt::format("{} {} {}\n", at(finding.range), finding.rule.id, finding.message);
  return out;
}

std::vector<std::string> names(const Loaded& loaded) {
  std::vector<std::string> out;
  for (const Resource& resource : loaded.resources) out.push_back(display_name(resource));
  return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("load: documents come in their order, and empty ones are skipped") {
  const Loaded loaded("in.yaml",
                      "---\n# nothing\n---\napiVersion: v1\nkind: Namespace\n"
                      "metadata: {name: b}\n---\nnull\n---\n"
                      "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a, namespace: b}\n");
  CHECK(names(loaded) == Names{"Namespace b", "ServiceAccount b/a"});
  CHECK(messages(loaded).empty());
}

TEST_CASE("load: a List is replaced by its items, which keep their places") {
  const Loaded loaded("in.yaml",
                      "apiVersion: v1\nkind: List\nitems:\n"
                      "- apiVersion: networking.istio.io/v1\n  kind: ServiceEntry\n"
                      "  metadata: {name: a}\n  spec:\n    hosts: [a.example]\n"
                      "- null\n"
                      "- apiVersion: v1\n  kind: List\n  items:\n"
                      "  - {apiVersion: v1, kind: Namespace, metadata: {name: inner}}\n"
                      "- kind: Namespace\n");
  CHECK(names(loaded) == Names{"ServiceEntry a", "Namespace inner"});
  CHECK(at((*loaded.resources[0].as<ServiceEntry>()->hosts)[0]) == "8:13");
  CHECK(at(loaded.resources[0].range) == "4:3");
  CHECK(messages(loaded) == "14:3 EGR0008 not a resource: \"apiVersion\" is missing\n");
}

TEST_CASE("load: items of a typed list may leave out what the list says") {
  const Loaded loaded("in.yaml",
                      "apiVersion: networking.istio.io/v1\nkind: ServiceEntryList\nitems:\n"
                      "- metadata: {name: a}\n  spec: {resolution: DNS}\n"
                      "- {apiVersion: networking.istio.io/v1beta1, kind: ServiceEntry, "
                      "metadata: {name: b}}\n");
  CHECK(names(loaded) == Names{"ServiceEntry a", "ServiceEntry b"});
  REQUIRE(loaded.resources[0].as<ServiceEntry>() != nullptr);
  CHECK(*loaded.resources[0].as<ServiceEntry>()->resolution == Resolution::Dns);
  CHECK_FALSE(loaded.resources[0].api_version.text.present());
  CHECK(loaded.resources[0].api_version.version == "v1");
  CHECK(loaded.resources[1].api_version.version == "v1beta1");
}

TEST_CASE("load: JSON is read as YAML is") {
  const Loaded loaded("in.json",
                      "{\n\t\"apiVersion\": \"networking.istio.io/v1\",\n"
                      "\t\"kind\": \"Gateway\",\n\t\"metadata\": {\"name\": \"gw\"},\n"
                      "\t\"spec\": {\"servers\": [{\"port\": {\"number\": 443}}]}\n}\n");
  REQUIRE(loaded.reading.empty());
  const auto& gateway = only<Gateway>(loaded);
  CHECK(*(*gateway.servers)[0]->port->number == 443);
  CHECK(at((*gateway.servers)[0]->port->number) == "5:43");
}

TEST_CASE("load: every version of a kind is read, served or not") {
  for (const std::string_view version : {"v1", "v1beta1", "v1alpha3", "v9"}) {
    CAPTURE(version);
    const Loaded loaded("in.yaml", fmt::format("apiVersion: networking.istio.io/{}\n"
                                               "kind: Sidecar\nspec: {{egress: []}}\n",
                                               version));
    CHECK(only<Sidecar>(loaded).egress.present());
    CHECK(loaded.resources[0].api_version.group == "networking.istio.io");
    CHECK(loaded.resources[0].api_version.version == version);
  }
}

TEST_CASE("load: an unknown kind, or a known name in another group, keeps its metadata") {
  const Loaded loaded("in.yaml",
                      "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: vault}\n---\n"
                      "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: k}\n");
  REQUIRE(loaded.resources.size() == 2);
  CHECK(names(loaded) == Names{"Secret vault/s", "Service k"});
  CHECK(loaded.resources[0].kind == Kind::Unknown);
  CHECK(loaded.resources[1].kind == Kind::Unknown);
  CHECK(loaded.resources[1].as<Service>() == nullptr);
  CHECK(loaded.resources[1].resource_name().api_version == "serving.knative.dev/v1");
  CHECK(messages(loaded).empty());
}

TEST_CASE("load: what resembles a resource but is none is reported") {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"kind: Service\nmetadata: {name: a}\n",
       "1:1 EGR0008 not a resource: \"apiVersion\" is missing\n"},
      {"apiVersion: v1\nmetadata: {name: a}\n",
       "1:1 EGR0008 not a resource: \"kind\" is missing\n"},
      {"metadata: {name: a}\nspec: {}\n",
       "1:1 EGR0008 not a resource: \"apiVersion\" and \"kind\" is missing\n"},
      {"[{apiVersion: v1, kind: Namespace}]\n",
       "1:1 EGR0008 not a resource: a list, not a mapping\n"},
      {"some text\n", "1:1 EGR0008 not a resource: a lone text, not a mapping\n"}};
  for (const auto& row : table) {
    const auto& text = row.first;
    const auto& expected = row.second;
    CAPTURE(text);
    const Loaded loaded("in.yaml", std::string(text));
    CHECK(messages(loaded) == expected);
    CHECK(loaded.resources.empty());
    REQUIRE(loaded.findings.size() == 1);
    CHECK(loaded.findings[0].severity == Severity::Warning);
  }
}

TEST_CASE("load: other YAML in a folder is passed over in silence") {
  for (const std::string_view text :
       {"resources:\n- a.yaml\n", "replicaCount: 1\nimage: {tag: x}\n", "- a\n- {b: c}\n",
        "{}\n"}) {
    CAPTURE(text);
    const Loaded loaded("in.yaml", std::string(text));
    CHECK(messages(loaded).empty());
    CHECK(loaded.resources.empty());
  }
}

TEST_CASE("load: wrong types are findings that name the resource, and the rest is read") {
  const Loaded loaded = load_testdata("wrong_types.yaml");
  REQUIRE(loaded.resources.size() == 1);
  const auto& entry = *loaded.resources[0].as<ServiceEntry>();
  CHECK(*entry.location == Location::MeshExternal);
  CHECK(*(*entry.ports)[0]->number == 443);
  CHECK(*(*entry.export_to)[0] == "~");
  CHECK(entry.resolution.text() == "yes");
  Diagnostics sorted = loaded.findings;
  sorted.sort();
  std::string out;
  for (const Diagnostic& finding : sorted) {
    CHECK(finding.rule.id == kWrongType.id);
    CHECK(finding.resource.kind == "ServiceEntry");
    CHECK(finding.resource.name_space == "demo");
    CHECK(finding.resource.name == "wrong");
    out += fmt::format("{} {}\n", at(finding.range), finding.field);
  }
  CHECK(out ==
        "6:21 metadata.labels.version\n8:10 spec.hosts\n9:14 spec.exportTo[0]\n"
        "11:13 spec.ports[0].number\n12:11 spec.ports[0].name\n13:15 spec.ports[0].protocol\n"
        "14:5 spec.ports[1]\n15:14 spec.endpoints\n16:15 spec.resolution\n");
}

TEST_CASE("load: damaged files crash nothing and findings stay inside the text") {
  std::mt19937 random(20);
  const auto below = [&](std::size_t n) { return random() % n; };
  constexpr std::string_view kBytes = "[]{}:,-~\"'|>&*#! \n\tx7";
  const auto folder = testing::testdata() / "resources";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string text = testing::read_file(entry.path());
    for (int round = 0; round < 60; ++round) {
      std::string damaged = text;
      for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
        const std::size_t at_byte = below(damaged.size());
        if (below(3) == 0)
          damaged.erase(at_byte, 1 + below(8));
        else
          damaged[at_byte] = kBytes[below(kBytes.size())];
      }
      CAPTURE(damaged);
      const Loaded loaded("damaged.yaml", damaged);
      for (const Diagnostic& finding : loaded.findings) {
        REQUIRE(finding.range.source == &loaded.source);
        REQUIRE(finding.range.begin <= finding.range.end);
        REQUIRE(finding.range.end <= damaged.size());
        REQUIRE_FALSE(finding.message.empty());
      }
    }
  }
}

TEST_CASE("load: a spec or metadata that is no mapping is one finding") {
  const Loaded loaded("in.yaml", "apiVersion: v1\nkind: Service\nmetadata: x\nspec: [a]\n");
  CHECK(messages(loaded) ==
        "3:11 EGR0119 field \"metadata\" must be a mapping, found the string \"x\"\n"
        "4:7 EGR0119 field \"spec\" must be a mapping, found a list\n");
  CHECK(loaded.resources.size() == 1);
}

}  // namespace egressctl::resource
