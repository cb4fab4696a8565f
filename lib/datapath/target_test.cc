#include "lib/datapath/target.h"

#include <doctest/doctest.h>

namespace egressctl::datapath {
namespace {

TEST_CASE("a target is a host, perhaps with a port, or a unix socket") {
  struct Case {
    std::string_view text;
    std::string_view host;
    int port;
  };
  for (const Case& each : {Case{"www.example.com", "www.example.com", 443},
                           {"www.example.com:80", "www.example.com", 80},
                           {"gateway:8443", "gateway", 8443},
                           {"192.0.2.1", "192.0.2.1", 443},
                           {"192.0.2.1:1", "192.0.2.1", 1},
                           {"::1", "::1", 443},
                           {"[::1]", "::1", 443},
                           {"[2001:db8::1]:8443", "2001:db8::1", 8443},
                           {"unix:/run/x:80", "unix:/run/x:80", 0}}) {
    CAPTURE(each.text);
    const auto target = parse_target(each.text);
    REQUIRE(target);
    CHECK(target->host == each.host);
    CHECK(target->port == each.port);
  }
}

TEST_CASE("what is no target is none") {
  for (const std::string_view text :
       {"", ":443", "a:", "a:0", "a:65536", "a:-1", "a:1x", "a b", "a/b", "https://a.example/",
        "[a.example]:1", "[192.0.2.1]:1", "[::1", "::1]:80", "unix:", "*.example.com", "a\n"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_target(text));
  }
}

}  // namespace
}  // namespace egressctl::datapath
