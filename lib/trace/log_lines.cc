#include "lib/trace/log_lines.h"

#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "lib/base/ip_address.h"
#include "lib/envoy/visit.h"

namespace egressctl::trace {
namespace {

constexpr std::string_view kInternal = "envoy://";
constexpr std::string_view kInternalClient = "envoy://internal_client_address/";
constexpr std::string_view kUnknown = "*";

// A peer that has no chain for the hello closes with the hello unread, which resets the connection;
// that is noticed by reading or by writing. One that fails later may have read it: then it is a
// race whether there is an error of TLS to tell.
constexpr std::string_view kClosedInHandshake =
    "TLS_error:|*:system_library:OPENSSL_internal:*:TLS_error_end";
constexpr std::string_view kNothingListens = "delayed_connect_error:_Connection_refused";

// The first logger of a list; nullptr where there is none.
const yaml::Node* first_log(const yaml::Node& config) {
  const auto loggers = envoy::items_of(envoy::find_value(config, "access_log"));
  return loggers.empty() ? nullptr : &loggers.front();
}

LogLine own_log(const yaml::Node& logger) {
  LogLine out;
  out.written = true;
  out.format = topology::log_format_of(logger);
  return out;
}

LogLine proxy_log(const topology::AccessLogging& logging) {
  LogLine out;
  out.written = !logging.off;
  out.format = logging.format;
  out.filter = logging.filter;
  if (logging.off) out.off = logging.causes;
  return out;
}

// An address as Envoy writes it; what a name is resolved to is not known.
std::string host_in_log(const std::string& endpoint) {
  if (endpoint.empty()) return {};
  if (endpoint.starts_with(kInternal)) return endpoint + "/";
  const std::size_t colon = endpoint.rfind(':');
  if (colon == std::string::npos || IpAddress::parse(endpoint.substr(0, colon))) return endpoint;
  return fmt::format("{}{}", kUnknown, endpoint.substr(colon));
}

// The line of a connection that is relayed to the hop's endpoint.
void fill(Hop& hop) {
  LogLine& log = hop.log;
  log.cluster = hop.cluster;
  log.upstream_host = host_in_log(hop.endpoint);
  const bool internal = hop.endpoint.starts_with(kInternal);
  log.upstream_local = internal ? kInternalClient : kUnknown;
  log.downstream_local = kUnknown;
  log.downstream_remote = kUnknown;
  if (hop.place == Place::InternalListener) {
    log.downstream_local = fmt::format("{}{}/", kInternal, hop.listener);
    log.downstream_remote = kInternalClient;
  }
}

// No upstream was chosen.
void fail_early(LogLine& log, std::string_view flags, bool keeps_cluster) {
  log.flags = flags;
  log.upstream_host.clear();
  log.upstream_local.clear();
  if (!keeps_cluster) log.cluster.clear();
}

void fail_connecting(LogLine& log, std::string_view failure) {
  log.flags = "UF,URX";
  log.failure = failure;
  log.upstream_local.clear();
}

// The last hop's own line.
void fill_last(Hop& hop, Failure failure) {
  LogLine& log = hop.log;
  const bool http = !hop.route.empty();
  switch (failure) {
    case Failure::NoChain:
      fail_early(log, "NR", false);
      log.details = "filter_chain_not_found";
      return;
    case Failure::NoRoute:
      fail_early(log, "NR", false);
      log.details = "route_not_found";
      return;
    case Failure::NoCluster:
      fail_early(log, "NC", false);
      if (http) log.details = "cluster_not_found";
      return;
    case Failure::NoEndpoint:
      fail_early(log, "UH", true);
      if (http) log.details = "no_healthy_upstream";
      return;
    case Failure::Answered:
      fail_early(log, "", false);
      log.details = "direct_response";
      return;
    case Failure::Aborted:
      fail_early(log, "FI", true);
      log.details = "fault_filter_abort";
      return;
    case Failure::Policy:
      // Envoy connects before the policies are asked, which is with the first bytes.
      if (!hop.cluster.empty()) {
        log.termination = std::exchange(log.details, {});
        log.upstream_host = kUnknown;
      } else {
        fail_early(log, "", false);
      }
      return;
    case Failure::Handshake:
      // The same, with the end of the handshake.
      log.upstream_host = kUnknown;
      return;
    case Failure::NotHttp:
      fail_early(log, "DPE", false);
      log.details = "http1.codec_error";
      return;
    case Failure::Unreachable: fail_connecting(log, kUnknown); return;
    case Failure::HungUp: log.flags = http ? "UC" : ""; return;
    case Failure::NoListener: log.written = false; return;
    case Failure::None:
    case Failure::Other: return;
  }
}

bool closes_at_once(Failure failure) {
  return failure == Failure::NoChain || failure == Failure::NoCluster ||
         failure == Failure::NoEndpoint;
}

// A proxy in front of the one that fails.
void fill_previous(Hop& hop, const Hop& next, bool last_but_one, Failure failure,
                   const std::string& client_failure) {
  LogLine& log = hop.log;
  if (failure == Failure::NoListener && last_but_one) {
    fail_connecting(log, kNothingListens);
  } else if ((failure == Failure::Handshake || failure == Failure::NotHttp) && last_but_one) {
    if (!client_failure.empty()) fail_connecting(log, client_failure);
  } else if (next.place == Place::InternalListener || next.log.flags == "UR") {
    // The outer handshake is over by then.
    if (closes_at_once(failure) || failure == Failure::NoListener) log.flags = "UR";
  } else if (closes_at_once(failure) && last_but_one && hop.tls) {
    fail_connecting(log, failure == Failure::NoChain ? kClosedInHandshake : kUnknown);
  } else if (closes_at_once(failure) && last_but_one) {
    log.flags = "UR";
  }
}

}  // namespace

LogLine log_of(const topology::FilterChain& chain, const topology::AccessLogging& logging) {
  for (const topology::NetworkFilter& filter : chain.filters) {
    if (filter.target.empty()) continue;
    if (!filter.written.whole) return proxy_log(logging);
    if (const yaml::Node* own = filter.config != nullptr ? first_log(*filter.config) : nullptr)
      return own_log(*own);
  }
  return {};
}

LogLine log_of(const topology::Listener& listener, const topology::AccessLogging& logging) {
  if (!listener.written.whole) return proxy_log(logging);
  for (const topology::WrittenValue& value : listener.written.values)
    if (const yaml::Node* own = first_log(*value.node)) return own_log(*own);
  return {};
}

void foretell_logs(Trace& trace, Failure failure, const std::string& client_failure) {
  // The client's own pod writes none.
  const std::size_t first = !trace.hops.empty() && trace.hops.front().place == Place::Pod ? 1 : 0;
  if (trace.hops.size() <= first) return;
  for (std::size_t i = first; i < trace.hops.size(); ++i) fill(trace.hops[i]);
  fill_last(trace.hops.back(), failure);
  for (std::size_t i = trace.hops.size() - 1; i-- > first;)
    fill_previous(trace.hops[i], trace.hops[i + 1], i + 2 == trace.hops.size(), failure,
                  client_failure);
  for (const Hop& hop : trace.hops)
    if (!hop.log.flags.empty()) trace.flags = hop.log.flags;
}

}  // namespace egressctl::trace
