#include "lib/forward/admin/admin.h"

#include <sys/stat.h>

#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include "lib/base/text.h"
#include "lib/forward/admin/statistics.h"
#include "lib/forward/test_network.h"
#include "lib/forward/tls/certificates.h"
#include "lib/testing/files.h"
#include "lib/testing/temporary_folder.h"

namespace egressctl::forward {
namespace {

using Json = nlohmann::json;
using testing::connect_to;
using testing::hello_for;
using testing::receive_all;
using testing::send_all;
using testing::Upstream;

constexpr const char* kHost = "www.example.com";

// A forwarder with one route, its admin interface, and one connection that has been through.
class Served {
 public:
  explicit Served(std::chrono::milliseconds drain_time = {}) : upstream_(Upstream::echo) {
    config.workers = 1;
    ListenerConfig listener;
    listener.name = "sni";
    listener.address = *SocketAddress::parse("127.0.0.1:0");
    RouteConfig route;
    route.names = {kHost};
    route.cluster = "outbound|443||www.example.com";
    route.host = upstream_.address().ip.to_string();
    route.port = upstream_.address().port;
    route.internal_allowed = true;
    listener.routes = {route};
    config.listeners = {listener};
    auto forwarder = Forwarder::start(config);
    REQUIRE(forwarder.has_value());
    forwarder_ = std::move(*forwarder);
    auto admin = Admin::start(*forwarder_, {.address = *SocketAddress::parse("127.0.0.1:0"),
                                            .version = "1.2.3",
                                            .drain_time = drain_time,
                                            .quit = [this] { ++quits; },
                                            .level = [this] { return level; },
                                            .set_level =
                                                [this](const std::string& word) {
                                                  if (word == "loud") return false;
                                                  level = word;
                                                  return true;
                                                }});
    REQUIRE(admin.has_value());
    admin_ = std::move(*admin);
    client_ = std::make_unique<httplib::Client>("127.0.0.1", admin_->address().port);
  }

  // Sends a hello through, and comes back when the forwarder has closed.
  void exchange(std::string_view name) {
    const UniqueFd fd = connect_to(forwarder_->listeners().front().address);
    send_all(fd.get(), hello_for(name));
    ::shutdown(fd.get(), SHUT_WR);
    receive_all(fd.get());
  }

  httplib::Result get(const std::string& path, const httplib::Headers& headers = {}) {
    return client_->Get(path, headers);
  }
  httplib::Result post(const std::string& path) { return client_->Post(path); }

  // The body of a page that is there.
  std::string page(const std::string& path) {
    const auto got = get(path);
    REQUIRE(got);
    CHECK_EQ(got->status, 200);
    return got->body;
  }

  Forwarder& forwarder() { return *forwarder_; }
  Admin& admin() { return *admin_; }
  [[nodiscard]] const SocketAddress& upstream() const { return upstream_.address(); }

  std::atomic<int> quits = 0;
  std::string level = "info";
  Config config;

 private:
  Upstream upstream_;
  std::unique_ptr<Forwarder> forwarder_;
  std::unique_ptr<Admin> admin_;
  std::unique_ptr<httplib::Client> client_;
};

TEST_CASE("admin: listeners and clusters are listed as Envoy lists them") {
  Served served;
  served.exchange(kHost);
  CHECK_EQ(served.page("/listeners"),
           fmt::format("sni::{}\n", served.forwarder().listeners().front().address.to_string()));
  const std::string clusters = served.page("/clusters");
  CAPTURE(clusters);
  CHECK(clusters.find(fmt::format("outbound|443||www.example.com::{}::cx_total::1\n",
                                  served.upstream().to_string())) != std::string::npos);
  const Json json = Json::parse(served.page("/clusters?format=json"));
  CHECK_EQ(json["cluster_statuses"][0]["name"], "outbound|443||www.example.com");
}

TEST_CASE("admin: statistics are filtered by RE2 and come as text, JSON and for Prometheus") {
  Served served;
  served.exchange("nobody.example.com");
  CHECK_EQ(served.page("/stats?filter=no_filter_chain"), "listener.sni.no_filter_chain_match: 1\n");
  const Json json = Json::parse(served.page("/stats?format=json&filter=tls_found"));
  CHECK_EQ(json["stats"], Json::parse(R"([{"name":"tls_inspector.tls_found","value":1}])"));
  CHECK_EQ(served.get("/stats?filter=(")->status, 400);
  const std::string metrics = served.page("/stats/prometheus");
  CHECK(metrics.find("egressctl_build_info{version=\"1.2.3\"} 1\n") != std::string::npos);
  CHECK(metrics.find("egressctl_refused_total{listener=\"sni\"} 1\n") != std::string::npos);
  CHECK(metrics.find("egressctl_client_hello_total{listener=\"sni\",result=\"found\"} 1\n") !=
        std::string::npos);
}

TEST_CASE("admin: Prometheus finds every metric by its labels, after one connection") {
  Served served;
  served.exchange(kHost);
  const std::string text = prometheus_text(served.forwarder(), "v");
  CAPTURE(text);
  const std::string route = "route=\"outbound|443||www.example.com\"";
  const std::string bytes = std::to_string(hello_for(kHost).size());
  const std::string once[] = {
      "egressctl_build_info{version=\"v\"} 1",
      "egressctl_listener_downstream_cx_total{listener=\"sni\"} 1",
      "egressctl_listener_downstream_cx_active{listener=\"sni\"} 0",
      "egressctl_listener_downstream_cx_overflow_total{listener=\"sni\"} 0",
      "egressctl_downstream_rx_bytes_total{listener=\"sni\"} " + bytes,
      "egressctl_downstream_tx_bytes_total{listener=\"sni\"} " + bytes,
      "egressctl_client_hello_total{listener=\"sni\",result=\"found\"} 1",
      "egressctl_client_hello_total{listener=\"sni\",result=\"no_sni\"} 0",
      "egressctl_client_hello_total{listener=\"sni\",result=\"not_tls\"} 0",
      "egressctl_client_hello_total{listener=\"sni\",result=\"too_large\"} 0",
      "egressctl_client_hello_total{listener=\"sni\",result=\"timeout\"} 0",
      "egressctl_downstream_tls_handshakes_total{listener=\"sni\",result=\"success\"} 0",
      "egressctl_upstream_cx_total{" + route + "} 1",
      "egressctl_upstream_cx_active{" + route + "} 0",
      "egressctl_upstream_cx_connect_fail_total{" + route + "} 0",
      "egressctl_upstream_tls_handshakes_total{" + route + ",result=\"failure\"} 0",
      "egressctl_upstream_connect_duration_seconds_bucket{le=\"+Inf\"} 1",
      "egressctl_upstream_connect_duration_seconds_count 1",
      "egressctl_connection_duration_seconds_bucket{listener=\"sni\",le=\"+Inf\"} 1",
      "egressctl_connection_duration_seconds_count{listener=\"sni\"} 1",
      "egressctl_connections_closed_total{listener=\"sni\",flag=\"-\"} 1",
      "egressctl_connections_closed_total{listener=\"sni\",flag=\"UF\"} 0",
      "egressctl_dns_lookups_total{result=\"found\"} 0",
      "egressctl_config_reloads_total{result=\"success\"} 0",
      "egressctl_config_reloads_total{result=\"failure\"} 0",
  };
  for (const std::string& sample : once) {
    CAPTURE(sample);
    CHECK(text.find("\n" + sample + "\n") != std::string::npos);
  }
  for (const char* family :
       {"egressctl_config_last_reload_success_timestamp_seconds", "process_cpu_seconds_total",
        "process_open_fds", "process_max_fds", "process_resident_memory_bytes",
        "process_virtual_memory_bytes", "process_start_time_seconds"}) {
    CAPTURE(family);
    CHECK(text.find(fmt::format("\n{} ", family)) != std::string::npos);
  }
}

TEST_CASE("admin: the Prometheus text has each family once, with help and type before it") {
  Served served;
  served.exchange(kHost);
  const std::string text = prometheus_text(served.forwarder(), "v");
  std::set<std::string> families;
  std::string family;
  for (const std::string_view line : split(text, '\n')) {
    CAPTURE(line);
    if (line.empty()) continue;
    if (line.starts_with("# HELP ")) {
      family = std::string(split(line, ' ')[2]);
      CHECK(families.insert(family).second);
      CHECK(line.ends_with("."));
      continue;
    }
    if (line.starts_with("# TYPE ")) {
      CHECK_EQ(split(line, ' ')[2], family);
      continue;
    }
    CHECK(line.starts_with(family));
  }
  CHECK(families.count("egressctl_connections_closed_total") == 1);
}

TEST_CASE("admin: /ready goes with draining and with the health that was set") {
  Served served;
  CHECK_EQ(served.page("/ready"), "LIVE\n");
  CHECK_EQ(served.post("/healthcheck/fail")->status, 200);
  CHECK_EQ(served.get("/ready")->status, 503);
  CHECK_EQ(served.post("/healthcheck/ok")->status, 200);
  CHECK_EQ(served.get("/ready")->status, 200);
  CHECK_EQ(served.post("/drain_listeners")->status, 200);
  CHECK_EQ(served.get("/ready")->body, "DRAINING\n");
  CHECK_EQ(Json::parse(served.page("/server_info"))["state"], "DRAINING");
}

TEST_CASE("admin: a graceful drain fails /ready at once and still takes connections for a while") {
  Served served(std::chrono::hours(1));
  CHECK_EQ(served.post("/drain_listeners?graceful")->status, 200);
  CHECK_EQ(served.get("/ready")->status, 503);
  served.exchange(kHost);
  CHECK_EQ(served.forwarder().listeners().front().counters->closed_normally.value(), 1);
  CHECK_EQ(served.post("/drain_listeners")->status, 200);
  CHECK(testing::wait_until([&] { return served.forwarder().drained(); }));
}

TEST_CASE("admin: levels of messages and the access log are set while it runs") {
  Served served;
  CHECK_EQ(served.post("/logging")->body, "active loggers:\n  main: info\n  access_log: off\n");
  CHECK_EQ(served.post("/logging?level=error")->status, 200);
  CHECK_EQ(served.level, "error");
  CHECK_EQ(served.post("/logging?level=loud")->status, 400);
  CHECK_EQ(served.post("/logging?access_log=maybe")->status, 400);
}

TEST_CASE("admin: /certs shows the certificates in use, and no keys") {
  const Authority authority = *Authority::make("mesh");
  Served served;
  Config config = served.config;
  TlsConfig tls;
  tls.given = *authority.issue({.uris = {"spiffe://cluster.local/ns/default/sa/ubuntu"},
                                .hosts = {},
                                .lasts = std::chrono::hours(36)});
  config.listeners.front().routes.front().tls = tls;
  REQUIRE(served.forwarder().reload(config));
  const std::string text = served.page("/certs");
  CHECK_EQ(text.find("PRIVATE"), std::string::npos);
  const Json page = Json::parse(text);
  REQUIRE_EQ(page["certificates"].size(), 1);
  const Json& own = page["certificates"][0]["cert_chain"][0];
  CHECK_EQ(own["subject_alt_names"],
           Json::parse(R"([{"uri": "spiffe://cluster.local/ns/default/sa/ubuntu"}])"));
  CHECK_EQ(own["days_until_expiration"], "1");
  CHECK_EQ(own["expiration_time"].get<std::string>().size(), 20);
  CHECK_EQ(page["certificates"][0]["ca_cert"].size(), 1);
}

TEST_CASE("admin: a unix socket of the owner's") {
  const egressctl::testing::TemporaryFolder folder;
  Served served;
  AdminSettings settings;
  settings.address = *SocketAddress::parse("unix:" + (folder.path() / "admin").string());
  const auto admin = Admin::start(served.forwarder(), settings);
  REQUIRE(admin.has_value());
  struct stat status {};
  REQUIRE_EQ(::stat(settings.address.path.c_str(), &status), 0);
  CHECK_EQ(status.st_mode & 0777, 0600);
  const UniqueFd fd = connect_to(settings.address);
  send_all(fd.get(), "GET /ready HTTP/1.0\r\n\r\n");
  CHECK(receive_all(fd.get()).ends_with("LIVE\n"));
}

TEST_CASE("admin: its address is its own, and a file that is no socket stays") {
  Served served;
  AdminSettings settings;
  settings.address = served.admin().address();
  CHECK_FALSE(Admin::start(served.forwarder(), settings).has_value());
  const egressctl::testing::TemporaryFolder folder;
  const auto file = folder.path() / "notes";
  egressctl::testing::write_file(file, "important");
  settings.address = *SocketAddress::parse("unix:" + file.string());
  CHECK_FALSE(Admin::start(served.forwarder(), settings).has_value());
  CHECK_FALSE(listen_on(settings.address, {}).has_value());
  CHECK_EQ(egressctl::testing::read_file(file), "important");
}

TEST_CASE("admin: a page of another site changes nothing") {
  Served served;
  const auto answer_to = [&](const std::string& header) {
    const UniqueFd fd = connect_to(served.admin().address());
    send_all(fd.get(),
             "POST /healthcheck/fail HTTP/1.0\r\nHost: localhost:9901\r\n" + header + "\r\n\r\n");
    return receive_all(fd.get());
  };
  CHECK(answer_to("Origin: http://evil.example").find(" 403 ") != std::string::npos);
  CHECK(answer_to("Sec-Fetch-Site: cross-site").find(" 403 ") != std::string::npos);
  CHECK_EQ(served.get("/ready")->status, 200);
  CHECK(answer_to("Origin: http://localhost:9901").find(" 200 ") != std::string::npos);
  CHECK_EQ(served.get("/ready")->status, 503);
}

TEST_CASE("admin: only POST changes something, and a page says what it takes") {
  Served served;
  const auto got = served.get("/quitquitquit");
  CHECK_EQ(got->status, 405);
  CHECK_EQ(got->get_header_value("Allow"), "POST");
  const auto posted = served.post("/stats");
  CHECK_EQ(posted->status, 405);
  CHECK_EQ(posted->get_header_value("Allow"), "GET, HEAD");
  CHECK_EQ(served.quits, 0);
  CHECK_EQ(served.post("/quitquitquit")->status, 200);
  CHECK_EQ(served.quits, 1);
  CHECK_EQ(served.get("/nothing")->status, 404);
}

TEST_CASE("admin: a POST without a body is answered at once, as one of `curl -X POST`") {
  Served served;
  const UniqueFd fd = connect_to(served.admin().address());
  send_all(fd.get(), "POST /quitquitquit HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(receive_all(fd.get()).starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK_EQ(served.quits, 1);
}

TEST_CASE("admin: a page of another site does not get in by a name of its own") {
  Served served;
  CHECK_EQ(served.get("/stats", {{"Host", "evil.example.com:9901"}})->status, 403);
  CHECK_EQ(served.get("/stats", {{"Host", "localhost:9901"}})->status, 200);
  CHECK_EQ(served.get("/stats", {{"Host", "[::1]:9901"}})->status, 200);
}

TEST_CASE("admin: the configuration shows routes") {
  Served served;
  const Json config = Json::parse(served.page("/config_dump"));
  const Json& route = config["listeners"][0]["routes"][0];
  CHECK_EQ(route["server_names"], Json::array({kHost}));
  CHECK_EQ(route["port"], served.upstream().port);
}

TEST_CASE("admin: addresses that others reach are refused unless they are meant") {
  Served served;
  AdminSettings settings;
  settings.address = *SocketAddress::parse("0.0.0.0:0");
  const auto admin = Admin::start(served.forwarder(), std::move(settings));
  REQUIRE_FALSE(admin.has_value());
  CHECK_EQ(admin.error().code, ErrorCode::Usage);
  CHECK(admin.error().message.find("--admin-allow-remote") != std::string::npos);
}

}  // namespace
}  // namespace egressctl::forward
