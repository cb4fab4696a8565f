// Connections that do not begin with TLS, names that are passed on, and who is told of the end.
#include <mutex>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/forward/forwarder.h"
#include "lib/forward/test_network.h"
#include "lib/forward/tls/certificates.h"
#include "lib/testing/files.h"
#include "lib/testing/temporary_folder.h"

namespace egressctl::forward {
namespace {

using testing::connect_to;
using testing::hello_for;
using testing::receive_all;
using testing::receive_some;
using testing::send_all;
using testing::Upstream;

Config listening(std::vector<RouteConfig> routes, std::vector<RouteConfig> plain) {
  Config out;
  out.workers = 1;
  ListenerConfig listener;
  listener.name = "test";
  listener.address = *SocketAddress::parse("127.0.0.1:0");
  listener.routes = std::move(routes);
  listener.plain = std::move(plain);
  out.listeners = {std::move(listener)};
  return out;
}

RouteConfig to(const SocketAddress& address, std::vector<std::string> names) {
  RouteConfig out;
  out.names = std::move(names);
  out.host = address.ip.to_string();
  out.port = address.port;
  return out;
}

std::unique_ptr<Forwarder> started(const Config& config) {
  auto made = Forwarder::start(config);
  REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
  return std::move(*made);
}

std::string talk(const Forwarder& forwarder, const std::string& sent) {
  const UniqueFd fd = connect_to(forwarder.listeners().front().address);
  REQUIRE(fd.valid());
  send_all(fd.get(), sent);
  ::shutdown(fd.get(), SHUT_WR);
  return receive_all(fd.get());
}

std::string request_for(std::string_view host) {
  return fmt::format("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", host);
}

TEST_CASE("plain HTTP goes by its Host") {
  const Upstream upstream(Upstream::echo);
  const egressctl::testing::TemporaryFolder folder;
  const std::string log = folder.path() / "access.log";
  Config config = listening({}, {to(upstream.address(), {"*.example.com"})});
  config.access_log = log;
  {
    const auto forwarder = started(config);
    CHECK_EQ(talk(*forwarder, request_for("WWW.example.com:80")),
             request_for("WWW.example.com:80"));
    CHECK(talk(*forwarder, request_for("www.example.net")).starts_with("HTTP/1.1 502 Bad Gateway"));
    CHECK(talk(*forwarder, request_for("127.0.0.1")).starts_with("HTTP/1.1 502 Bad Gateway"));
    CHECK_EQ(talk(*forwarder, "SSH-2.0-x\r\n"), "");
    CHECK_EQ(upstream.accepted(), 1);
    // Nothing listens at port 1.
    const auto lost = started(listening({}, {to(*SocketAddress::parse("127.0.0.1:1"), {"*"})}));
    CHECK(talk(*lost, request_for("www.example.com")).starts_with("HTTP/1.1 503 Service Unavail"));
  }
  const std::string lines = egressctl::testing::read_file(log);
  CAPTURE(lines);
  CHECK_NE(lines.find("\"WWW.example.com\" \"127.0.0.1:"), std::string::npos);
  CHECK_NE(lines.find("NR filter_chain_not_found"), std::string::npos);
}

TEST_CASE("a listener of TLS alone takes no plain HTTP") {
  const Upstream upstream(Upstream::echo);
  const auto forwarder = started(listening({to(upstream.address(), {"www.example.com"})}, {}));
  CHECK_EQ(talk(*forwarder, request_for("www.example.com")), "");
  CHECK_EQ(upstream.accepted(), 0);
}

TEST_CASE("what is neither TLS nor HTTP goes where all of it goes") {
  SUBCASE("the client speaks first") {
    const Upstream upstream(Upstream::echo);
    const auto forwarder = started(listening({}, {to(upstream.address(), {"*"})}));
    CHECK_EQ(talk(*forwarder, "hello"), "hello");
  }
  SUBCASE("the server speaks first") {
    const Upstream upstream([](int fd) { send_all(fd, "220 mail ready\r\n"); });
    Config config = listening({}, {to(upstream.address(), {"*"})});
    config.timeouts.hello = std::chrono::milliseconds(20);
    const auto forwarder = started(config);
    const UniqueFd fd = connect_to(forwarder->listeners().front().address);
    CHECK_EQ(receive_some(fd.get(), 16), "220 mail ready\r\n");
  }
}

TEST_CASE("a connection that nobody redirected does not lead back here") {
  RouteConfig route;
  route.names = {"*"};
  route.original_destination = true;
  route.internal_allowed = true;
  const auto forwarder = started(listening({route}, {route}));
  CHECK_EQ(talk(*forwarder, "hello"), "");
  CHECK_EQ(forwarder->counters().denied_addresses.value(), 1);
}

TEST_CASE("the client's name is the outer one where the route passes it on") {
  const Authority authority = *Authority::make("mesh");
  const Upstream upstream(Upstream::echo);
  TlsConfig tls;
  tls.given = *authority.issue({.uris = {"spiffe://cluster.local/ns/a/sa/b"}, .hosts = {}});
  RouteConfig outer;
  outer.names = {"www.example.com", "outbound_.443_._.gateway.istio-egress.svc.cluster.local"};
  outer.termination = TerminationConfig{.tls = tls,
                                        .look_inside = true,
                                        .inside = {to(upstream.address(), {"*.example.com"})},
                                        .same_name = true,
                                        .listener = ""};
  const auto gateway = started(listening({outer}, {}));
  RouteConfig wrap = to(gateway->listeners().front().address, {"*.example.com"});
  wrap.tls = tls;
  wrap.forwards_name = true;
  const auto sidecar = started(listening({wrap}, {}));
  CHECK_EQ(talk(*sidecar, hello_for("WWW.example.com")), hello_for("WWW.example.com"));
  CHECK_EQ(talk(*sidecar, hello_for("api.example.com")), "");  // the gateway has no such chain
}

TEST_CASE("a gateway that takes any name inside takes names alone") {
  const Authority authority = *Authority::make("mesh");
  const Upstream upstream(Upstream::echo);
  TlsConfig tls;
  tls.given = *authority.issue({.uris = {"spiffe://cluster.local/ns/a/sa/b"}, .hosts = {}});
  RouteConfig outer;
  outer.names = {"*"};
  outer.termination = TerminationConfig{.tls = tls,
                                        .look_inside = true,
                                        .inside = {to(upstream.address(), {"*"})},
                                        .same_name = false,
                                        .listener = ""};
  const auto gateway = started(listening({outer}, {}));
  RouteConfig wrap = to(gateway->listeners().front().address, {"*"});
  wrap.tls = tls;
  const auto sidecar = started(listening({wrap}, {}));
  CHECK_EQ(talk(*sidecar, hello_for("www.example.com")), hello_for("www.example.com"));
  CHECK_NE(talk(*sidecar, hello_for("127.0.0.1")), hello_for("127.0.0.1"));
}

TEST_CASE("whoever takes any name takes names alone") {
  std::mutex mutex;
  std::vector<std::string> seen;
  RouteConfig any;
  any.names = {"*"};
  any.any_name = true;
  Config config = listening({any}, {any});
  config.resolver.hosts["www.example.com"] = {*IpAddress::parse("127.0.0.1")};
  config.observer = [&](const ConnectionRecord& record) {
    const std::lock_guard lock(mutex);
    seen.push_back(record.server_name + record.authority + " " + record.flags.to_string());
  };
  {
    const auto forwarder = started(config);
    talk(*forwarder, hello_for("www.example.com"));
    talk(*forwarder, hello_for("127.0.0.1"));
    talk(*forwarder, request_for("www.example.com"));
    talk(*forwarder, "hello");
  }
  CHECK_EQ(seen, std::vector<std::string>{"www.example.com UH", "127.0.0.1 NR",
                                          "www.example.com UH", " NR"});
}

TEST_CASE("lines say whose they are") {
  ConnectionRecord record;
  record.server_name = "a";
  std::string out;
  const auto text =
      AccessLogFormat::parse("%REQUESTED_SERVER_NAME%\\n")->labelled("gateway", "sni-proxy");
  text.write(record, out);
  record.internal = true;
  text.write(record, out);
  CHECK_EQ(out, "gateway   a\nsni-proxy a\n");
  out.clear();
  AccessLogFormat::istio_json().labelled("gateway", "sni-proxy").write(record, out);
  CHECK(out.starts_with("{\"proxy\":\"sni-proxy\",\"authority\":null,"));
}

}  // namespace
}  // namespace egressctl::forward
