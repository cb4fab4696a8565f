#include "lib/base/log_format.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "lib/base/number.h"

namespace egressctl {
namespace {

constexpr auto kOptional = LogArgument::Optional;
constexpr auto kRequired = LogArgument::Required;

// REQ_WITHOUT_QUERY is of an extension, which istiod adds where a format of its own has it.
constexpr LogOperator kOperators[] = {
    {"ACCESS_LOG_TYPE"},
    {"BYTES_RECEIVED"},
    {"BYTES_RETRANSMITTED"},
    {"BYTES_SENT"},
    {"CEL", kRequired, true},
    {"CLUSTER_METADATA", kRequired},
    {"COALESCE", kRequired, true},
    {"COMMON_DURATION", kRequired, true},
    {"CONNECTION_ID"},
    {"CONNECTION_TERMINATION_DETAILS"},
    {"CUSTOM_FLAGS"},
    {"DOWNSTREAM_CX_RTT"},
    {"DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED"},
    {"DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_SENT"},
    {"DOWNSTREAM_DETECTED_CLOSE_TYPE"},
    {"DOWNSTREAM_DIRECT_LOCAL_ADDRESS"},
    {"DOWNSTREAM_DIRECT_LOCAL_ADDRESS_ENDPOINT_ID"},
    {"DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT", kOptional},
    {"DOWNSTREAM_DIRECT_LOCAL_PORT"},
    {"DOWNSTREAM_DIRECT_REMOTE_ADDRESS"},
    {"DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT", kOptional},
    {"DOWNSTREAM_DIRECT_REMOTE_PORT"},
    {"DOWNSTREAM_HANDSHAKE_DURATION"},
    {"DOWNSTREAM_HEADER_BYTES_RECEIVED"},
    {"DOWNSTREAM_HEADER_BYTES_SENT"},
    {"DOWNSTREAM_LOCAL_ADDRESS"},
    {"DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID"},
    {"DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", kOptional},
    {"DOWNSTREAM_LOCAL_CLOSE_REASON"},
    {"DOWNSTREAM_LOCAL_DNS_SAN"},
    {"DOWNSTREAM_LOCAL_EMAIL_SAN"},
    {"DOWNSTREAM_LOCAL_IP_SAN"},
    {"DOWNSTREAM_LOCAL_OTHERNAME_SAN"},
    {"DOWNSTREAM_LOCAL_PORT"},
    {"DOWNSTREAM_LOCAL_SUBJECT"},
    {"DOWNSTREAM_LOCAL_URI_SAN"},
    {"DOWNSTREAM_PEER_CERT"},
    {"DOWNSTREAM_PEER_CERT_V_END", kOptional},
    {"DOWNSTREAM_PEER_CERT_V_START", kOptional},
    {"DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_1"},
    {"DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_256"},
    {"DOWNSTREAM_PEER_CHAIN_SERIALS"},
    {"DOWNSTREAM_PEER_DNS_SAN"},
    {"DOWNSTREAM_PEER_EMAIL_SAN"},
    {"DOWNSTREAM_PEER_FINGERPRINT_1"},
    {"DOWNSTREAM_PEER_FINGERPRINT_256"},
    {"DOWNSTREAM_PEER_IP_SAN"},
    {"DOWNSTREAM_PEER_ISSUER"},
    {"DOWNSTREAM_PEER_ISSUER_FINGERPRINT_256"},
    {"DOWNSTREAM_PEER_ISSUER_SERIAL"},
    {"DOWNSTREAM_PEER_OTHERNAME_SAN"},
    {"DOWNSTREAM_PEER_SERIAL"},
    {"DOWNSTREAM_PEER_SUBJECT"},
    {"DOWNSTREAM_PEER_URI_SAN"},
    {"DOWNSTREAM_REMOTE_ADDRESS"},
    {"DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", kOptional},
    {"DOWNSTREAM_REMOTE_PORT"},
    {"DOWNSTREAM_TLS_CIPHER"},
    {"DOWNSTREAM_TLS_GROUP"},
    {"DOWNSTREAM_TLS_SESSION_ID"},
    {"DOWNSTREAM_TLS_VERSION"},
    {"DOWNSTREAM_TRANSPORT_FAILURE_REASON"},
    {"DOWNSTREAM_WIRE_BYTES_RECEIVED"},
    {"DOWNSTREAM_WIRE_BYTES_SENT"},
    {"DURATION"},
    {"DYNAMIC_METADATA", kRequired, true},
    {"EMIT_TIME", kOptional},
    {"EMIT_TIME_LOCAL", kOptional},
    {"ENVIRONMENT", kRequired, true},
    {"FILTER_CHAIN_NAME"},
    {"FILTER_STATE", kRequired, true},
    {"GRPC_STATUS", kOptional},
    {"GRPC_STATUS_NUMBER"},
    {"HOSTNAME"},
    {"LISTENER_NAME"},
    {"LOCAL_REPLY_BODY"},
    {"METADATA", kRequired, true},
    {"PATH", kOptional, true},
    {"PROTOCOL"},
    {"QUERY_PARAM", kRequired, true},
    {"QUERY_PARAMS", kOptional, true},
    {"REQ", kRequired, true},
    {"REQUESTED_SERVER_NAME", kOptional},
    {"REQUEST_DURATION"},
    {"REQUEST_HEADER", kRequired, true},
    {"REQUEST_HEADERS_BYTES"},
    {"REQUEST_TX_DURATION"},
    {"REQ_WITHOUT_QUERY", kRequired, true},
    {"RESP", kRequired, true},
    {"RESPONSE_CODE"},
    {"RESPONSE_CODE_DETAILS", kOptional},
    {"RESPONSE_DURATION"},
    {"RESPONSE_FLAGS"},
    {"RESPONSE_FLAGS_LONG"},
    {"RESPONSE_HEADER", kRequired, true},
    {"RESPONSE_HEADERS_BYTES"},
    {"RESPONSE_TRAILER", kRequired, true},
    {"RESPONSE_TRAILERS_BYTES"},
    {"RESPONSE_TX_DURATION"},
    {"ROUNDTRIP_DURATION"},
    {"ROUTE_NAME"},
    {"ROUTE_RESOLUTION_COUNT"},
    {"ROUTE_RESOLUTION_TIME_US"},
    {"SPAN_ID"},
    {"START_TIME", kOptional},
    {"START_TIME_LOCAL", kOptional},
    {"STREAM_ID"},
    {"STREAM_INFO_REQ", kRequired, true},
    {"TLS_JA3_FINGERPRINT"},
    {"TLS_JA4_FINGERPRINT"},
    {"TRACE_ID"},
    {"TRAILER", kRequired, true},
    {"UNIQUE_ID"},
    {"UPSTREAM_CLUSTER"},
    {"UPSTREAM_CLUSTER_RAW"},
    {"UPSTREAM_CONNECTION_ID"},
    {"UPSTREAM_CONNECTION_IDS_ATTEMPTED"},
    {"UPSTREAM_CONNECTION_POOL_READY_DURATION"},
    {"UPSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED"},
    {"UPSTREAM_DECOMPRESSED_HEADER_BYTES_SENT"},
    {"UPSTREAM_DETECTED_CLOSE_TYPE"},
    {"UPSTREAM_FILTER_STATE", kRequired, true},
    {"UPSTREAM_HEADER_BYTES_RECEIVED"},
    {"UPSTREAM_HEADER_BYTES_SENT"},
    {"UPSTREAM_HOST"},
    {"UPSTREAM_HOSTS_ATTEMPTED"},
    {"UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT"},
    {"UPSTREAM_HOST_NAME"},
    {"UPSTREAM_HOST_NAMES_ATTEMPTED"},
    {"UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT"},
    {"UPSTREAM_HOST_NAME_WITHOUT_PORT"},
    {"UPSTREAM_LOCAL_ADDRESS"},
    {"UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", kOptional},
    {"UPSTREAM_LOCAL_CLOSE_REASON"},
    {"UPSTREAM_LOCAL_DNS_SAN"},
    {"UPSTREAM_LOCAL_IP_SAN"},
    {"UPSTREAM_LOCAL_PORT"},
    {"UPSTREAM_LOCAL_URI_SAN"},
    {"UPSTREAM_METADATA", kRequired},
    {"UPSTREAM_PEER_CERT"},
    {"UPSTREAM_PEER_CERT_V_END", kOptional},
    {"UPSTREAM_PEER_CERT_V_START", kOptional},
    {"UPSTREAM_PEER_DNS_SAN"},
    {"UPSTREAM_PEER_IP_SAN"},
    {"UPSTREAM_PEER_ISSUER"},
    {"UPSTREAM_PEER_SUBJECT"},
    {"UPSTREAM_PEER_URI_SAN"},
    {"UPSTREAM_PROTOCOL"},
    {"UPSTREAM_REMOTE_ADDRESS"},
    {"UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID"},
    {"UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", kOptional},
    {"UPSTREAM_REMOTE_PORT"},
    {"UPSTREAM_REQUEST_ATTEMPT_COUNT"},
    {"UPSTREAM_SERVER_NAME"},
    {"UPSTREAM_TLS_CIPHER"},
    {"UPSTREAM_TLS_GROUP"},
    {"UPSTREAM_TLS_SESSION_ID"},
    {"UPSTREAM_TLS_VERSION"},
    {"UPSTREAM_TRANSPORT_FAILURE_REASON"},
    {"UPSTREAM_WIRE_BYTES_RECEIVED"},
    {"UPSTREAM_WIRE_BYTES_SENT"},
    {"VIRTUAL_CLUSTER_NAME"},
};

static_assert(std::is_sorted(std::begin(kOperators), std::end(kOperators),
                             [](const LogOperator& a, const LogOperator& b) {
                               return a.name < b.name;
                             }));

bool in_name(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The operator at the start of `text`, which stands at byte `place`. Returns how long it is; 0:
// what stands there is none, which is told.
std::size_t read_operator(std::string_view text, std::size_t place, LogFormat& out) {
  const auto wrong = [&](std::string what, std::string_view unknown = {}) {
    out.mistakes.push_back({.place = place + 1, .unknown = unknown, .what = std::move(what)});
    return std::size_t{0};
  };
  const auto name_end = std::find_if_not(text.begin() + 1, text.end(), in_name) - text.begin();
  LogPiece piece{.name = text.substr(1, static_cast<std::size_t>(name_end) - 1)};
  std::string_view rest = text.substr(static_cast<std::size_t>(name_end));
  const bool parenthesis = rest.starts_with('(');
  if (parenthesis) {
    const std::size_t close = rest.find(')');
    if (close == std::string_view::npos)
      return wrong(fmt::format("\"%{}(\" has no \")\"", piece.name));
    piece.argument = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
  }
  const std::size_t end = rest.find('%');
  if (end == std::string_view::npos)
    return wrong(fmt::format("\"%{}\" has no final \"%\"", piece.name));
  const std::string_view length = rest.substr(0, end);
  const auto most = length.starts_with(':') ? parse_number<std::size_t>(length.substr(1))
                                            : std::optional<std::size_t>();
  if (piece.name.empty() || (!length.empty() && !length.starts_with(':')))
    return wrong(
        fmt::format("\"{}\" is no operator", text.substr(0, text.size() - rest.size() + end + 1)));
  piece.most = most.value_or(0);
  const LogOperator* known = find_log_operator(piece.name);
  if (known == nullptr)
    wrong(fmt::format("\"%{}%\" is no operator", piece.name), piece.name);
  else if (parenthesis && known->argument == LogArgument::None)
    wrong(fmt::format("\"%{}%\" takes no argument", piece.name));
  else if (piece.argument.empty() && known->argument == LogArgument::Required)
    wrong(fmt::format("\"%{}%\" lacks its argument", piece.name));
  else if (!length.empty() && (!most || !known->length))
    wrong(fmt::format("\"{}\" behind \"%{}\" is no length", length, piece.name));
  out.pieces.push_back(piece);
  return text.size() - rest.size() + end + 1;
}

}  // namespace

std::span<const LogOperator> log_operators() {
  return kOperators;
}

const LogOperator* find_log_operator(std::string_view name) {
  const auto* const found = std::lower_bound(
      std::begin(kOperators), std::end(kOperators), name,
      [](const LogOperator& op, std::string_view wanted) { return op.name < wanted; });
  return found == std::end(kOperators) || found->name != name ? nullptr : found;
}

LogFormat parse_log_format(std::string_view text) {
  LogFormat out;
  std::size_t literal = 0;  // where the one that is being read starts
  const auto end_literal = [&](std::size_t at) {
    if (at > literal) out.pieces.push_back({.literal = text.substr(literal, at - literal)});
  };
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at)) {
    if (text.substr(at).starts_with("%%")) {
      end_literal(at + 1);
      at += 2;
      literal = at;
      continue;
    }
    end_literal(at);
    literal = at;
    const std::size_t size = read_operator(text.substr(at), at, out);
    at += size == 0 ? 1 : size;
    if (size != 0) literal = at;
  }
  end_literal(text.size());
  return out;
}

}  // namespace egressctl
