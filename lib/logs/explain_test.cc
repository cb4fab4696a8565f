#include "lib/logs/explain.h"

#include <doctest/doctest.h>

#include "lib/logs/parse.h"
#include "lib/logs/sums.h"

namespace egressctl::logs {
namespace {

LoggedConnection connection(const std::vector<std::pair<Role, std::string>>& lines) {
  LoggedConnection out;
  for (const auto& [role, line] : lines) {
    ParsedLine parsed = parse_line(line);
    REQUIRE(parsed.kind == LineKind::Entry);
    out.hops.push_back({role, std::move(parsed.entry)});
  }
  return out;
}

std::string line(const std::string& reasons, const std::string& rest, int received = 0) {
  return "[2026-11-23T11:30:57.100Z] \"- - -\" 0 " + reasons + " " + std::to_string(received) +
         " 0 5 - \"-\" \"-\" \"-\" \"-\" " + rest;
}

std::string first_sentence(const std::string& text) {
  return explain(connection({{Role::Unknown, text}})).sentences.at(0);
}

TEST_CASE("explain: what the forwarder refuses, and whose certificate it was") {
  CHECK(first_sentence(line("NR filter_chain_not_found "
                            "TLS_error|error:1000009c:SSL_routines:OPENSSL_internal:HTTP_REQUEST:"
                            "TLS_error_end \"-\"",
                            "\"-\" - - 10.1.0.10:8443 10.1.0.20:7 - -"))
            .find("the client speaks plain HTTP where TLS is expected") != std::string::npos);
  CHECK(first_sentence(line("- hello_timeout - \"-\"", "\"-\" - - 10.1.0.10:8443 10.1.0.20:7 - -"))
            .find("its TLS hello, did not come in time") != std::string::npos);
  CHECK(first_sentence(line("- - transport socket timeout was reached \"-\"",
                            "\"-\" a - 10.1.0.10:8443 10.1.0.20:7 a.example -"))
            .find("did not finish its TLS handshake in time") != std::string::npos);
  CHECK(first_sentence(line("UH address_not_allowed - \"-\"",
                            "\"-\" a - 10.1.0.10:8443 10.1.0.20:7 a.example -"))
            .find("does not dial without --allow") != std::string::npos);
  CHECK(first_sentence(line("- downstream_tls_handshake_failed "
                            "TLS_error:|0:x:certificate_has_expired:TLS_error_end \"-\"",
                            "\"-\" a - 10.1.0.10:8443 10.1.0.20:7 a.example -"))
            .find("the client's certificate has expired") != std::string::npos);
}

TEST_CASE("explain: over TCP no flag tells of a client that goes away") {
  const std::string reached =
      "\"1.2.3.4:443\" a 10.1.0.10:9 10.1.0.10:8443 10.1.0.20:7 a.example -";
  const std::string bytes = "700 1500 5 - \"-\" \"-\" \"-\" \"-\" ";
  const std::string start = "[2026-11-23T11:30:57.100Z] \"- - -\" 0 - - - \"-\" ";
  CHECK(explain(connection({{Role::Unknown, start + bytes + reached}})).outcome ==
        Outcome::Arrived);
  const Explanation early = explain(connection(
      {{Role::Sidecar, line("- - - \"-\"", "\"-\" a - 10.1.0.10:8443 10.1.0.20:7 a.example -")}}));
  CHECK(early.outcome == Outcome::Failed);
  CHECK(early.sentences.at(0) ==
        "sidecar: the client went away before its connection led anywhere");
}

TEST_CASE("explain: a forward proxy without endpoints is a name without addresses") {
  CHECK(first_sentence(line("UH - - \"-\"",
                            "\"-\" dynamic_forward_proxy_cluster - envoy://sni/ "
                            "envoy://internal_client_address/ nx.foo.com -"))
            .find("\"nx.foo.com\" could not be resolved") != std::string::npos);
}

TEST_CASE("explain: REGISTRY_ONLY refuses HTTP by the route block_all") {
  const std::string text =
      "[2026-11-25T21:26:18.409Z] \"GET / HTTP/1.1\" 502 - direct_response - \"-\" 0 0 0 - \"-\" "
      "\"curl/7.0\" \"abc\" \"evil.com\" \"-\" - - 1.2.3.4:80 10.1.1.172:4445 - block_all";
  CHECK(first_sentence(text).find("REGISTRY_ONLY") != std::string::npos);
}

TEST_CASE("explain: an outer SNI that no server takes is told from both lines") {
  const Explanation out = explain(connection(
      {{Role::Sidecar, line("UF,URX - - "
                            "\"TLS_error:|33554536:x:Connection_reset_by_peer:TLS_error_end\"",
                            "\"10.1.0.10:8443\" outbound|443|w|gw.svc.x - 1.2.3.4:443 "
                            "10.1.0.20:5 a.example -")},
       {Role::Gateway, line("NR filter_chain_not_found - \"-\"",
                            "\"-\" - - 10.1.0.10:8443 10.1.0.20:77 outbound_.443_.w_.gw -")}}));
  CHECK(out.outcome == Outcome::Failed);
  CHECK(out.flags == "NR");
  REQUIRE(!out.sentences.empty());
  CHECK(out.sentences.front() ==
        "the sidecar sent the outer SNI \"outbound_.443_.w_.gw\", which no "
        "server of the gateway "
        "takes");
  REQUIRE(!out.rules.empty());
  CHECK(out.rules.front() == "EGR0404");
}

TEST_CASE(
    "explain: a gateway's handshake that fails leaves no flag, and is a "
    "failure") {
  const Explanation out = explain(
      connection({{Role::Gateway, line("- - - \"-\"",
                                       "\"1.2.3.4:443\" outbound|443||a.example 10.1.0.10:5 "
                                       "10.1.0.10:8443 10.1.0.20:77 a.example -")}}));
  CHECK(out.outcome == Outcome::Failed);
  CHECK(out.rules.front() == "EGR0402");
}

TEST_CASE("explain: what leaves past the gateway has arrived, but not as it should") {
  const Explanation out =
      explain(connection({{Role::Sidecar, line("- - - \"-\"",
                                               "\"1.2.3.4:443\" PassthroughCluster 10.1.0.20:5 "
                                               "1.2.3.4:443 10.1.0.20:4 a.example -",
                                               517)}}));
  CHECK(out.outcome == Outcome::Bypassed);
  CHECK(out.rules.front() == "EGR0501");
}

TEST_CASE("sums: rows beyond the limit are one") {
  Sums sums;
  for (std::size_t i = 0; i < Sums::kMaxRows + 5; ++i) {
    const LoggedConnection one =
        connection({{Role::Sidecar, line("- - - \"-\"",
                                         "\"1.2.3.4:443\" c 10.1.0.20:5 1.2.3.4:443 "
                                         "10.1.0.20:4 h" +
                                             std::to_string(i) + ".example -")}});
    sums.add(one, explain(one));
  }
  const auto rows = sums.rows();
  CHECK(rows.size() == Sums::kMaxRows + 1);
  CHECK(rows.front().host == "(others)");
  CHECK(rows.front().connections == 5);
}

}  // namespace
}  // namespace egressctl::logs
