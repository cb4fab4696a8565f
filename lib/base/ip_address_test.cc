#include "lib/base/ip_address.h"

#include <string>

#include <doctest/doctest.h>

namespace egressctl {
namespace {

std::string_view kind_of(std::string_view text) {
  const auto address = IpAddress::parse(text);
  REQUIRE(address.has_value());
  return internal_kind(*address);
}

bool contains(std::string_view range, std::string_view address) {
  return IpRange::parse(range)->contains(*IpAddress::parse(address));
}

TEST_CASE("addresses: one text for each, and back") {
  CHECK(IpAddress::parse("10.0.0.1")->to_string() == "10.0.0.1");
  CHECK(IpAddress::parse("::ffff:10.0.0.1") == IpAddress::parse("10.0.0.1"));
  CHECK(IpAddress::parse("2001:DB8:0::1")->to_string() == "2001:db8::1");
  for (const char* text : {"", "10.0.0", "10.0.0.01x", "010.0.0.1", "1.2.3.4:5", "[::1]",
                           "fe80::1%eth0", "::1::", "a.example", "0x7f.1", "2130706433"}) {
    CAPTURE(text);
    CHECK_FALSE(IpAddress::parse(text).has_value());
  }
}

TEST_CASE("addresses: through a socket address and back") {
  for (const char* text : {"192.0.2.7", "2001:db8::7"}) {
    sockaddr_storage storage;
    const IpAddress address = *IpAddress::parse(text);
    CHECK(address.to_sockaddr(443, storage) > 0);
    CHECK(IpAddress::of(reinterpret_cast<const sockaddr*>(&storage)) == address);
    CHECK(storage.ss_family == (address.is_v4() ? AF_INET : AF_INET6));
  }
}

TEST_CASE("ranges: prefixes of every length") {
  CHECK(contains("10.0.0.0/8", "10.255.0.1"));
  CHECK_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  CHECK(contains("172.16.0.0/12", "172.31.255.255"));
  CHECK_FALSE(contains("172.16.0.0/12", "172.32.0.0"));
  CHECK(contains("0.0.0.0/0", "8.8.8.8"));
  CHECK_FALSE(contains("0.0.0.0/0", "2001:4860::1"));
  CHECK(contains("::/0", "8.8.8.8"));
  CHECK(contains("192.0.2.1", "192.0.2.1"));
  CHECK_FALSE(contains("192.0.2.1", "192.0.2.2"));
  for (const char* text :
       {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "/8"}) {
    CAPTURE(text);
    CHECK_FALSE(IpRange::parse(text).has_value());
  }
}

TEST_CASE("internal addresses, however they are written") {
  CHECK(kind_of("127.0.0.1") == "loopback");
  CHECK(kind_of("::1") == "loopback");
  CHECK(kind_of("::ffff:127.0.0.1") == "loopback");
  CHECK(kind_of("64:ff9b::7f00:1") == "loopback");    // NAT64
  CHECK(kind_of("64:ff9b:1::a00:1") == "private");    // NAT64 of one's own
  CHECK(kind_of("::ffff:0:10.0.0.1") == "private");   // SIIT
  CHECK(kind_of("2002:7f00:1::") == "loopback");      // 6to4
  CHECK(kind_of("::127.0.0.1") == "loopback");        // IPv4-compatible
  CHECK(kind_of("169.254.169.254") == "link-local");  // metadata services
  CHECK(kind_of("fe80::1") == "link-local");
  CHECK(kind_of("10.96.0.1") == "private");
  CHECK(kind_of("fd00::1") == "private");
  CHECK(kind_of("100.64.0.1") == "shared");
  CHECK(kind_of("0.0.0.0") == "unspecified");
  CHECK(kind_of("::") == "unspecified");
  CHECK(kind_of("255.255.255.255") == "reserved");
  CHECK(kind_of("224.0.0.1") == "multicast");
  CHECK(kind_of("ff02::1") == "multicast");
}

TEST_CASE("addresses of the internet are none of them") {
  for (const char* text : {"185.15.59.224", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2a02:ec80::1",
                           "64:ff9b::808:808", "2002:808:808::1"}) {
    CAPTURE(text);
    CHECK(kind_of(text).empty());
  }
}

TEST_CASE("dialling: internal addresses only when they are allowed") {
  const IpRange allowed[] = {*IpRange::parse("127.0.0.0/8")};
  CHECK(may_dial(*IpAddress::parse("8.8.8.8"), {}));
  CHECK_FALSE(may_dial(*IpAddress::parse("127.0.0.1"), {}));
  CHECK(may_dial(*IpAddress::parse("127.0.0.1"), allowed));
  CHECK(may_dial(*IpAddress::parse("::ffff:127.0.0.1"), allowed));
  CHECK_FALSE(may_dial(*IpAddress::parse("10.0.0.1"), allowed));
}

TEST_CASE("ranges: one covers another when no address of it is outside") {
  const auto covers = [](std::string_view outer, std::string_view inner) {
    return IpRange::parse(outer)->covers(*IpRange::parse(inner));
  };
  CHECK(covers("0.0.0.0/0", "10.0.0.0/8"));
  CHECK(covers("10.0.0.0/8", "10.0.0.0/8"));
  CHECK(covers("::/0", "10.0.0.0/8"));  // IPv4 in its mapped form
  CHECK_FALSE(covers("10.0.0.0/8", "0.0.0.0/0"));
  CHECK_FALSE(covers("0.0.0.0/0", "::/0"));
  CHECK_FALSE(covers("10.0.0.0/9", "10.128.0.0/16"));
}

TEST_CASE("ip address: the last of a range, and the one behind it") {
  const auto last = [](std::string_view text) { return IpRange::parse(text)->last().to_string(); };
  CHECK(last("10.0.0.0/8") == "10.255.255.255");
  CHECK(last("151.101.3.0/22") == "151.101.3.255");
  CHECK(last("192.0.2.7") == "192.0.2.7");
  CHECK(last("2001:db8::/127") == "2001:db8::1");
  const auto next = [](std::string_view text) { return IpAddress::parse(text)->next(); };
  CHECK(next("10.255.255.255")->to_string() == "11.0.0.0");
  CHECK(next("2001:db8::ffff")->to_string() == "2001:db8::1:0");
  CHECK_FALSE(next("255.255.255.255"));
}

}  // namespace
}  // namespace egressctl
