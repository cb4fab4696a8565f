#include "lib/datapath/forward_file.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/datapath/forward_file_rules.h"
#include "lib/datapath/forward_file_tables.h"
#include "lib/testing/files.h"

namespace egressctl::datapath {
namespace {

using forward::RouteConfig;

// A text, read; what is found points into it.
struct Reading {
  explicit Reading(const std::string& text) : source("forward.yaml", text) {
    const auto documents = yaml::load(source, diagnostics);
    REQUIRE_EQ(documents.size(), 1);
    file = read_forward_file(documents.front(), "/etc/egress", diagnostics);
  }
  Source source;
  Diagnostics diagnostics;
  std::optional<ForwardFile> file;
};

constexpr const char* kStart = "apiVersion: egressctl/v1\nkind: Forward\n";

ForwardFile good(const std::string& text) {
  Reading reading(kStart + text);
  for (const Diagnostic& each : reading.diagnostics) MESSAGE(each.message);
  REQUIRE(reading.file.has_value());
  return *std::move(reading.file);
}

// "4:7 EGR1102", ... of a text behind the two first lines.
std::string findings(const std::string& text) {
  const Reading reading(kStart + text);
  CHECK_FALSE(reading.file.has_value());
  std::string out;
  for (const Diagnostic& each : reading.diagnostics) {
    const Position at = each.range.start_position();
    out += fmt::format("{}{}:{} {}", out.empty() ? "" : ", ", at.line, at.column, each.rule.id);
  }
  return out;
}

std::string docs() {
  return testing::read_file(testing::testdata() / "../docs/forward.md");
}

TEST_CASE("forward.yaml: all of an SNI proxy") {
  const ForwardFile file = good(R"(
listeners:
- name: out
  address: "[::1]:8443"
  transparent: true
  proxyProtocol: {in: true, out: v2}
  routes:
  - hosts: ["*.wikipedia.org", wikipedia.org]
  - hosts: [edition.cnn.com]
    to: 192.0.2.1:8443
    cluster: cnn
  - hosts: [plain.example.com]
    protocol: http
  - hosts: ["*"]
    protocol: tcp
    originalDestination: true
    internal: true
allow: [10.0.0.0/8, ::1/128]
dns:
  servers: [10.96.0.10]
  refresh: 1m
  hosts: [{name: a.example.com, addresses: [192.0.2.7]}]
timeouts: {hello: 250ms, connect: 2s, handshake: 3s, idle: 1h30m, drain: 1s}
limits: {maxConnections: 10, workers: 2}
accessLog: {file: access.log, format: "%BYTES_SENT%\n"}
admin: {address: "127.0.0.1:0", allowRemote: true}
)");
  REQUIRE_EQ(file.config.listeners.size(), 1);
  const forward::ListenerConfig& listener = file.config.listeners.front();
  CHECK_EQ(listener.name, "out");
  CHECK_EQ(listener.address.to_string(), "[::1]:8443");
  CHECK(listener.transparent);
  CHECK(listener.proxy_protocol);
  CHECK_EQ(listener.proxy_protocol_out, forward::ProxyProtocol::V2);
  REQUIRE_EQ(listener.routes.size(), 2);
  CHECK_EQ(listener.routes[0].names, std::vector<std::string>{"*.wikipedia.org", "wikipedia.org"});
  CHECK_EQ(listener.routes[1].host, "192.0.2.1");
  CHECK_EQ(listener.routes[1].port, 8443);
  CHECK_EQ(listener.routes[1].cluster, "cnn");
  REQUIRE_EQ(listener.plain.size(), 2);
  CHECK_EQ(listener.plain[0].port, 80);
  CHECK(listener.plain[1].original_destination);
  CHECK(listener.plain[1].internal_allowed);
  CHECK_EQ(file.config.allowed.size(), 2);
  CHECK_EQ(file.config.resolver.hosts.at("a.example.com").size(), 1);
  CHECK_EQ(file.config.resolver.longest.count(), 60'000);
  CHECK_EQ(file.config.timeouts.hello.count(), 250);
  CHECK_EQ(file.config.timeouts.idle.count(), 5'400'000);
  CHECK_EQ(file.drain_timeout.count(), 1000);
  CHECK_EQ(file.config.max_connections, 10);
  CHECK_EQ(file.config.access_log, "/etc/egress/access.log");
  CHECK_EQ(file.admin_address, "127.0.0.1:0");
  CHECK(file.admin_allow_remote);
}

constexpr const char* kTls =
    "  tls: {certificate: tls.crt, key: /run/tls.key, authorities: ca.crt, peerNames: "
    "[\"spiffe://a/*\"]}\n";

TEST_CASE("forward.yaml: a sidecar wraps, but what is direct") {
  const ForwardFile file =
      good(std::string("listeners:\n- address: :15001\n  role: sidecar\n") + kTls +
           R"(  gateway: gateway.istio-egress:8443
  routes:
  - hosts: ["*.example.com"]
  - {hosts: [a.example.org], outerName: outbound_.443_.a_.gateway}
  - {hosts: [b.example.org], forwardName: true}
  - {hosts: [c.example.org], direct: true, port: 8443}
)");
  const auto& routes = file.config.listeners.front().routes;
  REQUIRE_EQ(routes.size(), 4);
  CHECK_EQ(routes[0].host, "gateway.istio-egress");
  CHECK_EQ(routes[0].port, 8443);
  CHECK_EQ(routes[0].tls->server_name, "example.com");
  CHECK_EQ(routes[0].tls->files.certificates, "/etc/egress/tls.crt");
  CHECK_EQ(routes[0].tls->files.key, "/run/tls.key");
  CHECK_EQ(routes[1].tls->server_name, "outbound_.443_.a_.gateway");
  CHECK(routes[2].forwards_name);
  CHECK_FALSE(routes[3].tls.has_value());
  CHECK_EQ(routes[3].host, "");
  CHECK_EQ(routes[3].port, 8443);
}

TEST_CASE("forward.yaml: a gateway's routes with the same outer names are one chain") {
  const ForwardFile file =
      good(std::string("listeners:\n- address: :8443\n  role: gateway\n") + kTls +
           R"(  routes:
  - {hosts: ["*.example.com"], outerNames: [a.internal.example]}
  - {hosts: [www.example.org], outerNames: [a.internal.example], to: 192.0.2.1}
  - {hosts: [api.example.net], outerNames: [b.internal.example], lookInside: false, originate: {authorities: roots.pem}, to: api.example.net:8443}
)");
  const auto& routes = file.config.listeners.front().routes;
  REQUIRE_EQ(routes.size(), 2);
  REQUIRE(routes[0].termination.has_value());
  CHECK_EQ(routes[0].names, std::vector<std::string>{"a.internal.example"});
  CHECK_EQ(routes[0].termination->inside.size(), 2);
  CHECK_EQ(routes[0].termination->listener, "sni_listener");
  CHECK_FALSE(routes[1].termination->look_inside);
  CHECK_EQ(routes[1].names, std::vector<std::string>{"b.internal.example"});
  CHECK_EQ(routes[1].tls->server_name, "api.example.net");
  CHECK_EQ(routes[1].tls->files.authorities, "/etc/egress/roots.pem");
}

TEST_CASE("forward.yaml: what is wrong is told where it stands") {
  struct Case {
    std::string text;
    std::string found;
  };
  for (const Case& each : {
           Case{"listener: []", "3:1 EGR1002"},
           {"", "1:1 EGR1003"},
           {"listeners: []", "3:12 EGR1012"},
           {"listeners: [{address: nowhere, routes: [{hosts: [a.example]}]}]", "3:23 EGR1007"},
           {"listeners: [{address: :1, role: sidcar, routes: [{hosts: [a.example]}]}]",
            "3:33 EGR1006"},
           {"listeners: [{address: :1, routes: [{hosts: [\"*\"]}]}]", "3:36 EGR1103"},
           {"listeners: [{address: :1, routes: [{hosts: [a b]}]}]", "3:45 EGR1007"},
           {"listeners: [{address: :1, routes: [{hosts: [a.example, a.example]}]}]",
            "3:56 EGR1105"},
           {"listeners: [{address: :1, routes: [{hosts: [a.example], to: \"a:0\"}]}]",
            "3:61 EGR1007"},
           {"listeners: [{address: :1, routes: [{hosts: [a.example], outerName: b}]}]",
            "3:68 EGR1102"},
           {"listeners: [{address: :1, role: gateway, routes: [{hosts: [a.example]}]}]",
            "3:13 EGR1103"},
           {"listeners: [{address: :1, routes: [{hosts: [a.example], protocol: tcp, to: b}]}]",
            "3:45 EGR1102"},
           {"listeners: [{address: :1, routes: [{hosts: [a.example]}]}, {address: :1, routes: "
            "[{hosts: [b.example]}]}]",
            "3:70 EGR1104"},
           {"listeners: [{address: :1, routes: [{hosts: [a.example]}]}]\ntimeouts: {idle: 5}",
            "4:18 EGR1004"},
           {"listeners: [{address: :1, routes: [{hosts: [a.example]}]}]\ntimeouts: {idle: -5s}",
            "4:18 EGR1009"},
           {"listeners: [{address: :1, routes: [{hosts: [a.example]}]}]\nallow: [10.0.0.0/99]",
            "4:9 EGR1007"},
           {"listeners: [{address: :1, routes: [{hosts: [a.example]}]}]\naccessLog: {format: "
            "\"%NONE%\"}",
            "4:21 EGR1106"},
       }) {
    CAPTURE(each.text);
    CHECK_EQ(findings(each.text), each.found);
  }
  const Reading other("apiVersion: egressctl/v1\nkind: Egress\n");
  CHECK_FALSE(other.file.has_value());
  CHECK_EQ(other.diagnostics[0].rule.id, "EGR1101");
}

void check_rows(const std::string& text, const spec::Table& table) {
  for (const spec::Field& field : table.fields) {
    CAPTURE(field.key);
    const std::string end = fmt::format(" | {} |\n", field.description);
    const std::size_t row = text.find(end);
    CHECK(row != std::string::npos);
    CHECK(text.find(fmt::format("\n| `{}` | ", field.key)) != std::string::npos);
    if (field.table != nullptr) check_rows(text, *field.table);
  }
}

TEST_CASE("docs/forward.md: every key and every finding has its row") {
  check_rows(docs(), forward_file_table());
  for (const RuleId& rule : kForwardFileRules) {
    CAPTURE(rule.id);
    CHECK(docs().find(fmt::format("| {} | {} | ", rule.id, rule.name)) != std::string::npos);
  }
}

TEST_CASE("docs/forward.md: its examples read without a finding") {
  const std::string text = docs();
  int examples = 0;
  for (std::size_t begin = text.find("```yaml\n"); begin != std::string::npos;
       begin = text.find("```yaml\n", begin)) {
    begin += 8;
    const std::string example = text.substr(begin, text.find("```\n", begin) - begin);
    CAPTURE(example);
    const Reading reading(example);
    CHECK(reading.file.has_value());
    CHECK(reading.diagnostics.empty());
    ++examples;
  }
  CHECK_GE(examples, 3);
}

}  // namespace
}  // namespace egressctl::datapath
