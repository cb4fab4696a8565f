// The lines that proxies write into their access logs, told before they do.
//
// Source: Envoy 1.40, as lib/bootstrap/envoy_test.py sees it behave; envoyproxy.io, "Response
// flags".
#pragma once

#include <cstdint>
#include <string>

#include "lib/topology/listener.h"
#include "lib/trace/trace.h"

namespace egressctl::trace {

// What breaks a connection off at the last hop of a trace.
enum class Failure : std::uint8_t {
  None,
  NoListener,
  NoChain,
  NoRoute,
  NoCluster,
  NoEndpoint,
  Policy,       // an AuthorizationPolicy; what matched is in the hop's `log.details`
  Handshake,    // of the previous hop with this one
  NotHttp,      // TLS where an HTTP server finds no request
  Unreachable,  // the endpoint can't be connected
  HungUp,       // the endpoint closes the connection
  Answered,     // by the proxy itself
  Aborted,      // by an injected fault
  Other,
};

// How what the chain takes, or the listener can't place, is logged: as the proxy does, or, where an
// EnvoyFilter made it, as that says.
[[nodiscard]] LogLine log_of(const topology::FilterChain& chain,
                             const topology::AccessLogging& logging);
[[nodiscard]] LogLine log_of(const topology::Listener& listener,
                             const topology::AccessLogging& logging);

// Fills `flags` and, hop by hop, the rest of `log`. `client_failure`: what the proxy before the
// last hop sees of a failed handshake.
void foretell_logs(Trace& trace, Failure failure, const std::string& client_failure);

}  // namespace egressctl::trace
