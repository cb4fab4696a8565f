#include "lib/forward/log/access_log.h"

#include <cstdlib>
#include <ctime>
#include <utility>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/base/istio_access_log.h"
#include "lib/forward/log/access_log_time.h"
#include "lib/forward/test_forwarder.h"
#include "lib/testing/files.h"
#include "lib/testing/temporary_folder.h"

namespace egressctl::forward {
namespace {

using egressctl::testing::read_file;
using egressctl::testing::TemporaryFolder;
using testing::address_of;
using testing::config_with;
using testing::exchange;
using testing::kClientId;
using testing::kGatewayId;
using testing::kHost;
using testing::Mesh;
using testing::route_to;
using testing::start;
using testing::Upstream;

// 2026-11-28T00:23:09.961104Z: what Envoy 1.40 wrote for the formats below is known.
ConnectionRecord record() {
  ConnectionRecord out;
  out.id = 19;
  out.start = std::chrono::system_clock::time_point(std::chrono::microseconds(1795825389961104));
  out.duration = std::chrono::milliseconds(63);
  out.received = 517;
  out.sent = 5378;
  out.upstream_host = "185.15.59.224:443";
  out.upstream_host_name = "de.wikipedia.org";
  out.upstream_cluster = "dynamic_forward_proxy_cluster";
  out.upstream_local_address = "10.1.1.172:58604";
  out.downstream_local_address = "[2001:db8::1]:8443";
  out.downstream_remote_address = "10.1.1.7:39016";
  out.server_name = "de.wikipedia.org";
  out.upstream_close = CloseType::Normal;
  return out;
}

std::string line(const std::string& format, const ConnectionRecord& given = record()) {
  const auto parsed = AccessLogFormat::parse(format);
  REQUIRE_MESSAGE(parsed, (parsed ? "" : parsed.error().message));
  std::string out;
  parsed->write(given, out);
  REQUIRE(out.ends_with('\n'));
  out.pop_back();
  return out;
}

std::string problem(const std::string& format) {
  const auto parsed = AccessLogFormat::parse(format);
  return parsed ? "" : parsed.error().message;
}

TEST_CASE("access log: Istio's line, field for field") {
  CHECK_EQ(
      line(std::string(kIstioAccessLog)),
      "[2026-11-28T00:23:09.961Z] \"- - -\" 0 - - - \"-\" 517 5378 63 - \"-\" \"-\" \"-\" \"-\" "
      "\"185.15.59.224:443\" dynamic_forward_proxy_cluster 10.1.1.172:58604 "
      "[2001:db8::1]:8443 10.1.1.7:39016 de.wikipedia.org -");
}

TEST_CASE("access log: times as Envoy writes them") {
  const std::pair<const char*, const char*> cases[] = {
      {"%START_TIME%", "2026-11-28T00:23:09.961Z"},
      {"%START_TIME(%Y/%m/%dT%H:%M:%S.%3f %s)%", "2026/11/28T00:23:09.961 1795825389"},
      {"%START_TIME(%6f|%9f|%f|%1f|%s.%3f|%3s)%",
       "961104|961104000|961104000|9|1795825389.961|"
       "1795825389"},
      {"%START_TIME(%E3S|%E*S|%E3f|%E*f|%Ez)%", "09.961|09.961104|961|961104|+00:00"},
      {"%START_TIME(%e|%j|%%|%T|%Ey)%", "28|332|%|00:23:09|26"},
      {"%START_TIME(at 100%)%", "at 100%"},
      {"%DURATION%", "63"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.first);
    CHECK_EQ(line(each.first), each.second);
  }
  CHECK_NE(line("%EMIT_TIME(%s)%"), "");
  // Before 1970 and on the second.
  std::string out;
  write_time(std::chrono::system_clock::time_point(std::chrono::milliseconds(-1)), "%T.%3f",
             TimeZone::Utc, out);
  CHECK_EQ(out, "23:59:59.999");
}

TEST_CASE("access log: addresses come whole, without their port, and as a port alone") {
  CHECK_EQ(line("%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_LOCAL_PORT%"),
           "2001:db8::1 8443");
  CHECK_EQ(line("%UPSTREAM_REMOTE_ADDRESS% %UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% "
                "%UPSTREAM_REMOTE_PORT%"),
           "185.15.59.224:443 185.15.59.224 443");
  CHECK_EQ(line("%UPSTREAM_HOST_NAME% %UPSTREAM_REQUEST_ATTEMPT_COUNT%"), "de.wikipedia.org 1");
  ConnectionRecord other = record();
  other.downstream_remote_address = "envoy://internal_client_address/";
  other.downstream_local_address = "unix:/run/a:1";
  other.downstream_direct_remote_address = "10.9.9.9:1";
  other.upstream_host.clear();
  other.upstream_host_name.clear();
  CHECK_EQ(line("%DOWNSTREAM_REMOTE_PORT% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% "
                "%DOWNSTREAM_LOCAL_PORT% %DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT% "
                "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS% %DOWNSTREAM_DIRECT_LOCAL_ADDRESS%",
                other),
           "- envoy://internal_client_address/ - unix:/run/a:1 10.9.9.9:1 unix:/run/a:1");
  CHECK_EQ(line("%UPSTREAM_HOST% %UPSTREAM_HOST_NAME% %UPSTREAM_REMOTE_PORT% "
                "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
                other),
           "- - - 0");
}

TEST_CASE("access log: of HTTP the host alone is known, and lengths cut it") {
  ConnectionRecord plain = record();
  plain.authority = "www.example.com";
  CHECK_EQ(line("%REQ(:AUTHORITY)% %REQ(:authority):3% %REQ(X-A?host)% %REQ(X-A?X-B)% %REQ(:PATH)%",
                plain),
           "www.example.com www www.example.com - -");
  CHECK_EQ(line("%REQ(:AUTHORITY)% %RESP(SERVER)% %PROTOCOL% %RESPONSE_CODE% "
                "%FILTER_STATE(a:PLAIN):9%"),
           "- - - 0 -");
}

TEST_CASE("access log: flags in both forms, and how both ends came to their end") {
  ConnectionRecord failed = record();
  failed.flags.set(ResponseFlag::UpstreamFailed);
  failed.flags.set(ResponseFlag::UpstreamRetriesExceeded);
  failed.downstream_close = CloseType::LocalReset;
  failed.upstream_close = CloseType::RemoteReset;
  failed.local_close_reason = "tcp_session_idle_timeout";
  CHECK_EQ(line("%RESPONSE_FLAGS% %RESPONSE_FLAGS_LONG%", failed),
           "UF,URX UpstreamConnectionFailure,UpstreamRetryLimitExceeded");
  CHECK_EQ(line("%DOWNSTREAM_DETECTED_CLOSE_TYPE% %UPSTREAM_DETECTED_CLOSE_TYPE% "
                "%DOWNSTREAM_LOCAL_CLOSE_REASON% %UPSTREAM_LOCAL_CLOSE_REASON%",
                failed),
           "LocalReset RemoteReset tcp_session_idle_timeout tcp_session_idle_timeout");
  CHECK_EQ(line("%RESPONSE_FLAGS% %RESPONSE_FLAGS_LONG% %UPSTREAM_LOCAL_CLOSE_REASON%"), "- - -");
}

TEST_CASE("access log: a name of its own for each connection") {
  const std::string one = line("%UNIQUE_ID%");
  CHECK_EQ(one.size(), 36);
  CHECK_EQ(one[14], '4');
  CHECK_NE(line("%UNIQUE_ID%"), one);
}

TEST_CASE("access log: what a peer sends ends neither the line nor the field") {
  ConnectionRecord hostile = record();
  hostile.server_name = "a\"b\\c\nd\xff e";
  CHECK_EQ(line("\"%REQUESTED_SERVER_NAME%\"", hostile), "\"a\\x22b\\x5cc\\x0ad\\xff\\x20e\"");
  std::string json;
  AccessLogFormat::istio_json().write(hostile, json);
  CHECK_NE(json.find("\"requested_server_name\":\"a\\\\x22b\\\\x5cc\\\\x0ad\\\\xff\\\\x20e\""),
           std::string::npos);
}

TEST_CASE("access log: formats that Envoy refuses are refused, too") {
  CHECK_EQ(problem("%NOTHING%"), "access log: \"%NOTHING%\" is no operator at byte 1");
  CHECK_EQ(problem("a %START_TIME(%s"), "access log: \"%START_TIME(\" has no \")\" at byte 3");
  CHECK_EQ(problem("%START_TIME"), "access log: \"%START_TIME\" has no final \"%\" at byte 1");
  CHECK_EQ(problem("%START_TIME(%s)"), "access log: \"%START_TIME\" has no final \"%\" at byte 1");
  CHECK_EQ(problem("%REQ%"), "access log: \"%REQ%\" lacks its argument at byte 1");
  CHECK_EQ(problem("%DURATION(x)%"), "access log: \"%DURATION%\" takes no argument at byte 1");
  CHECK_EQ(problem("%REQ(A):x%"), "access log: \":x\" behind \"%REQ\" is no length at byte 1");
  CHECK_EQ(problem("%REQUESTED_SERVER_NAME:5%"),
           "access log: \":5\" behind \"%REQUESTED_SERVER_NAME\" is no length at byte 1");
}

TEST_CASE("access log: what TLS was, and whose certificates it had, at both ends") {
  const Mesh mesh;
  const Upstream upstream(Upstream::echo);
  const TemporaryFolder folder;
  Config gateway_config =
      config_with({mesh.terminating({route_to(upstream.address(), {"*.com"})})});
  gateway_config.access_log = folder.path() / "gateway";
  gateway_config.format = *AccessLogFormat::parse(
      "%REQUESTED_SERVER_NAME% %DOWNSTREAM_TLS_VERSION% %DOWNSTREAM_TLS_CIPHER% "
      "%DOWNSTREAM_TLS_GROUP% %DOWNSTREAM_PEER_URI_SAN% %DOWNSTREAM_LOCAL_URI_SAN% "
      "%DOWNSTREAM_PEER_DNS_SAN% %DOWNSTREAM_PEER_ISSUER% %UPSTREAM_TLS_VERSION%");
  Config sidecar_config;
  {
    const auto gateway = start(gateway_config);
    sidecar_config = config_with({mesh.wrapping(address_of(*gateway))});
    sidecar_config.access_log = folder.path() / "sidecar";
    sidecar_config.format = *AccessLogFormat::parse(
        "%UPSTREAM_TLS_VERSION% %UPSTREAM_TLS_CIPHER% %UPSTREAM_PEER_URI_SAN% "
        "%UPSTREAM_LOCAL_URI_SAN% %UPSTREAM_SERVER_NAME% %DOWNSTREAM_TLS_VERSION%");
    const auto sidecar = start(sidecar_config);
    exchange(address_of(*sidecar), kHost, "x");
  }
  const std::string outer = mesh.client_tls().server_name;
  CHECK_EQ(
      read_file(sidecar_config.access_log),
      fmt::format("TLSv1.3 TLS_AES_128_GCM_SHA256 {} {} {} -\n", kGatewayId, kClientId, outer));
  CHECK_EQ(read_file(gateway_config.access_log),
           fmt::format("{} - - - - - - - -\n"
                       "{} TLSv1.3 TLS_AES_128_GCM_SHA256 X25519 {} {} - CN=mesh -\n",
                       kHost, outer, kClientId, kGatewayId));
}

}  // namespace
}  // namespace egressctl::forward
