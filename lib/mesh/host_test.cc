#include "lib/mesh/host.h"

#include <doctest/doctest.h>

namespace egressctl::mesh {
namespace {

TEST_CASE("hosts: a pattern is a subset of a wider one, a name of the patterns that cover it") {
  CHECK(is_subset("a.example.com", "*.example.com"));
  CHECK(is_subset("b.a.example.com", "*.example.com"));
  CHECK(is_subset("*.a.example.com", "*.example.com"));
  CHECK(is_subset("a.example.com", "*"));
  CHECK(is_subset("*", "*"));
  CHECK_FALSE(is_subset("example.com", "*.example.com"));
  CHECK_FALSE(is_subset("*.example.com", "a.example.com"));
  CHECK_FALSE(is_subset("*.example.com", "*.a.example.com"));
  CHECK_FALSE(is_subset("*", "*.com"));
}

TEST_CASE("hosts: two patterns overlap when one ends like the other") {
  CHECK(hosts_overlap("*.com", "*.example.com"));
  CHECK(hosts_overlap("*.example.com", "*.com"));
  CHECK(hosts_overlap("*.example.com", "a.example.com"));
  CHECK(hosts_overlap("*", "a.example.com"));
  CHECK_FALSE(hosts_overlap("*.example.org", "*.example.com"));
  CHECK_FALSE(hosts_overlap("a.example.com", "b.example.com"));
}

TEST_CASE("hosts: a single label is a Service of the namespace") {
  CHECK(resolve_short_name("gateway", "egress", "cluster.local") ==
        "gateway.egress.svc.cluster.local");
  CHECK(resolve_short_name("gateway.egress", "x", "cluster.local") == "gateway.egress");
  CHECK(resolve_short_name("*", "x", "cluster.local") == "*");
  CHECK(resolve_short_name("::1", "x", "cluster.local") == "::1");
}

TEST_CASE("hosts: the name of a Service taken apart") {
  const ServiceName name = service_name("gateway.egress.svc.cluster.local", "cluster.local");
  CHECK(name.name == "gateway");
  CHECK(name.name_space == "egress");
  for (const std::string_view host :
       {"gateway.egress", "egress.svc.cluster.local", "a.b.svc.other.local", "cluster.local", ""})
    CHECK_MESSAGE(service_name(host, "cluster.local").name_space.empty(), host);
}

TEST_CASE("hosts: covering patterns go from the name itself to everything") {
  CHECK(covering_patterns("a.b.org") ==
        std::vector<std::string>{"a.b.org", "*.b.org", "*.org", "*"});
  CHECK(covering_patterns("*.b.org") == std::vector<std::string>{"*.b.org", "*.org", "*"});
  CHECK(covering_patterns("*") == std::vector<std::string>{"*"});
}

}  // namespace
}  // namespace egressctl::mesh
