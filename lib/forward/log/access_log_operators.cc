#include "lib/forward/log/access_log_operators.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <random>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "lib/base/text.h"
#include "lib/forward/log/access_log_time.h"
#include "lib/forward/tls/certificate_facts.h"
#include "lib/forward/tls/tls.h"

namespace egressctl::forward {
namespace {

using Record = ConnectionRecord;

constexpr std::string_view kLocalTime = "%Y-%m-%dT%H:%M:%S.%3f%z";
constexpr std::string_view kCertificateTime = "%Y-%m-%dT%H:%M:%S.000Z";

// What a peer sent may end neither the line nor the field.
void write_escaped(std::string_view text, std::string& out) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f || c == '"' || c == '\\')
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    else
      out += c;
  }
}

void write_text(std::string_view text, std::string& out) {
  if (text.empty())
    out += '-';
  else
    write_escaped(text, out);
}

// A sentence becomes a word, as Envoy writes it.
void write_sentence(std::string text, std::string& out) {
  std::replace(text.begin(), text.end(), ' ', '_');
  write_text(text, out);
}

void write_number(std::uint64_t number, std::string& out) {
  fmt::format_to(std::back_inserter(out), "{}", number);
}

void write_nothing(const Record&, std::string_view, std::string& out) {
  out += '-';
}

void write_zero(const Record&, std::string_view, std::string& out) {
  out += '0';
}

// --- addresses

bool has_port(std::string_view address) {
  return !address.empty() && !address.starts_with("unix:") && !address.starts_with("envoy:") &&
         address.rfind(':') != std::string_view::npos;
}

std::string_view without_port(std::string_view address) {
  if (!has_port(address)) return address;
  address = address.substr(0, address.rfind(':'));
  if (address.starts_with('[')) address = address.substr(1, address.size() - 2);
  return address;
}

std::string_view port_of(std::string_view address) {
  return has_port(address) ? address.substr(address.rfind(':') + 1) : std::string_view();
}

const std::string& direct_remote(const Record& record) {
  return record.downstream_direct_remote_address.empty() ? record.downstream_remote_address
                                                         : record.downstream_direct_remote_address;
}

const std::string& direct_local(const Record& record) {
  return record.downstream_direct_local_address.empty() ? record.downstream_local_address
                                                        : record.downstream_direct_local_address;
}

// Of a host without a name Envoy has the address.
std::string_view host_name(const Record& record) {
  return record.upstream_host_name.empty() ? record.upstream_host : record.upstream_host_name;
}

template <const std::string& (*address_of)(const Record&)>
void write_address(const Record& record, std::string_view, std::string& out) {
  write_text(address_of(record), out);
}

template <const std::string& (*address_of)(const Record&)>
void write_address_alone(const Record& record, std::string_view, std::string& out) {
  write_text(without_port(address_of(record)), out);
}

template <const std::string& (*address_of)(const Record&)>
void write_port(const Record& record, std::string_view, std::string& out) {
  write_text(port_of(address_of(record)), out);
}

template <std::string Record::*member>
const std::string& of(const Record& record) {
  return record.*member;
}

template <std::string Record::*member>
void write_member(const Record& record, std::string_view, std::string& out) {
  write_text(record.*member, out);
}

// --- TLS

template <const TlsConnection* Record::*tls, auto value_of>
void write_tls(const Record& record, std::string_view, std::string& out) {
  const TlsConnection* connection = record.*tls;
  write_text(connection == nullptr ? std::string() : (connection->*value_of)(), out);
}

template <const TlsConnection* Record::*tls, auto certificate_of>
const CertificateFacts* certificate(const Record& record) {
  const TlsConnection* connection = record.*tls;
  return connection == nullptr ? nullptr : (connection->*certificate_of)();
}

constexpr auto kDownstreamPeer =
    certificate<&Record::downstream_tls, &TlsConnection::peer_certificate>;
constexpr auto kDownstreamOwn =
    certificate<&Record::downstream_tls, &TlsConnection::own_certificate>;
constexpr auto kUpstreamPeer = certificate<&Record::upstream_tls, &TlsConnection::peer_certificate>;
constexpr auto kUpstreamOwn = certificate<&Record::upstream_tls, &TlsConnection::own_certificate>;

template <auto certificate_of, std::string CertificateFacts::*member>
void write_fact(const Record& record, std::string_view, std::string& out) {
  const CertificateFacts* facts = certificate_of(record);
  write_text(facts == nullptr ? std::string_view() : facts->*member, out);
}

template <auto certificate_of, std::vector<std::string> CertificateFacts::*member>
void write_names(const Record& record, std::string_view, std::string& out) {
  const CertificateFacts* facts = certificate_of(record);
  write_text(facts == nullptr ? std::string() : join(facts->*member, ","), out);
}

template <auto certificate_of, std::int64_t CertificateFacts::*member>
void write_validity(const Record& record, std::string_view format, std::string& out) {
  const CertificateFacts* facts = certificate_of(record);
  if (facts == nullptr) return write_text({}, out);
  const std::chrono::system_clock::time_point time{std::chrono::seconds(facts->*member)};
  write_time(time, format.empty() ? kCertificateTime : format, TimeZone::Utc, out);
}

// --- times and names of the process

template <TimeZone zone, bool now>
void write_moment(const Record& record, std::string_view format, std::string& out) {
  if (format.empty()) format = zone == TimeZone::Utc ? kLogTime : kLocalTime;
  write_time(now ? std::chrono::system_clock::now() : record.start, format, zone, out);
}

void write_duration(const Record& record, std::string_view, std::string& out) {
  const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(record.duration);
  fmt::format_to(std::back_inserter(out), "{}", time.count());
}

void write_host_name(const Record&, std::string_view, std::string& out) {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  write_text(name.data(), out);
}

// Of version 4 (RFC 9562 5.4): told apart from all others, and from nothing else.
void write_unique_id(const Record&, std::string_view, std::string& out) {
  thread_local std::mt19937_64 random{std::random_device()()};
  const std::uint64_t high = random();
  const std::uint64_t low = random();
  fmt::format_to(std::back_inserter(out), "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32,
                 (high >> 16) & 0xffff, high & 0xfff, 0x8000 | ((low >> 48) & 0x3fff),
                 low & 0xffffffffffff);
}

// --- what became of it

void write_received(const Record& record, std::string_view, std::string& out) {
  write_number(record.received, out);
}

void write_sent(const Record& record, std::string_view, std::string& out) {
  write_number(record.sent, out);
}

void write_attempts(const Record& record, std::string_view, std::string& out) {
  write_number(record.upstream_host.empty() ? 0 : 1, out);
}

void write_flags(const Record& record, std::string_view, std::string& out) {
  out += record.flags.to_string();
}

void write_long_flags(const Record& record, std::string_view, std::string& out) {
  out += record.flags.to_long_string();
}

void write_close_type(CloseType type, std::string& out) {
  switch (type) {
    case CloseType::None: out += '-'; break;
    case CloseType::Normal: out += "Normal"; break;
    case CloseType::LocalReset: out += "LocalReset"; break;
    case CloseType::RemoteReset: out += "RemoteReset"; break;
  }
}

// Of header fields the host of a plain HTTP request alone is known: "X?Y" takes the first of two.
void write_field(const Record& record, std::string_view names, std::string& out) {
  for (std::string_view name : split(names, '?')) {
    const std::string lower = to_lower(name);
    if ((lower == ":authority" || lower == "host") && !record.authority.empty())
      return write_text(record.authority, out);
  }
  out += '-';
}

constexpr auto kUpstreamHost = of<&Record::upstream_host>;
constexpr auto kUpstreamLocal = of<&Record::upstream_local_address>;
constexpr auto kDownstreamLocal = of<&Record::downstream_local_address>;
constexpr auto kDownstreamRemote = of<&Record::downstream_remote_address>;

constexpr LogWriter number(std::string_view name, LogWriter::Write write) {
  return {.name = name, .write = write, .is_number = true};
}

// By name. Those of HTTP that Envoy takes for TCP, too, have nothing to say.
constexpr LogWriter kWriters[] = {
    {"ACCESS_LOG_TYPE",
     [](const Record&, std::string_view, std::string& out) { out += "TcpConnectionEnd"; }},
    number("BYTES_RECEIVED", write_received),
    number("BYTES_SENT", write_sent),
    {"CLUSTER_METADATA", write_nothing},
    number("CONNECTION_ID", [](const Record& record, std::string_view,
                               std::string& out) { write_number(record.id, out); }),
    // Istio's format has no place of its own for what TLS with the client said. Envoy's own words
    // have blanks here.
    {"CONNECTION_TERMINATION_DETAILS",
     [](const Record& record, std::string_view, std::string& out) {
       if (record.termination_details.empty())
         return write_sentence(record.downstream_failure, out);
       out += record.termination_details;
     }},
    {"DOWNSTREAM_DETECTED_CLOSE_TYPE",
     [](const Record& record, std::string_view, std::string& out) {
       write_close_type(record.downstream_close, out);
     }},
    {"DOWNSTREAM_DIRECT_LOCAL_ADDRESS", write_address<direct_local>},
    {"DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT", write_address_alone<direct_local>},
    {"DOWNSTREAM_DIRECT_LOCAL_PORT", write_port<direct_local>},
    {"DOWNSTREAM_DIRECT_REMOTE_ADDRESS", write_address<direct_remote>},
    {"DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT", write_address_alone<direct_remote>},
    {"DOWNSTREAM_DIRECT_REMOTE_PORT", write_port<direct_remote>},
    number("DOWNSTREAM_HEADER_BYTES_RECEIVED", write_zero),
    number("DOWNSTREAM_HEADER_BYTES_SENT", write_zero),
    {"DOWNSTREAM_LOCAL_ADDRESS", write_address<kDownstreamLocal>},
    {"DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", write_address_alone<kDownstreamLocal>},
    {"DOWNSTREAM_LOCAL_CLOSE_REASON",
     [](const Record& record, std::string_view, std::string& out) {
       write_text(record.local_close_reason, out);
     }},
    {"DOWNSTREAM_LOCAL_DNS_SAN", write_names<kDownstreamOwn, &CertificateFacts::hosts>},
    {"DOWNSTREAM_LOCAL_PORT", write_port<kDownstreamLocal>},
    {"DOWNSTREAM_LOCAL_SUBJECT", write_fact<kDownstreamOwn, &CertificateFacts::subject>},
    {"DOWNSTREAM_LOCAL_URI_SAN", write_names<kDownstreamOwn, &CertificateFacts::uris>},
    {"DOWNSTREAM_PEER_CERT_V_END", write_validity<kDownstreamPeer, &CertificateFacts::until>},
    {"DOWNSTREAM_PEER_CERT_V_START", write_validity<kDownstreamPeer, &CertificateFacts::from>},
    {"DOWNSTREAM_PEER_DNS_SAN", write_names<kDownstreamPeer, &CertificateFacts::hosts>},
    {"DOWNSTREAM_PEER_FINGERPRINT_1", write_fact<kDownstreamPeer, &CertificateFacts::sha1>},
    {"DOWNSTREAM_PEER_FINGERPRINT_256", write_fact<kDownstreamPeer, &CertificateFacts::sha256>},
    {"DOWNSTREAM_PEER_ISSUER", write_fact<kDownstreamPeer, &CertificateFacts::issuer>},
    {"DOWNSTREAM_PEER_SERIAL", write_fact<kDownstreamPeer, &CertificateFacts::serial>},
    {"DOWNSTREAM_PEER_SUBJECT", write_fact<kDownstreamPeer, &CertificateFacts::subject>},
    {"DOWNSTREAM_PEER_URI_SAN", write_names<kDownstreamPeer, &CertificateFacts::uris>},
    {"DOWNSTREAM_REMOTE_ADDRESS", write_address<kDownstreamRemote>},
    {"DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", write_address_alone<kDownstreamRemote>},
    {"DOWNSTREAM_REMOTE_PORT", write_port<kDownstreamRemote>},
    {"DOWNSTREAM_TLS_CIPHER", write_tls<&Record::downstream_tls, &TlsConnection::cipher>},
    {"DOWNSTREAM_TLS_GROUP", write_tls<&Record::downstream_tls, &TlsConnection::group>},
    {"DOWNSTREAM_TLS_SESSION_ID", write_nothing},
    {"DOWNSTREAM_TLS_VERSION", write_tls<&Record::downstream_tls, &TlsConnection::version>},
    {"DOWNSTREAM_TRANSPORT_FAILURE_REASON",
     [](const Record& record, std::string_view, std::string& out) {
       write_sentence(record.downstream_failure, out);
     }},
    number("DOWNSTREAM_WIRE_BYTES_RECEIVED", write_received),
    number("DOWNSTREAM_WIRE_BYTES_SENT", write_sent),
    number("DURATION", write_duration),
    {"DYNAMIC_METADATA", write_nothing},
    {"EMIT_TIME", write_moment<TimeZone::Utc, true>},
    {"EMIT_TIME_LOCAL", write_moment<TimeZone::Local, true>},
    {"FILTER_CHAIN_NAME", write_nothing},
    {"FILTER_STATE", write_nothing},
    {"GRPC_STATUS", write_nothing},
    {"GRPC_STATUS_NUMBER", write_nothing},
    {"HOSTNAME", write_host_name},
    {"PATH", write_nothing},
    {"PROTOCOL", write_nothing},
    {"REQ", write_field},
    {"REQUESTED_SERVER_NAME", write_member<&Record::server_name>},
    {"REQUEST_DURATION", write_nothing},
    {"REQUEST_HEADER", write_field},
    number("REQUEST_HEADERS_BYTES", write_zero),
    {"REQUEST_TX_DURATION", write_nothing},
    {"RESP", write_nothing},
    number("RESPONSE_CODE", write_zero),
    {"RESPONSE_CODE_DETAILS", write_member<&Record::code_details>},
    {"RESPONSE_DURATION", write_nothing},
    {.name = "RESPONSE_FLAGS", .write = write_flags, .is_flags = true},
    {.name = "RESPONSE_FLAGS_LONG", .write = write_long_flags, .is_flags = true},
    {"RESPONSE_HEADER", write_nothing},
    number("RESPONSE_HEADERS_BYTES", write_zero),
    {"RESPONSE_TRAILER", write_nothing},
    number("RESPONSE_TRAILERS_BYTES", write_zero),
    {"RESPONSE_TX_DURATION", write_nothing},
    {"ROUTE_NAME", write_member<&Record::route_name>},
    {"START_TIME", write_moment<TimeZone::Utc, false>},
    {"START_TIME_LOCAL", write_moment<TimeZone::Local, false>},
    {"STREAM_ID", write_unique_id},
    {"TLS_JA3_FINGERPRINT", write_nothing},
    {"TLS_JA4_FINGERPRINT", write_nothing},
    {"TRACE_ID", write_nothing},
    {"TRAILER", write_nothing},
    {"UNIQUE_ID", write_unique_id},
    {"UPSTREAM_CLUSTER", write_member<&Record::upstream_cluster>},
    {"UPSTREAM_CLUSTER_RAW", write_member<&Record::upstream_cluster>},
    {"UPSTREAM_DETECTED_CLOSE_TYPE",
     [](const Record& record, std::string_view, std::string& out) {
       write_close_type(record.upstream_close, out);
     }},
    {"UPSTREAM_FILTER_STATE", write_nothing},
    number("UPSTREAM_HEADER_BYTES_RECEIVED", write_zero),
    number("UPSTREAM_HEADER_BYTES_SENT", write_zero),
    {"UPSTREAM_HOST", write_address<kUpstreamHost>},
    {"UPSTREAM_HOST_NAME", [](const Record& record, std::string_view,
                              std::string& out) { write_text(host_name(record), out); }},
    {"UPSTREAM_HOST_NAME_WITHOUT_PORT",
     [](const Record& record, std::string_view, std::string& out) {
       write_text(without_port(host_name(record)), out);
     }},
    {"UPSTREAM_LOCAL_ADDRESS", write_address<kUpstreamLocal>},
    {"UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", write_address_alone<kUpstreamLocal>},
    // Whatever ends the one connection here ends the other.
    {"UPSTREAM_LOCAL_CLOSE_REASON",
     [](const Record& record, std::string_view, std::string& out) {
       write_text(record.upstream_host.empty() ? "" : record.local_close_reason, out);
     }},
    {"UPSTREAM_LOCAL_DNS_SAN", write_names<kUpstreamOwn, &CertificateFacts::hosts>},
    {"UPSTREAM_LOCAL_PORT", write_port<kUpstreamLocal>},
    {"UPSTREAM_LOCAL_URI_SAN", write_names<kUpstreamOwn, &CertificateFacts::uris>},
    {"UPSTREAM_METADATA", write_nothing},
    {"UPSTREAM_PEER_CERT_V_END", write_validity<kUpstreamPeer, &CertificateFacts::until>},
    {"UPSTREAM_PEER_CERT_V_START", write_validity<kUpstreamPeer, &CertificateFacts::from>},
    {"UPSTREAM_PEER_DNS_SAN", write_names<kUpstreamPeer, &CertificateFacts::hosts>},
    {"UPSTREAM_PEER_ISSUER", write_fact<kUpstreamPeer, &CertificateFacts::issuer>},
    {"UPSTREAM_PEER_SUBJECT", write_fact<kUpstreamPeer, &CertificateFacts::subject>},
    {"UPSTREAM_PEER_URI_SAN", write_names<kUpstreamPeer, &CertificateFacts::uris>},
    {"UPSTREAM_PROTOCOL", write_nothing},
    {"UPSTREAM_REMOTE_ADDRESS", write_address<kUpstreamHost>},
    {"UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", write_address_alone<kUpstreamHost>},
    {"UPSTREAM_REMOTE_PORT", write_port<kUpstreamHost>},
    number("UPSTREAM_REQUEST_ATTEMPT_COUNT", write_attempts),
    {"UPSTREAM_SERVER_NAME", write_tls<&Record::upstream_tls, &TlsConnection::server_name>},
    {"UPSTREAM_TLS_CIPHER", write_tls<&Record::upstream_tls, &TlsConnection::cipher>},
    {"UPSTREAM_TLS_GROUP", write_tls<&Record::upstream_tls, &TlsConnection::group>},
    {"UPSTREAM_TLS_SESSION_ID", write_nothing},
    {"UPSTREAM_TLS_VERSION", write_tls<&Record::upstream_tls, &TlsConnection::version>},
    {"UPSTREAM_TRANSPORT_FAILURE_REASON",
     [](const Record& record, std::string_view, std::string& out) {
       write_sentence(record.upstream_failure, out);
     }},
    number("UPSTREAM_WIRE_BYTES_RECEIVED", write_sent),
    number("UPSTREAM_WIRE_BYTES_SENT", write_received),
    {"VIRTUAL_CLUSTER_NAME", write_nothing},
};

static_assert(std::is_sorted(std::begin(kWriters), std::end(kWriters),
                             [](const LogWriter& a, const LogWriter& b) {
                               return a.name < b.name;
                             }));

}  // namespace

const LogWriter* find_log_writer(std::string_view name) {
  const auto* found = std::lower_bound(
      std::begin(kWriters), std::end(kWriters), name,
      [](const LogWriter& each, std::string_view wanted) { return each.name < wanted; });
  return found != std::end(kWriters) && found->name == name ? found : nullptr;
}

}  // namespace egressctl::forward
