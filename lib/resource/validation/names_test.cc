#include "lib/resource/validation/names.h"

#include <string>

#include <doctest/doctest.h>

namespace egressctl::resource::validation {

TEST_CASE("names: labels and domains, as lax as Istio takes them") {
  for (const std::string_view good : {"a", "A-1", "www.example.com", "istio.io.", "a.1b"}) {
    CAPTURE(good);
    CHECK_FALSE(domain_problem(good));
  }
  for (const std::string_view bad :
       {"", ".", "a..b", "-a", "a-", "a_b", "*.a", "123", "a.123", "bücher.de"}) {
    CAPTURE(bad);
    CHECK(domain_problem(bad));
  }
  CHECK_FALSE(domain_problem(std::string(63, 'a')));
  CHECK(domain_problem(std::string(64, 'a')).value().find("64 bytes") != std::string::npos);
}

TEST_CASE("names: a wildcard is the first label or its start") {
  for (const std::string_view good : {"*", "*.a.com", "*a.com", "*-a.com", "a", "123"}) {
    CAPTURE(good);
    CHECK_FALSE(wildcard_domain_problem(good));
  }
  for (const std::string_view bad : {"a.*.com", "**.com", "a*.com", "*.*.com", "*_a.com", "*--"}) {
    CAPTURE(bad);
    CHECK(wildcard_domain_problem(bad));
  }
  CHECK(is_partial_wildcard("*a.com"));
  CHECK(is_partial_wildcard("a.*.com"));
  CHECK_FALSE(is_partial_wildcard("*.com"));
  CHECK_FALSE(is_partial_wildcard("*"));
}

TEST_CASE("names: at gateways an SNI host may be one that Istio made up") {
  CHECK_FALSE(gateway_host_problem("outbound_.443_.v1_.www.example.com", true));
  CHECK(gateway_host_problem("outbound_.443_.v1_.www.example.com", false));
  CHECK(gateway_host_problem("outbound_.x_.v1_.www.example.com", true));
  CHECK(gateway_host_problem("outbound_.443_.v1_.123", true));
  CHECK(gateway_host_problem("outbound_443_a.com", true));
}

TEST_CASE("names: hosts cover one another") {
  CHECK(hosts_overlap("*.com", "a.com"));
  CHECK(hosts_overlap("a.com", "*.com"));
  CHECK(hosts_overlap("*.a.com", "*.com"));
  CHECK(hosts_overlap("*", "a.com"));
  CHECK_FALSE(hosts_overlap("*.a.com", "a.com"));
  CHECK_FALSE(hosts_overlap("a.com", "b.com"));
  CHECK(host_within("www.a.com", "*.a.com"));
  CHECK(host_within("*.b.a.com", "*.a.com"));
  CHECK_FALSE(host_within("*.a.com", "*.b.a.com"));
  CHECK_FALSE(host_within("*.a.com", "www.a.com"));
}

TEST_CASE("names: addresses and networks") {
  for (const std::string_view good : {"10.0.0.1", "::1", "fe80::1%eth0", "::ffff:1.2.3.4"}) {
    CAPTURE(good);
    CHECK(is_address(good));
  }
  for (const std::string_view bad : {"", "10.0.0", "01.2.3.4", "[::1]", "::1%", "1.2.3.4/8"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_address(bad));
  }
  for (const std::string_view good : {"10.0.0.0/8", "0.0.0.0/0", "::/128", "1.2.3.4/32"}) {
    CAPTURE(good);
    CHECK(is_network(good));
  }
  for (const std::string_view bad :
       {"10.0.0.0/33", "::/129", "10.0.0.0/08", "10.0.0.0/", "fe80::%a/64", "10.0.0.0"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_network(bad));
  }
}

}  // namespace egressctl::resource::validation
