#include "lib/spec/hosts.h"

#include <doctest/doctest.h>

namespace egressctl::spec {
namespace {

TEST_CASE("hosts: what is pasted from a browser is told down to its host and port") {
  const struct {
    const char* text;
    const char* help;
  } kCases[] = {
      {"https://a.org", "write \"a.org\""},
      {"https://a.org:8443/x?y#z", "write \"a.org\", and the port in ports: [8443]"},
      {"a.org/x:y", "write \"a.org\""},
      {"a.org?x", "write \"a.org\""},
      {"https://user:secret@a.org/", "write \"a.org\""},
      {"*.a.org:443", "write \"*.a.org\", and the port in ports: [443]"},
      {"a.org:https", "write \"a.org\""},
      {"https://A.org", ""},
      {"://", ""},
      {"/", ""},
      {":", ""},
  };
  for (const auto& row : kCases) {
    const auto& text = row.text;
    const auto& help = row.help;
    CAPTURE(text);
    const auto mistake = host_mistake(text);
    REQUIRE(mistake.has_value());
    CHECK(mistake->help == help);
  }
}

TEST_CASE("hosts: every suggested host is one without a mistake") {
  for (const char* text : {"A.ORG", "a.org.", "a..org", "..a.org", "a.*.b.org", "*x.org", "*.*.org",
                           "https://x.a.org/", "A..ORG.", "*..org"}) {
    CAPTURE(text);
    const auto mistake = host_mistake(text);
    REQUIRE(mistake.has_value());
    const std::size_t open = mistake->help.find('"');
    if (open == std::string::npos) continue;
    const std::size_t close = mistake->help.find('"', open + 1);
    const std::string suggested = mistake->help.substr(open + 1, close - open - 1);
    CAPTURE(suggested);
    CHECK_FALSE(host_mistake(suggested).has_value());
  }
}

TEST_CASE("hosts: a message has one line and is short, whatever the host") {
  const auto mistake = host_mistake(std::string("a\n\x01") + std::string(100'000, 'x'));
  REQUIRE(mistake.has_value());
  CHECK(mistake->message.size() < 200);
  CHECK(mistake->message.find('\n') == std::string::npos);
}

TEST_CASE("hosts: a domain is touched by itself, by what is below and by wildcards above") {
  for (const char* host :
       {"cluster.local", "a.cluster.local", "*.cluster.local", "*.svc.cluster.local", "*.local"}) {
    CAPTURE(host);
    CHECK(touches_domain(host, "cluster.local"));
  }
  for (const char* host : {"local.example", "mycluster.local", "*.mycluster.local", "a.local",
                           "*.a.local", "cluster.local.example"}) {
    CAPTURE(host);
    CHECK_FALSE(touches_domain(host, "cluster.local"));
  }
}

}  // namespace
}  // namespace egressctl::spec
