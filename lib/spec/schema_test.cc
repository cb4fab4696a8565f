#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lib/spec/read.h"
#include "lib/spec/rules.h"

namespace egressctl::spec {
namespace {

using Json = nlohmann::ordered_json;

Json schema() {
  return Json::parse(json_schema());
}

// A JSON document, which is YAML too, through the reader.
struct Read {
  std::optional<Spec> spec;
  std::set<std::string> fields;  // of findings, as "rule field"
};

Read read_json(const Json& document) {
  const Source source("spec.json", document.dump());
  Diagnostics diagnostics;
  const auto documents = yaml::load(source, diagnostics);
  REQUIRE(documents.size() == 1);
  Read result;
  result.spec = read(documents.front(), diagnostics);
  for (const Diagnostic& diagnostic : diagnostics)
    result.fields.insert(fmt::format("{} {}", diagnostic.rule.name, diagnostic.field));
  return result;
}

Json minimal() {
  return Json::parse(R"({"apiVersion": "egressctl/v1", "kind": "Egress", "metadata": {"name": "x"},
    "spec": {"destinations": [{"name": "a", "hosts": ["a.org"], "via": "gateway"}]}})");
}

// Every key that the schema has: the pointer to its value in a document (lists have one item), and
// the reader's path of it.
struct Key {
  Json::json_pointer pointer;
  std::string path;
  Json schema;
};

void collect(const Json& mapping, const Json::json_pointer& at, const std::string& path,
             std::vector<Key>& keys) {
  for (const auto& [name, field] : mapping.at("properties").items()) {
    const auto pointer = at / name;
    const std::string below = path.empty() ? name : fmt::format("{}.{}", path, name);
    keys.push_back({pointer, below, field});
    if (field.contains("properties")) collect(field, pointer, below, keys);
    if (field.contains("items") && field.at("items").contains("properties"))
      collect(field.at("items"), pointer / 0, below + "[0]", keys);
  }
}

std::vector<Key> all_keys() {
  std::vector<Key> keys;
  collect(schema(), Json::json_pointer(), "", keys);
  return keys;
}

TEST_CASE("schema: it is a draft-07 schema with an id, and closed everywhere") {
  const Json root = schema();
  CHECK(root.at("$schema") == "http://json-schema.org/draft-07/schema#");
  CHECK(root.at("$id") == "https://egressctl.dev/schemas/egress.v1.json");
  CHECK(root.at("required") == Json({"apiVersion", "kind", "metadata", "spec"}));
  CHECK(json_schema().ends_with("}\n"));
  CHECK(root.at("additionalProperties") == false);
  for (const Key& key : all_keys()) {
    CAPTURE(key.path);
    CHECK(key.schema.contains("description"));
    CHECK(key.schema.contains("title"));
    if (key.schema.contains("properties")) CHECK(key.schema.at("additionalProperties") == false);
  }
}

TEST_CASE("schema: the reader reads every key that the schema has") {
  const auto keys = all_keys();
  REQUIRE(keys.size() > 45);
  for (const Key& key : keys) {
    CAPTURE(key.path);
    Json document = minimal();
    // A list of lists is of no key's type; the document's own keys say what it is.
    document[key.pointer] = Json::array({Json::array()});
    const auto fields = read_json(document).fields;
    const bool complained = fields.contains("wrong-type " + key.path) ||
                            fields.contains("wrong-type " + key.path + "[0]");
    CHECK(complained);
    CHECK_FALSE(fields.contains("unknown-key " + key.path));
  }
}

TEST_CASE("schema: the reader knows no key that the schema does not have") {
  for (const Key& key : all_keys()) {
    if (!key.schema.contains("properties") &&
        !(key.schema.contains("items") && key.schema.at("items").contains("properties")))
      continue;
    Json document = minimal();
    const bool list = key.schema.contains("items");
    const auto pointer = list ? key.pointer / 0 : key.pointer;
    document[pointer]["surplus"] = 1;
    const std::string path = key.path + (list ? "[0]" : "") + ".surplus";
    CAPTURE(path);
    CHECK(read_json(document).fields.contains("unknown-key " + path));
  }
}

TEST_CASE("schema: its defaults are the reader's") {
  Json document = minimal();
  std::size_t defaults = 0;
  for (const Key& key : all_keys()) {
    if (!key.schema.contains("default")) continue;
    document[key.pointer] = key.schema.at("default");
    ++defaults;
  }
  REQUIRE(defaults > 20);
  const auto plain = read_json(minimal()).spec;
  const auto spelt = read_json(document).spec;
  REQUIRE(plain.has_value());
  REQUIRE(spelt.has_value());
  CHECK(*plain->istio.version == *spelt->istio.version);
  CHECK(plain->istio.root_namespace == spelt->istio.root_namespace);
  CHECK(plain->istio.trust_domain == spelt->istio.trust_domain);
  CHECK(plain->istio.cluster_domain == spelt->istio.cluster_domain);
  const Gateway& a = plain->gateway;
  const Gateway& b = spelt->gateway;
  CHECK(a.name_space == b.name_space);
  CHECK(a.name == b.name);
  CHECK(a.selector == b.selector);
  CHECK(a.create == b.create);
  CHECK(a.port == b.port);
  CHECK(a.target_port == b.target_port);
  CHECK(a.min_replicas == b.min_replicas);
  CHECK(a.max_replicas == b.max_replicas);
  CHECK(a.cpu_request == b.cpu_request);
  CHECK(a.memory_request == b.memory_request);
  CHECK(a.cpu_limit == b.cpu_limit);
  CHECK(a.memory_limit == b.memory_limit);
  CHECK(*plain->policy.outbound == *spelt->policy.outbound);
  CHECK(*plain->policy.inner_sni == *spelt->policy.inner_sni);
  CHECK(*plain->policy.network_policy == *spelt->policy.network_policy);
  CHECK(plain->policy.authorize == spelt->policy.authorize);
  CHECK(plain->policy.cluster_traffic == spelt->policy.cluster_traffic);
  CHECK(plain->access_log == spelt->access_log);
  CHECK(plain->dns.lookup_family == spelt->dns.lookup_family);
  CHECK(plain->dns.refresh_seconds == spelt->dns.refresh_seconds);
  CHECK(plain->dns.host_ttl_seconds == spelt->dns.host_ttl_seconds);
  CHECK(plain->dns.max_hosts == spelt->dns.max_hosts);
  CHECK(*plain->destinations[0].ports[0] == *spelt->destinations[0].ports[0]);
}

}  // namespace
}  // namespace egressctl::spec
