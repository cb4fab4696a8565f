#include "lib/trace/difference.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "lib/topology/test_mesh.h"

namespace egressctl::trace {
namespace {

Traced delivered() {
  Traced out;
  out.request.client.name = "sleep";
  out.request.client.name_space = "apps";
  out.request.host = "example.com";
  out.request.port = 443;
  out.trace.verdict = Verdict::Delivered;
  out.trace.reason = "it arrives";
  out.trace.reached = "example.com:443";
  Hop& sidecar = out.trace.hops.emplace_back();
  sidecar.proxy = "sleep.apps";
  sidecar.cluster = "outbound|443||gateway";
  sidecar.endpoint = "10.0.0.1:8443";
  sidecar.tls = HopTls{
      topology::TlsKind::IstioMutual, "example.com", {"istio"}, {"spiffe://a"}, true, {}, {}};
  Hop& gateway = out.trace.hops.emplace_back();
  gateway.place = Place::Gateway;
  gateway.proxy = "gateway.istio-egress";
  gateway.cluster = "outbound|443||example.com";
  return out;
}

TEST_CASE("a connection that goes the same way is no difference") {
  Traced moved = delivered();
  moved.trace.hops[0].endpoint = "10.0.0.2:8443";
  CHECK(differences({delivered()}, {moved}).empty());
  CHECK(to_text({}, 3) == "0 of 3 connections differ\n");
}

TEST_CASE("each aspect is told by itself") {
  Traced other = delivered();
  other.trace.hops[0].tls->subject_alt_names.clear();
  auto found = differences({delivered()}, {other});
  REQUIRE(found.size() == 1);
  CHECK(found[0].aspects == std::vector<Aspect>{Aspect::Tls});

  other = delivered();
  other.trace.hops[1].cluster = "outbound|443||www.example.com";
  found = differences({delivered()}, {other});
  REQUIRE(found.size() == 1);
  CHECK(found[0].aspects == std::vector<Aspect>{Aspect::Path});

  other = delivered();
  other.trace.reached = "www.example.com:443";
  found = differences({delivered()}, {other});
  REQUIRE(found.size() == 1);
  CHECK(found[0].aspects == std::vector<Aspect>{Aspect::Reached});
}

TEST_CASE("what breaks and what is mended is counted") {
  Traced broken = delivered();
  broken.trace.verdict = Verdict::Reset;
  broken.trace.reason = "no chain takes it";
  const auto found = differences({delivered(), broken, broken}, {broken, delivered(), broken});
  REQUIRE(found.size() == 2);
  CHECK(found[0].is_broken());
  CHECK(found[1].is_mended());
  const std::string text = to_text(found, 3);
  CHECK(text.ends_with("2 of 3 connections differ, 1 delivered no more, 1 delivered now\n"));
  CHECK(text.find("  verdict  - delivered: it arrives\n           + reset: no chain takes it\n") !=
        std::string::npos);

  const auto json = nlohmann::json::parse(to_json(found, 3));
  CHECK(json["summary"]["broken"] == 1);
  CHECK(json["summary"]["mended"] == 1);
  CHECK(json["differences"][0]["from"] == "apps/sleep");
  CHECK(json["differences"][0]["changes"] == nlohmann::json::array({"verdict"}));
  CHECK(json["differences"][0]["before"]["path"][0]["tls"]["sni"] == "example.com");
}

TEST_CASE("resources on the way are gone, new or changed by what the sets have") {
  const auto entry = [](const std::string& name, const std::string& port) {
    return "---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: " + name +
           ", namespace: apps}\nspec: {hosts: [a.example], ports: [{number: " + port +
           ", name: tls, protocol: TLS}]}\n";
  };
  const topology::testing::LoadedMesh before(entry("kept", "443") + entry("gone", "1") +
                                             entry("same", "2"));
  const topology::testing::LoadedMesh after(entry("kept", "8443") + entry("new", "1") +
                                            entry("same", "2"));
  Traced was = delivered();
  for (const resource::Resource* one : before.mesh().all(resource::Kind::ServiceEntry))
    was.trace.hops[0].causes.push_back({.resource = one, .range = one->range});
  Traced is = delivered();
  is.trace.verdict = Verdict::Reset;
  for (const resource::Resource* one : after.mesh().all(resource::Kind::ServiceEntry))
    is.trace.hops[0].causes.push_back({.resource = one, .range = one->range});
  auto found = differences({was}, {is});
  REQUIRE(found.size() == 1);
  tell_resources(found, before.mesh(), after.mesh());
  const auto only = [](const std::vector<std::string>& names, std::string_view name) {
    return names.size() == 1 && names[0].starts_with("ServiceEntry apps/" + std::string(name));
  };
  CHECK(only(found[0].gone, "gone"));
  CHECK(only(found[0].added, "new"));
  CHECK(only(found[0].changed, "kept"));
}

}  // namespace
}  // namespace egressctl::trace
