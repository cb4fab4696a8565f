// The line that an ended connection leaves, in the words of Envoy and Istio.
//
// Source: https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
// (operators, response flags), Istio's pkg/config/mesh and pilot/pkg/model/telemetry_logging.go
// (default formats).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace egressctl::forward {

class TlsConnection;
struct LogWriter;

// Why a connection was refused or broke, as far as Envoy has a flag for it over TCP: it has none
// for clients that go away, nor for timeouts (see ConnectionRecord). Several may hold.
enum class ResponseFlag : std::uint16_t {
  NoRoute = 1,                  // NR: no route for the name, or no name that could be read
  UpstreamFailed = 2,           // UF: it could not be connected
  UpstreamRetriesExceeded = 4,  // URX: and there is no other address left
  Overflow = 8,                 // UO: too many connections
  NoHealthyUpstream = 16,       // UH: DNS has no address, or none where anybody may go
  LocalReset = 32,              // LR: by a drain that has waited long enough, which Envoy does not
  UpstreamRemoteReset = 64,     // UR: it, or what is behind an internal listener, sent a reset
};

class ResponseFlags {
 public:
  void set(ResponseFlag flag) { bits_ |= static_cast<std::uint16_t>(flag); }
  [[nodiscard]] bool has(ResponseFlag flag) const {
    return (bits_ & static_cast<std::uint16_t>(flag)) != 0;
  }
  [[nodiscard]] bool none() const { return bits_ == 0; }

  // "UF,URX"; "-" for none.
  [[nodiscard]] std::string to_string() const;
  // "UpstreamConnectionFailure,UpstreamRetryLimitExceeded".
  [[nodiscard]] std::string to_long_string() const;

 private:
  std::uint16_t bits_ = 0;
};

// How a connection's one end came to its end.
enum class CloseType : std::uint8_t { None, Normal, LocalReset, RemoteReset };

// What is known of a connection when it ends. Empty texts are written as "-".
struct ConnectionRecord {
  std::uint64_t id = 0;
  std::chrono::system_clock::time_point start;
  std::chrono::nanoseconds duration{0};
  std::uint64_t received = 0;  // bytes from downstream
  std::uint64_t sent = 0;      // bytes to downstream
  ResponseFlags flags;
  std::string code_details;              // "filter_chain_not_found"
  std::string_view termination_details;  // "transport socket timeout was reached"
  std::string_view local_close_reason;   // "tcp_session_idle_timeout"
  CloseType downstream_close = CloseType::Normal;
  CloseType upstream_close = CloseType::None;
  std::string upstream_failure;    // what TLS or the socket said
  std::string downstream_failure;  // what TLS with the client said
  std::string upstream_host;
  std::string upstream_host_name;  // empty where an address was asked for
  std::string upstream_cluster;
  std::string upstream_local_address;
  std::string downstream_local_address;
  std::string downstream_remote_address;
  // Without what a PROXY header or a firewall tells; empty where that is the same.
  std::string downstream_direct_local_address;
  std::string downstream_direct_remote_address;
  std::string server_name;  // as the peer sent it: any bytes
  std::string route_name;
  std::string authority;  // of a plain HTTP request: any bytes
  bool internal = false;  // of an internal listener
  // Of the two ends, while the line is written; nullptr: no TLS of ours.
  const TlsConnection* downstream_tls = nullptr;
  const TlsConnection* upstream_tls = nullptr;
};

// Told of every connection that has ended, on the thread that served it.
using ConnectionObserver = std::function<void(const ConnectionRecord&)>;

// Turns records into lines.
class AccessLogFormat {
 public:
  // Istio's default for TCP.
  [[nodiscard]] static AccessLogFormat istio_text();

  // Istio's default `accessLogEncoding: JSON`: an object with its names, those of Envoy's order.
  [[nodiscard]] static AccessLogFormat istio_json();

  // A text with Envoy's operators, "%START_TIME% %BYTES_SENT%\n"; \n and %% are understood. Fails
  // with ErrorCode::Usage for what is no operator.
  [[nodiscard]] static Result<AccessLogFormat> parse(std::string_view text);

  // The same, but it starts each line with a word that tells whose it is, `internal` for those of
  // internal listeners; in JSON that is the member "proxy".
  [[nodiscard]] AccessLogFormat labelled(std::string label, std::string internal) const;

  bool operator==(const AccessLogFormat&) const = default;

  // Appends a line to `out`. Bytes of peers are escaped: none can end the line or a quoted field.
  void write(const ConnectionRecord& record, std::string& out) const;

 private:
  struct Piece {
    std::string text;               // a literal, or the operator's argument
    const LogWriter* op = nullptr;  // nullptr: a literal
    std::size_t most = 0;           // bytes of the operator's value; 0: all of them
    std::string member{};           // of JSON: its name

    bool operator==(const Piece&) const = default;
  };
  static void write_value(const Piece& piece, const ConnectionRecord& record, std::string& out);
  void write_json(const ConnectionRecord& record, std::string& out) const;

  std::vector<Piece> pieces_;
  std::string label_;
  std::string internal_label_;
  bool json_ = false;
};

}  // namespace egressctl::forward
