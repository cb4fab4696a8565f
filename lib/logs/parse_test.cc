#include "lib/logs/parse.h"

#include <doctest/doctest.h>

#include "lib/logs/flags.h"
#include "lib/logs/reasons.h"

namespace egressctl::logs {
namespace {

const std::string kToday =
    "[2026-11-23T11:30:57.306Z] \"- - -\" 0 - - - \"-\" 723 1522 46 - \"-\" "
    "\"-\" \"-\" \"-\" "
    "\"185.15.59.224:443\" dynamic_forward_proxy_cluster 10.1.0.10:41152 "
    "envoy://sni_listener/ "
    "envoy://internal_client_address/ en.wikipedia.org -";

Entry parsed(std::string line) {
  CAPTURE(line);
  ParsedLine out = parse_line(std::move(line));
  CAPTURE(out.problem);
  REQUIRE(out.kind == LineKind::Entry);
  return std::move(out.entry);
}

TEST_CASE("parse: the fields of Istio's format of today") {
  const Entry entry = parsed(kToday);
  CHECK(entry.time == "2026-11-23T11:30:57.306Z");
  CHECK(!entry.is_http());
  CHECK(entry.flags.empty());
  CHECK(entry.received == 723);
  CHECK(entry.sent == 1522);
  CHECK(entry.duration == 46);
  CHECK(entry.upstream_host == "185.15.59.224:443");
  CHECK(entry.cluster == "dynamic_forward_proxy_cluster");
  CHECK(entry.downstream_remote == "envoy://internal_client_address/");
  CHECK(entry.server_name == "en.wikipedia.org");
  CHECK(role_of(entry) == Role::InternalListener);
}

TEST_CASE("parse: reasons, also with blanks, and HTTP") {
  const Entry failed = parsed(
      "[2026-11-23T11:30:22.135Z] \"- - -\" 0 UF,URX - "
      "rbac_access_denied_matched_policy[a b] "
      "\"TLS_error:|268435581:X:TLS_error_end\" 0 0 2 "
      "- \"-\" \"-\" \"-\" \"-\" \"10.1.0.10:8443\" "
      "outbound|443|cnn|gw.svc.cluster.local - "
      "1.1.1.1:443 10.1.0.20:1 edition.cnn.com -");
  CHECK(failed.flag_list() == std::vector<std::string_view>{"UF", "URX"});
  CHECK(failed.termination == "rbac_access_denied_matched_policy[a b]");
  CHECK(failed.failure == "TLS_error:|268435581:X:TLS_error_end");
  CHECK(failed.upstream_local.empty());
  const Entry http = parsed(
      "[2026-11-23T11:30:22.135Z] \"GET /a?b=c HTTP/1.1\" 503 UC "
      "upstream_reset_before_response_"
      "started{connection_termination} - \"-\" 0 95 2 - \"-\" \"curl "
      "\\\"x\\\"/8\" \"id\" "
      "\"example.com\" \"1.2.3.4:80\" outbound|80||example.com "
      "10.0.0.1:2 1.2.3.4:80 10.0.0.1:3 - "
      "default");
  CHECK(http.method == "GET");
  CHECK(http.path == "/a?b=c");
  CHECK(http.code == 503);
  CHECK(http.authority == "example.com");
  CHECK(http.host() == "example.com");
  CHECK(http.route == "default");
}

TEST_CASE("parse: the forms of older releases and Envoy's own") {
  SUBCASE("the name for statistics, and something behind the last field") {
    const Entry entry = parsed(
        "[2026-11-23T11:30:24.648Z] \"- - -\" 0 - - - \"-\" 723 1522 50 "
        "- \"-\" \"-\" \"-\" \"-\" "
        "\"185.15.59.224:443\" outbound|443||www.wikipedia.org; "
        "10.1.0.10:32998 10.1.0.10:8443 "
        "10.1.0.20:41200 www.wikipedia.org - outer_sni=x");
    CHECK(entry.cluster == "outbound|443||www.wikipedia.org");
    CHECK(entry.route.empty());
  }
  SUBCASE("details, but no termination details") {
    const Entry entry = parsed(
        "[2020-11-23T11:30:24.648Z] \"- - -\" 0 NR "
        "filter_chain_not_found \"-\" 0 0 2 - \"-\" "
        "\"-\" \"-\" \"-\" \"-\" - - 10.1.0.10:8443 "
        "10.1.0.20:50128 evil.example.net -");
    CHECK(entry.details == "filter_chain_not_found");
    CHECK(entry.server_name == "evil.example.net");
  }
  SUBCASE("Mixer's status") {
    const Entry entry = parsed(
        "[2019-11-23T11:30:24.648Z] \"- - -\" 0 UF,URX \"-\" \"-\" 0 0 "
        "1000 - \"-\" \"-\" \"-\" "
        "\"-\" \"1.2.3.4:443\" outbound|443||a.example.com - "
        "1.2.3.4:443 10.1.0.20:5 - -");
    CHECK(entry.flags == "UF,URX");
    CHECK(entry.duration == 1000);
    CHECK(entry.cluster == "outbound|443||a.example.com");
  }
  SUBCASE("Envoy's own default") {
    const Entry entry = parsed(
        "[2026-04-15T20:17:00.310Z] \"POST /api HTTP/2\" 204 - 154 0 "
        "226 100 \"10.0.35.28\" "
        "\"nsq2http\" \"cc21d9b0\" \"locations\" \"tcp://10.0.2.1:80\"");
    CHECK(entry.received == 154);
    CHECK(entry.duration == 226);
    CHECK(entry.upstream_host == "tcp://10.0.2.1:80");
  }
}

TEST_CASE("parse: JSON, with numbers or texts") {
  const Entry entry = parsed(
      "{\"start_time\":\"2026-11-23T11:30:24.648Z\",\"response_code\":0,"
      "\"response_flags\":\"NR\","
      "\"response_code_details\":\"filter_chain_not_found\",\"bytes_"
      "received\":\"17\","
      "\"bytes_sent\":4,\"duration\":2,\"upstream_host\":null,"
      "\"upstream_cluster\":\"-\","
      "\"requested_server_name\":\"evil\\u002eexample\"}");
  CHECK(entry.flags == "NR");
  CHECK(entry.received == 17);
  CHECK(entry.sent == 4);
  CHECK(entry.cluster.empty());
  CHECK(entry.server_name == "evil.example");
}

TEST_CASE("parse: what others put before an entry is its source") {
  CHECK(parsed("[pod/gw-1/istio-proxy] " + kToday).source == "pod/gw-1/istio-proxy");
  CHECK(parsed("[pod/gw-1 istio-proxy] " + kToday).source == "pod/gw-1 istio-proxy");
  CHECK(parsed("gw-1 istio-proxy " + kToday).source == "gw-1 istio-proxy");
  CHECK(parsed("gateway-1  | " + kToday).source == "gateway-1");
  CHECK(parsed("2026-11-23T11:30:57.306Z " + kToday).source.empty());
  CHECK(parsed("[pod/gw-1/istio-proxy] {\"response_flags\":\"-\"}").source ==
        "pod/gw-1/istio-proxy");
}

TEST_CASE("parse: lines of other logs are no mistakes, broken ones are") {
  for (const char* line :
       {"", "   ", "2026-05-01T10:00:00.000000Z\tinfo\txdsproxy\tconnected",
        "[2026-05-01 10:00:00.123][15][info][main] starting", "{\"level\":\"info\",\"msg\":\"x\"}"})
    CHECK(parse_line(line).kind == LineKind::Other);
  for (const char* line :
       {"hello", "[2026-11-23T11:30:57.306Z", "[2026-11-23T11:30:57.306Z] \"- - -\" 0",
        "[2026-11-23T11:30:57.306Z] \"- - -\" x - - - \"-\" 0 0 0", "{\"response_flags\":",
        "[2026-11-23T11:30:57.306Z] \"- - -\" 0 - - - \"-\" 1 2 3 - \"-\" \"-"}) {
    const ParsedLine out = parse_line(line);
    CHECK(out.kind == LineKind::Bad);
    CHECK(!out.problem.empty());
  }
}

TEST_CASE("parse: every part of a line is taken or refused") {
  for (std::size_t size = 0; size <= kToday.size(); ++size) {
    const ParsedLine out = parse_line(kToday.substr(0, size));
    CHECK((out.kind == LineKind::Entry || out.kind == LineKind::Bad || size == 0));
  }
}

TEST_CASE("flags: all are sorted, and found by both names") {
  for (std::size_t i = 1; i < all_flags().size(); ++i)
    CHECK(all_flags()[i - 1].word < all_flags()[i].word);
  for (const FlagInfo& flag : all_flags()) {
    CHECK(find_flag(flag.word) == &flag);
    CHECK(find_flag(flag.name) == &flag);
    CHECK(!flag.meaning.empty());
  }
  CHECK(find_flag("XX") == nullptr);
}

TEST_CASE("reasons: what a real Envoy writes is told in words") {
  CHECK(explain_failure("TLS_error:|268435581:SSL_routines:OPENSSL_internal:"
                        "CERTIFICATE_VERIFY_"
                        "FAILED:verify_cert_failed:_SAN_matcher,_certificate_"
                        "SANs_are_[spiffe://"
                        "cluster.local/ns/a/sa/b]:TLS_error_end")
            .meaning ==
        "the server's certificate is not for whom the proxy expects: it is for "
        "spiffe://cluster.local/ns/a/sa/b");
  CHECK(explain_failure("TLS_error:|33554536:system_library:OPENSSL_internal:"
                        "Connection_reset_by_"
                        "peer:TLS_error_end")
            .rules.starts_with("EGR0404"));
  CHECK(explain_failure("delayed_connect_error:_111").meaning ==
        "nothing listens at the endpoint's port");
  CHECK(explain_termination("rbac_access_denied_matched_policy[none]").meaning ==
        "an authorization policy refused the connection: none allows it");
  CHECK(explain_details("upstream_reset_before_response_started{connection_"
                        "failure,TLS_error:|"
                        "268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_"
                        "NUMBER:TLS_error_"
                        "end}")
            .meaning == "the other end does not speak TLS");
  CHECK(explain_details("something_new").meaning.empty());
}

}  // namespace
}  // namespace egressctl::logs
