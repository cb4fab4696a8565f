// Response code details, termination details and failures of the transport in
// words.
//
// Source: envoyproxy.io, "Response Code Details"; envoy
// source/common/stream_info, source/common/tls and
// source/extensions/filters/network/{rbac,tcp_proxy}; BoringSSL
// crypto/err/ssl.errordata.
#pragma once

#include <string>
#include <string_view>

namespace egressctl::logs {

struct Reason {
  std::string meaning;     // a sentence without its final stop; empty: not known
  std::string_view rules;  // of lint, with blanks between them
};

// Of %RESPONSE_CODE_DETAILS%, with what stands in braces behind a name.
[[nodiscard]] Reason explain_details(std::string_view details);

// Of %CONNECTION_TERMINATION_DETAILS%.
[[nodiscard]] Reason explain_termination(std::string_view details);

// Of %UPSTREAM_TRANSPORT_FAILURE_REASON%.
[[nodiscard]] Reason explain_failure(std::string_view failure);

}  // namespace egressctl::logs
