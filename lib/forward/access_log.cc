#include "lib/forward/access_log.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "lib/base/istio_access_log.h"

namespace egressctl::forward {

enum class AccessLogFormat::Operator : std::uint8_t {
  Literal,
  StartTime,
  ConnectionId,
  BytesReceived,
  BytesSent,
  Duration,
  ResponseCode,  // 0 for TCP
  ResponseFlags,
  ResponseCodeDetails,
  TerminationDetails,
  UpstreamFailure,
  DownstreamFailure,
  UpstreamHost,
  UpstreamCluster,
  UpstreamLocalAddress,
  DownstreamLocalAddress,
  DownstreamRemoteAddress,
  DownstreamRemoteIp,
  ServerName,
  RouteName,
  PeerUri,
  Authority,
  Request,  // of its header fields the authority alone
  Nothing,  // of HTTP
};

struct AccessLogFormat::Word {
  std::string_view name;
  Operator op;
};

namespace {

struct FlagWord {
  ResponseFlag flag;
  std::string_view word;
};

constexpr FlagWord kFlagWords[] = {
    {ResponseFlag::NoRoute, "NR"},         {ResponseFlag::NoHealthyUpstream, "UH"},
    {ResponseFlag::UpstreamFailed, "UF"},  {ResponseFlag::UpstreamRetriesExceeded, "URX"},
    {ResponseFlag::UpstreamReset, "UC"},   {ResponseFlag::UpstreamRemoteReset, "UR"},
    {ResponseFlag::DownstreamReset, "DC"}, {ResponseFlag::DownstreamProtocolError, "DPE"},
    {ResponseFlag::Overflow, "UO"},        {ResponseFlag::IdleTimeout, "SI"},
    {ResponseFlag::DurationTimeout, "DT"}, {ResponseFlag::Unauthorized, "UAEX"},
    {ResponseFlag::LocalReset, "LR"},
};

constexpr std::string_view kDefaultTime = "%Y-%m-%dT%H:%M:%S.%3fZ";

// Of strftime and Envoy's own %3f, %6f, %9f (parts of a second) and %s (seconds since 1970).
void write_time(std::chrono::system_clock::time_point time, std::string_view format,
                std::string& out) {
  using std::chrono::duration_cast;
  const auto since = time.time_since_epoch();
  const auto seconds = duration_cast<std::chrono::seconds>(since);
  const auto rest = duration_cast<std::chrono::nanoseconds>(since - seconds).count();
  const std::time_t whole = seconds.count();
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  std::array<char, 64> text{};
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      out += format[i];
      continue;
    }
    const char kind = format[++i];
    if (kind >= '1' && kind <= '9' && i + 1 < format.size() && format[i + 1] == 'f') {
      const std::string digits = fmt::format("{:09}", rest);
      out.append(digits, 0, static_cast<std::size_t>(kind - '0'));
      ++i;
    } else if (kind == 's') {
      fmt::format_to(std::back_inserter(out), "{}", whole);
    } else {
      const char specifier[] = {'%', kind, '\0'};
      out.append(text.data(), std::strftime(text.data(), text.size(), specifier, &parts));
    }
  }
}

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

std::string_view without_port(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || address.starts_with("unix:")) return address;
  address = address.substr(0, colon);
  if (address.starts_with('[')) address = address.substr(1, address.size() - 2);
  return address;
}

void write_json_string(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

std::string ResponseFlags::to_string() const {
  std::string out;
  for (const FlagWord& each : kFlagWords) {
    if (!has(each.flag)) continue;
    if (!out.empty()) out += ',';
    out += each.word;
  }
  return out.empty() ? "-" : out;
}

const std::vector<AccessLogFormat::Word>& AccessLogFormat::words() {
  static const std::vector<Word> kWords = {
      {"START_TIME", Operator::StartTime},
      {"CONNECTION_ID", Operator::ConnectionId},
      {"BYTES_RECEIVED", Operator::BytesReceived},
      {"BYTES_SENT", Operator::BytesSent},
      {"DURATION", Operator::Duration},
      {"RESPONSE_CODE", Operator::ResponseCode},
      {"RESPONSE_FLAGS", Operator::ResponseFlags},
      {"RESPONSE_CODE_DETAILS", Operator::ResponseCodeDetails},
      {"CONNECTION_TERMINATION_DETAILS", Operator::TerminationDetails},
      {"UPSTREAM_TRANSPORT_FAILURE_REASON", Operator::UpstreamFailure},
      {"DOWNSTREAM_TRANSPORT_FAILURE_REASON", Operator::DownstreamFailure},
      {"UPSTREAM_HOST", Operator::UpstreamHost},
      {"UPSTREAM_REMOTE_ADDRESS", Operator::UpstreamHost},
      {"UPSTREAM_CLUSTER", Operator::UpstreamCluster},
      {"UPSTREAM_CLUSTER_RAW", Operator::UpstreamCluster},
      {"UPSTREAM_LOCAL_ADDRESS", Operator::UpstreamLocalAddress},
      {"DOWNSTREAM_LOCAL_ADDRESS", Operator::DownstreamLocalAddress},
      {"DOWNSTREAM_REMOTE_ADDRESS", Operator::DownstreamRemoteAddress},
      {"DOWNSTREAM_DIRECT_REMOTE_ADDRESS", Operator::DownstreamRemoteAddress},
      {"DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", Operator::DownstreamRemoteIp},
      {"REQUESTED_SERVER_NAME", Operator::ServerName},
      {"ROUTE_NAME", Operator::RouteName},
      {"DOWNSTREAM_PEER_URI_SAN", Operator::PeerUri},
      {"REQ", Operator::Request},
      {"RESP", Operator::Nothing},
      {"TRAILER", Operator::Nothing},
      {"PROTOCOL", Operator::Nothing},
      {"DYNAMIC_METADATA", Operator::Nothing},
      {"FILTER_STATE", Operator::Nothing},
  };
  return kWords;
}

AccessLogFormat AccessLogFormat::istio_text() {
  return *parse(kIstioAccessLog);
}

AccessLogFormat AccessLogFormat::istio_json() {
  // Istio's pkg/config/mesh: EnvoyJSONLogFormatIstio; Envoy writes an object's members by name.
  AccessLogFormat out;
  out.json_ = true;
  out.pieces_ = {
      {"authority", Operator::Authority},
      {"bytes_received", Operator::BytesReceived},
      {"bytes_sent", Operator::BytesSent},
      {"connection_termination_details", Operator::TerminationDetails},
      {"downstream_local_address", Operator::DownstreamLocalAddress},
      {"downstream_remote_address", Operator::DownstreamRemoteAddress},
      {"duration", Operator::Duration},
      {"method", Operator::Nothing},
      {"path", Operator::Nothing},
      {"protocol", Operator::Nothing},
      {"request_id", Operator::Nothing},
      {"requested_server_name", Operator::ServerName},
      {"response_code", Operator::ResponseCode},
      {"response_code_details", Operator::ResponseCodeDetails},
      {"response_flags", Operator::ResponseFlags},
      {"route_name", Operator::RouteName},
      {"start_time", Operator::StartTime},
      {"upstream_cluster", Operator::UpstreamCluster},
      {"upstream_host", Operator::UpstreamHost},
      {"upstream_local_address", Operator::UpstreamLocalAddress},
      {"upstream_service_time", Operator::Nothing},
      {"upstream_transport_failure_reason", Operator::UpstreamFailure},
      {"user_agent", Operator::Nothing},
      {"x_forwarded_for", Operator::Nothing},
  };
  return out;
}

Result<AccessLogFormat> AccessLogFormat::parse(std::string_view text) {
  AccessLogFormat out;
  std::string literal;
  const auto end_literal = [&] {
    if (!literal.empty()) out.pieces_.push_back({std::exchange(literal, {}), Operator::Literal});
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == 'n' || text[i + 1] == 't')) {
      literal += text[++i] == 'n' ? '\n' : '\t';
      continue;
    }
    if (text[i] != '%') {
      literal += text[i];
      continue;
    }
    if (text.substr(i).starts_with("%%")) {
      literal += '%';
      ++i;
      continue;
    }
    const std::size_t name_end = text.find_first_of("(:%", i + 1);
    const std::string_view name =
        text.substr(i + 1, (name_end == std::string_view::npos ? text.size() : name_end) - i - 1);
    const auto word = std::find_if(words().begin(), words().end(),
                                   [&](const Word& each) { return each.name == name; });
    if (name_end == std::string_view::npos || word == words().end())
      return fail(ErrorCode::Usage,
                  fmt::format("access log: \"%{}%\" at byte {} is no operator", name, i + 1));
    std::string argument;
    std::size_t end = name_end;
    if (text[end] == '(') {
      const std::size_t close = text.find(')', end);
      if (close == std::string_view::npos)
        return fail(ErrorCode::Usage,
                    fmt::format("access log: the \"(\" at byte {} has no \")\"", end + 1));
      argument = text.substr(end + 1, close - end - 1);
      end = close + 1;
    }
    end = text.find('%', end);  // behind the ":LENGTH" that Envoy allows
    if (end == std::string_view::npos)
      return fail(ErrorCode::Usage,
                  fmt::format("access log: \"%{}\" at byte {} has no final \"%\"", name, i + 1));
    end_literal();
    out.pieces_.push_back({std::move(argument), word->op});
    i = end;
  }
  // Istio adds a newline, too, where a format has none.
  if (!literal.ends_with('\n')) literal += '\n';
  end_literal();
  return out;
}

AccessLogFormat AccessLogFormat::labelled(std::string label, std::string internal) const {
  AccessLogFormat out = *this;
  out.label_ = std::move(label);
  out.internal_label_ = std::move(internal);
  return out;
}

void AccessLogFormat::write_value(const Piece& piece, const ConnectionRecord& record,
                                  std::string& out) {
  const auto number = [&](auto value) { fmt::format_to(std::back_inserter(out), "{}", value); };
  switch (piece.op) {
    case Operator::Literal: out += piece.text; break;
    case Operator::StartTime:
      write_time(record.start, piece.text.empty() ? kDefaultTime : std::string_view(piece.text),
                 out);
      break;
    case Operator::ConnectionId: number(record.id); break;
    case Operator::BytesReceived: number(record.received); break;
    case Operator::BytesSent: number(record.sent); break;
    case Operator::Duration:
      number(std::chrono::duration_cast<std::chrono::milliseconds>(record.duration).count());
      break;
    case Operator::ResponseCode: out += '0'; break;
    case Operator::ResponseFlags: out += record.flags.to_string(); break;
    case Operator::ResponseCodeDetails: write_text(record.code_details, out); break;
    case Operator::UpstreamFailure: write_sentence(record.upstream_failure, out); break;
    // Istio's format has no place of its own for it; nothing else of ours ends connections so.
    case Operator::TerminationDetails:
    case Operator::DownstreamFailure: write_sentence(record.downstream_failure, out); break;
    case Operator::UpstreamHost: write_text(record.upstream_host, out); break;
    case Operator::UpstreamCluster: write_text(record.upstream_cluster, out); break;
    case Operator::UpstreamLocalAddress: write_text(record.upstream_local_address, out); break;
    case Operator::DownstreamLocalAddress: write_text(record.downstream_local_address, out); break;
    case Operator::DownstreamRemoteAddress:
      write_text(record.downstream_remote_address, out);
      break;
    case Operator::DownstreamRemoteIp:
      write_text(without_port(record.downstream_remote_address), out);
      break;
    case Operator::ServerName: write_text(record.server_name, out); break;
    case Operator::RouteName: write_text(record.route_name, out); break;
    case Operator::PeerUri: write_text(record.peer_uri, out); break;
    case Operator::Authority: write_text(record.authority, out); break;
    case Operator::Request:
      write_text(piece.text == ":AUTHORITY" ? std::string_view(record.authority) : "", out);
      break;
    case Operator::Nothing: out += '-'; break;
  }
}

void AccessLogFormat::write_json(const ConnectionRecord& record, std::string& out) const {
  char separator = '{';
  std::string value;
  if (!label_.empty()) {
    out += "{\"proxy\":";
    write_json_string(record.internal ? internal_label_ : label_, out);
    separator = ',';
  }
  for (const Piece& member : pieces_) {
    out += separator;
    separator = ',';
    write_json_string(member.text, out);
    out += ':';
    value.clear();
    write_value({{}, member.op}, record, value);
    const bool number = member.op == Operator::BytesReceived || member.op == Operator::BytesSent ||
                        member.op == Operator::Duration || member.op == Operator::ResponseCode;
    const bool flags = member.op == Operator::ResponseFlags;  // "-" in JSON too, as Envoy
    if (number)
      out += value;
    else if (value == "-" && !flags)
      out += "null";
    else
      write_json_string(value, out);
  }
  out += "}\n";
}

void AccessLogFormat::write(const ConnectionRecord& record, std::string& out) const {
  if (json_) return write_json(record, out);
  if (!label_.empty())
    fmt::format_to(std::back_inserter(out), "{:<{}} ", record.internal ? internal_label_ : label_,
                   std::max(label_.size(), internal_label_.size()));
  for (const Piece& piece : pieces_) write_value(piece, record, out);
}

}  // namespace egressctl::forward
