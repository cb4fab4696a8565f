#include "lib/resource/kinds.h"

#include <set>
#include <string>

#include <doctest/doctest.h>

#include "lib/resource/protocol.h"

namespace egressctl::resource {

TEST_CASE("kinds: each is listed once, with versions, and found by both names") {
  std::set<std::string> names;
  for (const KindInfo& info : all_kinds()) {
    CAPTURE(info.name);
    CHECK(names.insert(std::string(info.group) + "/" + std::string(info.name)).second);
    CHECK_FALSE(info.versions.empty());
    CHECK(find_kind(info.kind) == &info);
    CHECK(find_kind(info.group, info.name) == &info);
    CHECK(to_string(info.kind) == info.name);
  }
  const auto last = static_cast<std::size_t>(Kind::ReferenceGrant);
  CHECK(names.size() == last - 1);  // all but Unknown and MeshConfig
}

TEST_CASE("kinds: two groups have a Gateway") {
  CHECK(find_kind("networking.istio.io", "Gateway")->kind == Kind::Gateway);
  CHECK(find_kind("gateway.networking.k8s.io", "Gateway")->kind == Kind::KubernetesGateway);
  CHECK(find_kind("networking.istio.io", "gateway") == nullptr);
  CHECK(find_kind("", "Gateway") == nullptr);
}

TEST_CASE("kinds: only namespaces and mesh settings stand outside of namespaces") {
  CHECK_FALSE(is_namespaced(Kind::Namespace));
  CHECK_FALSE(is_namespaced(Kind::MeshConfig));
  CHECK(is_namespaced(Kind::ServiceEntry));
  CHECK(is_namespaced(Kind::Unknown));
}

TEST_CASE("kinds: versions are served or not") {
  CHECK(serves(*find_kind(Kind::ServiceEntry), "v1beta1"));
  CHECK_FALSE(serves(*find_kind(Kind::ServiceEntry), "v1alpha1"));
  CHECK_FALSE(serves(*find_kind(Kind::EnvoyFilter), "v1"));
}

TEST_CASE("kinds: workloads own pods") {
  CHECK(is_workload(Kind::CronJob));
  CHECK_FALSE(is_workload(Kind::Pod));
}

TEST_CASE("protocols are found whatever their case and print in Istio's spelling") {
  CHECK(parse_protocol("tls") == Protocol::Tls);
  CHECK(parse_protocol("HTTPS") == Protocol::Https);
  CHECK(parse_protocol("grpc-web") == Protocol::GrpcWeb);
  CHECK(parse_protocol("") == Protocol::Unsupported);
  CHECK(parse_protocol("quic") == Protocol::Unsupported);
  CHECK(to_string(Protocol::GrpcWeb) == "GRPC-Web");
  CHECK(to_string(Protocol::Unsupported) == "UnsupportedProtocol");
  CHECK(is_tls(Protocol::Https));
  CHECK_FALSE(is_http(Protocol::Https));
  CHECK(is_http(Protocol::Grpc));
}

}  // namespace egressctl::resource
