#include "lib/base/host_name.h"

#include <string>

#include <doctest/doctest.h>

namespace egressctl {
namespace {

TEST_CASE("host name: what is wrong with a host") {
  CHECK(host_problem("edition.cnn.com") == HostProblem::None);
  CHECK(host_problem("*.wikipedia.org") == HostProblem::None);
  CHECK(host_problem("*.com") == HostProblem::None);
  CHECK(host_problem("xn--bcher-kva.example") == HostProblem::None);
  CHECK(host_problem("") == HostProblem::Empty);
  CHECK(host_problem("*") == HostProblem::BareWildcard);
  CHECK(host_problem("a.*.com") == HostProblem::InnerWildcard);
  CHECK(host_problem("*a.com") == HostProblem::InnerWildcard);
  CHECK(host_problem("*.*.com") == HostProblem::InnerWildcard);
  CHECK(host_problem("10.0.0.1") == HostProblem::IpAddress);
  CHECK(host_problem("10.0.0.0/8") == HostProblem::IpAddress);
  CHECK(host_problem("2001:db8::1") == HostProblem::IpAddress);
  CHECK(host_problem("b\xC3\xBC"
                     "cher.example") == HostProblem::NotAscii);
  CHECK(host_problem("Example.com") == HostProblem::UpperCase);
  CHECK(host_problem("example.com.") == HostProblem::TrailingDot);
  CHECK(host_problem(std::string(64, 'a') + ".com") == HostProblem::LabelTooLong);
  CHECK(host_problem(std::string(63, 'a') + ".com") == HostProblem::None);
  std::string longest = "com";
  while (longest.size() < 254) longest.insert(0, "abcdefghi.");
  CHECK(host_problem(longest) == HostProblem::TooLong);
  CHECK(host_problem("a..com") == HostProblem::EmptyLabel);
  CHECK(host_problem(".com") == HostProblem::EmptyLabel);
  CHECK(host_problem("a_b.com") == HostProblem::BadCharacter);
  CHECK(host_problem("-a.com") == HostProblem::BadCharacter);
  CHECK(host_problem("localhost") == HostProblem::SingleLabel);
}

TEST_CASE("host name: a wildcard covers what is below it, not its apex") {
  CHECK(host_covers("a.org", "a.org"));
  CHECK(host_covers("*.a.org", "b.a.org"));
  CHECK(host_covers("*.a.org", "c.b.a.org"));
  CHECK(host_covers("*.a.org", "*.b.a.org"));
  CHECK_FALSE(host_covers("*.a.org", "a.org"));
  CHECK_FALSE(host_covers("*.a.org", "ba.org"));
  CHECK_FALSE(host_covers("*.b.a.org", "*.a.org"));
  CHECK_FALSE(host_covers("a.org", "b.a.org"));
}

TEST_CASE("host name: labels made of any text are labels, stable and different") {
  CHECK(to_dns_label("cnn") == "cnn");
  CHECK(to_dns_label("www.wikipedia.org") == "www-wikipedia-org-061bdbf8");
  for (const std::string& text :
       {std::string("A"), std::string("-"), std::string("\xC3\xA4"), std::string(300, 'a'),
        std::string("a."), std::string("*.com"), std::string()}) {
    CAPTURE(text);
    CHECK(is_dns_label(to_dns_label(text)));
    CHECK(to_dns_label(text) == to_dns_label(text));
  }
  CHECK(to_dns_label(std::string(70, 'a')) != to_dns_label(std::string(71, 'a')));
  CHECK(to_dns_label("a.b") != to_dns_label("a-b"));
}

TEST_CASE("host name: addresses and CIDRs") {
  CHECK(is_ip_or_cidr("1.2.3.4"));
  CHECK(is_ip_or_cidr("::1"));
  CHECK(is_ip_or_cidr("[::1]"));
  CHECK(is_ip_or_cidr("10.0.0.0/8"));
  CHECK_FALSE(is_ip_or_cidr("1.2.3.4.example.com"));
  CHECK_FALSE(is_ip_or_cidr("1.2.3"));
  CHECK_FALSE(is_ip_or_cidr("10.0.0.0/"));
  CHECK_FALSE(is_ip_or_cidr("10.0.0.0/x"));
}

}  // namespace
}  // namespace egressctl
