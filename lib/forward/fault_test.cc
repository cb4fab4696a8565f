// What becomes of connections when something fails: the peers, DNS, certificates, descriptors.
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <poll.h>

#include "lib/forward/test_dns.h"
#include "lib/forward/test_forwarder.h"
#include "lib/testing/files.h"
#include "lib/testing/temporary_folder.h"

namespace egressctl::forward {
namespace {

using egressctl::testing::read_file;
using egressctl::testing::TemporaryFolder;
using std::chrono::milliseconds;
using testing::address_of;
using testing::check_same;
using testing::config_with;
using testing::connect_to;
using testing::counters_of;
using testing::DnsServer;
using testing::exchange;
using testing::hello_for;
using testing::kGatewayId;
using testing::kHost;
using testing::make_blocking;
using testing::Mesh;
using testing::receive_all;
using testing::receive_some;
using testing::reset_on_close;
using testing::route_to;
using testing::send_all;
using testing::start;
using testing::Upstream;
using testing::wait_until;

// A forwarder whose log is read when it has ended.
class Logged {
 public:
  explicit Logged(Config config) {
    config.access_log = folder_.path() / "access.log";
    log_ = config.access_log;
    forwarder_ = start(config);
  }

  Forwarder& operator*() { return *forwarder_; }
  Forwarder* operator->() { return forwarder_.get(); }

  // Ends it, and gives its lines.
  std::string log() {
    forwarder_.reset();
    return read_file(log_);
  }

 private:
  TemporaryFolder folder_;
  std::string log_;
  std::unique_ptr<Forwarder> forwarder_;
};

// Flags, and of both ends how they came to it.
AccessLogFormat how_it_ended() {
  return *AccessLogFormat::parse(
      "%RESPONSE_FLAGS% %DOWNSTREAM_DETECTED_CLOSE_TYPE% %DOWNSTREAM_LOCAL_CLOSE_REASON% "
      "%UPSTREAM_DETECTED_CLOSE_TYPE% %UPSTREAM_LOCAL_CLOSE_REASON%");
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// A connection that is going on: its hello came back.
UniqueFd open_through(const Forwarder& forwarder, std::string_view name = kHost) {
  UniqueFd fd = connect_to(address_of(forwarder));
  send_all(fd.get(), hello_for(name));
  check_same(receive_some(fd.get(), hello_for(name).size()), hello_for(name));
  return fd;
}

}  // namespace

TEST_CASE("fault: an upstream that stalls is let go after the idle timeout, and the client told") {
  std::promise<void> over;
  const Upstream upstream([&](int fd) {
    receive_some(fd, hello_for(kHost).size());
    receive_all(fd);  // until the forwarder ends it
    over.set_value();
  });
  Config config = config_with({route_to(upstream.address())});
  config.timeouts.idle = milliseconds(50);
  config.format = how_it_ended();
  Logged forwarder(config);
  const UniqueFd fd = connect_to(address_of(*forwarder));
  send_all(fd.get(), hello_for(kHost));
  CHECK_EQ(receive_all(fd.get()), "");
  over.get_future().wait();
  CHECK(wait_until([&] { return forwarder->counters().active.value() == 0; }));
  const std::string log = forwarder.log();
  CAPTURE(log);
  CHECK_EQ(log, "- Normal tcp_session_idle_timeout Normal tcp_session_idle_timeout\n");
}

TEST_CASE("fault: a transfer that goes on one way is not idle") {
  const Upstream upstream([](int fd) {
    receive_some(fd, hello_for(kHost).size());
    pollfd wait{fd, POLLIN, 0};
    // Each word comes well before the timeout, all of them well after it.
    for (int i = 0; i < 20 && send_all(fd, "word"); ++i) ::poll(&wait, 1, 20);
  });
  Config config = config_with({route_to(upstream.address())});
  config.timeouts.idle = milliseconds(300);
  const auto forwarder = start(config);
  const UniqueFd fd = connect_to(address_of(*forwarder));
  send_all(fd.get(), hello_for(kHost));
  CHECK_EQ(receive_all(fd.get()).size(), 80);
}

TEST_CASE("fault: an upstream that takes no connection costs the connect timeout, not more") {
  // A listener whose queue is full answers no SYN.
  const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_storage any{};
  const socklen_t size = IpAddress::parse("127.0.0.1")->to_sockaddr(0, any);
  REQUIRE_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&any), size), 0);
  REQUIRE_EQ(::listen(listener.get(), 0), 0);
  const SocketAddress full = local_address(listener.get());
  std::vector<UniqueFd> queue;
  queue.reserve(3);
  for (int i = 0; i < 3; ++i) queue.push_back(dial(full));
  Config config = config_with({route_to(full)});
  config.timeouts.connect = milliseconds(50);
  Logged forwarder(config);
  CHECK_EQ(exchange(address_of(*forwarder), kHost, ""), "");
  const std::string log = forwarder.log();
  CAPTURE(log);
  CHECK(has(log, "\"- - -\" 0 UF,URX - - \"connection_timeout\" 0 0 "));
}

TEST_CASE("fault: a reset of the upstream is told in the log, after the bytes before it") {
  const Upstream upstream([](int fd) {
    receive_some(fd, hello_for(kHost).size());
    send_all(fd, "some");
    // What is unread makes it a reset, too.
    reset_on_close(fd);
  });
  Config config = config_with({route_to(upstream.address())});
  config.format = how_it_ended();
  Logged forwarder(config);
  const UniqueFd fd = connect_to(address_of(*forwarder));
  send_all(fd.get(), hello_for(kHost));
  bool failed = false;
  const std::string got = receive_all(fd.get(), &failed);
  CHECK((got.empty() || got == "some"));
  CHECK(failed);
  const std::string log = forwarder.log();
  CAPTURE(log);
  CHECK_EQ(log, "UR LocalReset - RemoteReset -\n");
}

TEST_CASE("fault: a client that vanishes in the middle leaves no flag, and the upstream sees it") {
  for (const bool reset : {false, true}) {
    CAPTURE(reset);
    std::promise<bool> failed;
    const Upstream upstream([&](int fd) {
      receive_some(fd, hello_for(kHost).size());
      send_all(fd, "some");
      bool broken = false;
      receive_all(fd, &broken);
      failed.set_value(broken);
    });
    Config config = config_with({route_to(upstream.address())});
    config.format = how_it_ended();
    Logged forwarder(config);
    {
      const UniqueFd fd = connect_to(address_of(*forwarder));
      send_all(fd.get(), hello_for(kHost));
      CHECK_EQ(receive_some(fd.get(), 4), "some");
      if (reset) reset_on_close(fd.get());
    }
    CHECK_EQ(failed.get_future().get(), reset);
    CHECK(wait_until([&] { return forwarder->counters().active.value() == 0; }));
    CHECK_EQ(forwarder.log(), reset ? "- RemoteReset - LocalReset -\n" : "- Normal - Normal -\n");
  }
}

TEST_CASE("fault: what the other end's TLS breaks is a reset, with its words in the log") {
  const Mesh mesh;
  // A gateway that stops speaking TLS after the handshake.
  const Upstream gateway([&](int fd) {
    TlsSettings settings;
    settings.credentials = mesh.gateway;
    const auto context = TlsContext::make(TlsRole::Server, settings);
    TlsConnection tls(*context, {});
    while (tls.handshake(fd) == TlsResult::WantRead) {
    }
    send_all(fd, "this is no record of TLS");
    receive_all(fd);
  });
  Logged sidecar(config_with({mesh.wrapping(gateway.address())}));
  const UniqueFd fd = connect_to(address_of(*sidecar));
  send_all(fd.get(), hello_for(kHost));
  bool failed = false;
  CHECK_EQ(receive_all(fd.get(), &failed), "");
  CHECK(failed);
  const std::string log = sidecar.log();
  CAPTURE(log);
  CHECK(has(log, "\"- - -\" 0 - - - \"TLS_error:|"));
}

TEST_CASE("fault: a client that vanishes in its hello leaves nothing behind") {
  const Upstream upstream(Upstream::echo);
  Config config = config_with({route_to(upstream.address())});
  config.format = how_it_ended();
  Logged forwarder(config);
  const std::string hello = hello_for(kHost);
  for (const std::size_t size : {std::size_t{1}, std::size_t{5}, hello.size() - 1})
    for (const bool reset : {false, true}) {
      const UniqueFd fd = connect_to(address_of(*forwarder));
      send_all(fd.get(), hello.substr(0, size));
      if (reset) reset_on_close(fd.get());
    }
  // Of those that are reset before they are accepted the system says nothing.
  CHECK(wait_until([&] {
    return counters_of(*forwarder).total.value() >= 3 && forwarder->counters().active.value() == 0;
  }));
  CHECK_EQ(upstream.accepted(), 0);
  const std::string log = forwarder.log();
  CAPTURE(log);
  CHECK(has(log, "- Normal - - -\n"));
}

TEST_CASE("fault: a client that vanishes while its name is looked up is forgotten") {
  std::promise<void> asked;
  std::promise<void> may_answer;
  std::atomic<bool> first{true};
  const Upstream upstream(Upstream::echo);
  const DnsServer server([&](const std::string&) {
    if (first.exchange(false)) {
      asked.set_value();
      may_answer.get_future().wait();
    }
    return DnsServer::Answer{.addresses = {*IpAddress::parse("127.0.0.1")}};
  });
  RouteConfig route;
  route.names = {kHost};
  route.port = upstream.address().port;
  route.internal_allowed = true;
  Config config = config_with({route});
  config.resolver.servers = {server.address()};
  const auto forwarder = start(config);
  {
    const UniqueFd fd = connect_to(address_of(*forwarder));
    send_all(fd.get(), hello_for(kHost));
    asked.get_future().wait();
    reset_on_close(fd.get());
  }
  CHECK(wait_until([&] { return forwarder->counters().active.value() == 0; }));
  may_answer.set_value();
  CHECK_EQ(exchange(address_of(*forwarder), kHost, "x"), hello_for(kHost) + "x");
  CHECK_EQ(upstream.accepted(), 1);
}

TEST_CASE("fault: DNS that fails is told as Envoy tells it, and DNS that changes is followed") {
  std::atomic<int> answer{0};
  const Upstream first(Upstream::echo);
  const DnsServer server([&](const std::string&) {
    switch (answer) {
      case 0: return DnsServer::Answer{.code = 3};
      case 1: return DnsServer::Answer{.silent = true};
      case 2: return DnsServer::Answer{.addresses = {*IpAddress::parse("127.0.0.1")}, .ttl = 0};
      default: return DnsServer::Answer{.addresses = {*IpAddress::parse("127.0.0.2")}, .ttl = 0};
    }
  });
  RouteConfig route;
  route.names = {kHost};
  route.port = first.address().port;
  route.internal_allowed = true;
  Config config = config_with({route});
  config.resolver.servers = {server.address()};
  config.resolver.timeout = milliseconds(70);
  config.resolver.failure = config.resolver.shortest = std::chrono::seconds(0);
  Logged forwarder(config);
  CHECK_EQ(exchange(address_of(*forwarder), kHost, ""), "");
  answer = 1;
  CHECK_EQ(exchange(address_of(*forwarder), kHost, ""), "");
  answer = 2;
  CHECK_EQ(exchange(address_of(*forwarder), kHost, "x"), hello_for(kHost) + "x");
  answer = 3;  // nobody listens there
  CHECK_EQ(exchange(address_of(*forwarder), kHost, ""), "");
  const std::string log = forwarder.log();
  CAPTURE(log);
  CHECK(has(log, "0 UH - - \"no_such_name\" 0 0 "));
  CHECK(has(log, "0 UH - - \"no_answer\" 0 0 "));
  CHECK(has(log, fmt::format("\"127.0.0.2:{}\" www.example.com", first.address().port)));
}

TEST_CASE("fault: certificates that do not fit end the connection, and the log says why") {
  const Mesh mesh;
  const Mesh strangers;
  const Upstream upstream(Upstream::echo);
  RouteConfig ending = mesh.terminating({route_to(upstream.address(), {"*.example.com"})});
  TlsConfig& gateway_tls = ending.termination->tls;
  TlsConfig client_tls = mesh.client_tls();
  std::string reason;
  SUBCASE("the gateway's has ended") {
    gateway_tls.given = *mesh.authority.issue(
        {.uris = {kGatewayId}, .hosts = {}, .lasts = std::chrono::seconds(-60)});
    reason = "CERTIFICATE_VERIFY_FAILED";
  }
  SUBCASE("the gateway's is of an unknown CA") {
    gateway_tls.given.certificates = strangers.gateway.certificates;
    gateway_tls.given.key = strangers.gateway.key;
    reason = "CERTIFICATE_VERIFY_FAILED";
  }
  SUBCASE("the gateway's has another name") {
    gateway_tls.given = *mesh.authority.issue(
        {.uris = {"spiffe://cluster.local/ns/istio-egress/sa/default"}, .hosts = {}});
    reason = "certificate_SANs_are_[spiffe://cluster.local/ns/istio-egress/sa/default]";
  }
  Logged gateway(config_with({ending}));
  RouteConfig wrapping = mesh.wrapping(address_of(*gateway));
  Logged sidecar(config_with({wrapping}));
  CHECK_EQ(exchange(address_of(*sidecar), kHost, "words"), "");
  CHECK_EQ(upstream.accepted(), 0);
  const std::string log = sidecar.log();
  CAPTURE(log);
  CHECK(has(log, " 0 UF,URX - - \"TLS_error:"));
  CHECK(has(log, reason));
  CAPTURE(gateway.log());
}

TEST_CASE("fault: a peer that stops in the middle of a handshake is let go") {
  const Mesh mesh;
  const Upstream upstream(Upstream::echo);
  SUBCASE("a client of the gateway") {
    Config config = config_with({mesh.terminating({route_to(upstream.address())})});
    config.timeouts.handshake = milliseconds(50);
    Logged gateway(config);
    // A hello that is understood, and then nothing.
    const UniqueFd fd = connect_to(address_of(*gateway));
    TlsSettings settings;
    settings.credentials = mesh.client;
    settings.server_name = "outer.example";
    TlsConnection client(*TlsContext::make(TlsRole::Client, settings), {});
    ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
    REQUIRE_EQ(client.handshake(fd.get()), TlsResult::WantRead);
    make_blocking(fd.get());
    CHECK_NE(receive_all(fd.get()), "");
    CHECK_EQ(gateway->counters().active.value(), 0);
    CHECK_EQ(counters_of(*gateway).handshake_timeouts.value(), 1);
    CHECK(has(gateway.log(), "\"- - -\" 0 - - transport socket timeout was reached \"-\" 0 0 "));
  }
  SUBCASE("the gateway of a sidecar") {
    const Upstream silent([](int fd) { receive_all(fd); });
    Config config = config_with({mesh.wrapping(silent.address())});
    config.timeouts.handshake = milliseconds(50);
    Logged sidecar(config);
    CHECK_EQ(exchange(address_of(*sidecar), kHost, ""), "");
    CHECK(has(sidecar.log(), "UF,URX - - \"TLS_handshake_timeout\""));
  }
}

TEST_CASE("fault: when descriptors run out, new connections wait, and none that goes on is hurt") {
  const Upstream upstream(Upstream::echo);
  const auto forwarder = start(config_with({route_to(upstream.address())}));
  const UniqueFd old = open_through(*forwarder);
  std::vector<UniqueFd> waiting;
  waiting.reserve(20);
  for (int i = 0; i < 20; ++i) waiting.push_back(connect_to(address_of(*forwarder)));
  rlimit usual{};
  ::getrlimit(RLIMIT_NOFILE, &usual);
  // Descriptors are given out from below: no more than those that are there.
  rlimit low = usual;
  low.rlim_cur = static_cast<rlim_t>(UniqueFd(::dup(old.get())).get());
  REQUIRE_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  const auto begin = Clock::now();
  for (const UniqueFd& fd : waiting) send_all(fd.get(), hello_for(kHost));
  constexpr std::uint64_t kTries = 7;
  CHECK(wait_until([&] { return counters_of(*forwarder).out_of_descriptors.value() >= kTries; }));
  const auto took = Clock::now() - begin;
  send_all(old.get(), "still here");
  CHECK_EQ(receive_some(old.get(), 10), "still here");
  ::setrlimit(RLIMIT_NOFILE, &usual);
  // Two workers that pause 100 ms after each try: seven tries are three pauses of one of them.
  CHECK_GE(took, milliseconds(250));
  for (const UniqueFd& fd : waiting)
    check_same(receive_some(fd.get(), hello_for(kHost).size()), hello_for(kHost));
}

TEST_CASE("fault: a connection for which no descriptor is left to dial is refused, and told of") {
  const Upstream upstream(Upstream::echo);
  Logged forwarder(config_with({route_to(upstream.address())}));
  {
    const UniqueFd fd = connect_to(address_of(*forwarder));
    rlimit usual{};
    ::getrlimit(RLIMIT_NOFILE, &usual);
    rlimit low = usual;
    // Once the connection is taken, the next one that is free is one too many.
    REQUIRE(wait_until([&] { return forwarder->counters().active.value() == 1; }));
    low.rlim_cur = static_cast<rlim_t>(UniqueFd(::dup(fd.get())).get());
    REQUIRE_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    send_all(fd.get(), hello_for(kHost));
    CHECK_EQ(receive_all(fd.get()), "");
    ::setrlimit(RLIMIT_NOFILE, &usual);
  }
  CHECK_EQ(upstream.accepted(), 0);
  CHECK_GE(counters_of(*forwarder).out_of_descriptors.value(), 1);
  CHECK_EQ(exchange(address_of(*forwarder), kHost, "x"), hello_for(kHost) + "x");
  const std::string log = forwarder.log();
  CAPTURE(log);
  CHECK(has(log, "\"- - -\" 0 UO - - \"delayed_connect_error:_Too_many_open_files\" 0 0 "));
}

TEST_CASE("fault: who sends byte by byte has no more time than who sends nothing") {
  const Mesh mesh;
  const Upstream upstream(Upstream::echo);
  Config config = config_with({route_to(upstream.address())});
  config.timeouts.hello = milliseconds(100);
  Logged forwarder(config);
  std::vector<std::thread> clients;
  clients.reserve(20);
  std::atomic<int> finished{0};
  for (int i = 0; i < 20; ++i)
    clients.emplace_back([&] {
      const std::string hello = hello_for(kHost);
      const UniqueFd fd = connect_to(address_of(*forwarder));
      for (const char& byte : hello) {
        if (!send_all(fd.get(), {&byte, 1})) return;
        pollfd ended{fd.get(), POLLIN, 0};
        if (::poll(&ended, 1, 10) > 0) return;
      }
      ++finished;
    });
  for (std::thread& client : clients) client.join();
  CHECK_EQ(finished, 0);
  CHECK(wait_until([&] { return forwarder->counters().active.value() == 0; }));
  CHECK_EQ(upstream.accepted(), 0);
  const std::string log = forwarder.log();
  CAPTURE(log);
  CHECK(has(log, "\"- - -\" 0 - hello_timeout - "));
}

}  // namespace egressctl::forward
