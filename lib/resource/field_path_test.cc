#include "lib/resource/field_path.h"

#include <doctest/doctest.h>

#include "lib/resource/test_resources.h"

namespace egressctl::resource {

TEST_CASE("field_path names the innermost field around a place") {
  const Loaded loaded = load_testdata("gateway.yaml");
  const Resource& resource = loaded.resources.at(0);
  const Server& server = *(*resource.as<Gateway>()->servers)[0];
  CHECK(resource.field_path(server.tls->mode.range) == "spec.servers[0].tls.mode");
  CHECK(resource.field_path(server.tls->mode.key) == "spec.servers[0].tls.mode");
  CHECK(resource.field_path((*server.hosts)[0].range) == "spec.servers[0].hosts[0]");
  CHECK(resource.field_path(server.tls.range) == "spec.servers[0].tls");
  CHECK(resource.field_path(resource.metadata.name.range) == "metadata.name");
  CHECK(resource.field_path(resource.range).empty());
  CHECK(resource.field_path({}).empty());
}

TEST_CASE("field_path puts keys that are no plain words into brackets") {
  const Loaded loaded = load_testdata("service_entry.yaml");
  const Resource& resource = loaded.resources.at(0);
  const Text& label = *resource.metadata.labels->find("app.kubernetes.io/name");
  CHECK(resource.field_path(label.range) == "metadata.labels[app.kubernetes.io/name]");
}

TEST_CASE("an absent field has the path of the mapping that lacks it") {
  const Loaded loaded = load_testdata("gateway.yaml");
  const Resource& resource = loaded.resources.at(0);
  const Server& server = *(*resource.as<Gateway>()->servers)[1];
  CHECK(resource.field_path(server.tls->mode.range) == "spec.servers[1]");
}

TEST_CASE("join_path adds a dot, brackets or, after a blank, nothing") {
  CHECK(join_path("", "spec") == "spec");
  CHECK(join_path("spec", "hosts") == "spec.hosts");
  CHECK(join_path("metadata.labels", "a/b") == "metadata.labels[a/b]");
  CHECK(join_path("data", "") == "data[]");
  CHECK(join_path("data.mesh ", "trustDomain") == "data.mesh trustDomain");
}

}  // namespace egressctl::resource
