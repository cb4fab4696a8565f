#include "lib/logs/reasons.h"

#include <array>
#include <span>

#include <fmt/format.h>

#include "lib/base/text.h"

namespace egressctl::logs {
namespace {

struct Phrase {
  std::string_view part;  // of the text, that tells what it is
  std::string_view meaning;
  std::string_view rules;
};

constexpr std::array<Phrase, 26> kDetails = {{
    {"filter_chain_not_found",
     "no filter chain of the listener takes the connection: its SNI, or that "
     "it has none, matches "
     "no server",
     "EGR0404 EGR0302 EGR0402"},
    {"route_not_found", "no route is for the request's host and path", "EGR0301 EGR0302 EGR0303"},
    {"cluster_not_found", "the route's destination is nothing that the proxy knows",
     "EGR0201 EGR0205 EGR0209"},
    {"no_healthy_upstream", "the cluster has no endpoint that is healthy", "EGR0204 EGR0305"},
    {"direct_response", "the proxy answered by itself", ""},
    {"upstream_reset_before_response_started", "the upstream broke off before it answered",
     "EGR0405 EGR0401"},
    {"upstream_reset_after_response_started", "the upstream broke off in the middle of its answer",
     ""},
    {"upstream_response_timeout", "the upstream did not answer in time", ""},
    {"upstream_per_try_timeout", "no attempt was answered in time", ""},
    {"via_upstream", "the upstream answered", ""},
    {"rbac_access_denied", "an authorization policy refused it", "EGR0506 EGR0507 EGR0509 EGR0521"},
    {"ext_authz_denied", "the external authorization service refused it", ""},
    {"downstream_remote_disconnect", "the client went away", ""},
    {"downstream_local_disconnect", "the proxy closed the client's connection", ""},
    {"duration_timeout", "the connection lasted longer than it may", ""},
    {"stream_idle_timeout", "nothing was sent for as long as the idle timeout", ""},
    {"request_overall_timeout", "the request did not arrive in time", ""},
    {"max_duration_timeout", "the stream lasted longer than it may", ""},
    {"missing_host", "the request names no host", ""},
    {"http1.codec_error", "the client did not speak HTTP/1 as it should", "EGR0307 EGR0316"},
    {"overload", "the proxy is overloaded", ""},
    {"low_version", "the client speaks HTTP/1.0 or older", ""},
    // Those of `egressctl forward`.
    {"hello_timeout", "the client's first bytes, its TLS hello, did not come in time", ""},
    {"address_not_allowed",
     "the name leads to an internal address, which the forwarder does not dial without --allow",
     ""},
    {"downstream_tls_handshake_failed", "the TLS handshake with the client failed", "EGR0402"},
    {"no_proxy_header", "the load balancer in front sent no PROXY header", ""},
}};

// Of what a client sent in place of a TLS hello.
constexpr std::array<Phrase, 5> kHellos = {{
    {"HTTP_REQUEST", "the client speaks plain HTTP where TLS is expected", "EGR0307 EGR0316"},
    {"WRONG_VERSION_NUMBER", "the client speaks something else than TLS", "EGR0307 EGR0316"},
    {"|too-large:", "the client's TLS hello is larger than any real one", ""},
    {"|malformed:", "the client's TLS hello is broken", ""},
    {"|sslv2:", "the client speaks SSL 2, which nobody should any more", ""},
}};

constexpr std::array<Phrase, 6> kTerminations = {{
    {"rbac_access_denied", "an authorization policy refused the connection",
     "EGR0506 EGR0507 EGR0509 EGR0521"},
    {"idle_timeout", "nothing was sent for as long as the idle timeout", ""},
    {"max_downstream_connection_duration", "the connection lasted longer than it may", ""},
    {"transport socket timeout", "the client did not finish its TLS handshake in time", ""},
    {"ext_authz_denied", "the external authorization service refused it", ""},
    {"overload", "the proxy is overloaded", ""},
}};

// The first that fits counts: what stands deeper in an error goes first.
constexpr std::array<Phrase, 36> kFailures = {{
    {"SAN_matcher", "the server's certificate is not for whom the proxy expects",
     "EGR0210 EGR0408"},
    {"certificate_has_expired", "the server's certificate has expired", ""},
    {"certificate_is_not_yet_valid", "the server's certificate is not valid yet", ""},
    {"unable_to_get_local_issuer_certificate",
     "the server's certificate comes from an authority that the proxy does not "
     "trust",
     ""},
    {"unable_to_get_issuer_certificate",
     "the server's certificate comes from an authority that the proxy does not "
     "trust",
     ""},
    {"self_signed_certificate", "the server's certificate is signed by itself", ""},
    {"self-signed_certificate", "the server's certificate is signed by itself", ""},
    {"CERTIFICATE_VERIFY_FAILED", "the server's certificate could not be verified",
     "EGR0402 EGR0407"},
    {"WRONG_VERSION_NUMBER", "the other end does not speak TLS", "EGR0401 EGR0403 EGR0402"},
    {"HTTP_REQUEST", "the other end speaks plain HTTP", "EGR0402 EGR0405"},
    {"HTTPS_PROXY_REQUEST", "the other end asks for an HTTP proxy", ""},
    {"TLSV1_ALERT_UNKNOWN_CA", "the server does not trust the proxy's certificate", ""},
    {"ALERT_CERTIFICATE_REQUIRED", "the server asks for a client certificate, the proxy shows none",
     "EGR0402 EGR0409 EGR0410"},
    {"PEER_DID_NOT_RETURN_A_CERTIFICATE", "the client showed no certificate", "EGR0402 EGR0409"},
    {"ALERT_CERTIFICATE_EXPIRED", "the server says that the proxy's certificate has expired", ""},
    {"ALERT_CERTIFICATE_UNKNOWN", "the server does not accept the proxy's certificate", ""},
    {"ALERT_BAD_CERTIFICATE", "the server does not accept the proxy's certificate", ""},
    {"ALERT_CERTIFICATE_REVOKED", "the server says that the proxy's certificate is revoked", ""},
    {"ALERT_UNSUPPORTED_CERTIFICATE", "the server can't use the proxy's kind of certificate", ""},
    {"ALERT_ACCESS_DENIED", "the server knows the proxy's certificate and does not let it in", ""},
    {"UNRECOGNIZED_NAME", "the server has nothing for the SNI", "EGR0404 EGR0408"},
    {"NO_APPLICATION_PROTOCOL", "the two ends have no ALPN in common", ""},
    {"ALERT_PROTOCOL_VERSION", "the two ends have no TLS version in common", "EGR0413"},
    {"UNSUPPORTED_PROTOCOL", "the two ends have no TLS version in common", "EGR0413"},
    {"NO_SHARED_CIPHER", "the two ends have no cipher in common", "EGR0413"},
    {"HANDSHAKE_FAILURE", "the server found no parameters for TLS that both ends take", "EGR0413"},
    {"Connection_reset_by_peer",
     "the other end reset the connection in the middle of the handshake, as a "
     "gateway does when no "
     "server of it takes the outer SNI",
     "EGR0404 EGR0302"},
    {"Connection_refused", "nothing listens at the endpoint's port",
     "EGR0214 EGR0206 EGR0302 EGR0306"},
    {"delayed_connect_error", "the endpoint can't be reached", "EGR0504"},
    {"immediate_connect_error", "the endpoint can't be reached", "EGR0504"},
    {"connection_timeout", "the endpoint did not answer in time", "EGR0504"},
    {"remote_address:", "the endpoint can't be reached", "EGR0504"},
    {"no_such_name", "DNS has no such name", "EGR0609"},
    {"no_answer", "DNS did not answer in time", ""},
    {"Too_many_open_files", "the proxy is out of file descriptors", ""},
    {"TLS_error", "the TLS handshake failed", "EGR0402"},
}};

// What connect(2) said, where Envoy gives a number.
std::string_view errno_meaning(std::string_view failure) {
  if (failure.ends_with(":_111")) return "nothing listens at the endpoint's port";
  if (failure.ends_with(":_110")) return "the endpoint did not answer in time";
  if (failure.ends_with(":_113") || failure.ends_with(":_101"))
    return "there is no way to the endpoint's network";
  return {};
}

const Phrase* find(std::span<const Phrase> phrases, std::string_view text) {
  for (const Phrase& phrase : phrases)
    if (text.find(phrase.part) != std::string_view::npos) return &phrase;
  return nullptr;
}

// The text between `open` and the last `close`; empty when they are not there.
std::string_view inside(std::string_view text, std::string_view open, char close) {
  const std::size_t begin = text.find(open);
  const std::size_t end = text.rfind(close);
  if (begin == std::string_view::npos || end == std::string_view::npos) return {};
  const std::size_t from = begin + open.size();
  return end > from ? text.substr(from, end - from) : std::string_view();
}

// "rbac_access_denied_matched_policy[ns[a]-policy[b]-rule[0]]": "none" when no
// policy allows it.
std::string policy_in(std::string_view details) {
  const std::string_view policy = inside(details, "matched_policy[", ']');
  if (policy.empty()) return {};
  return policy == "none" ? ": none allows it" : fmt::format(": {} denies it", policy);
}

Reason explain(std::span<const Phrase> phrases, std::string_view text) {
  const Phrase* phrase = find(phrases, text);
  if (phrase == nullptr) return {};
  return {std::string(phrase->meaning), phrase->rules};
}

// What is said of the server's certificate is so of the client's, which the proxy has checked.
Reason explain_client_failure(std::string_view failure) {
  if (Reason hello = explain(kHellos, failure); !hello.meaning.empty()) return hello;
  Reason out = explain_failure(failure);
  constexpr std::string_view kServer = "the server's certificate";
  if (out.meaning.starts_with(kServer))
    out.meaning.replace(0, kServer.size(), "the client's certificate");
  else
    out.meaning =
        "the client broke off the TLS handshake: it does not accept the proxy's certificate, "
        "or shows none";
  out.rules = {};
  return out;
}

}  // namespace

Reason explain_details(std::string_view details) {
  // What is in the braces is the transport's failure.
  const std::size_t brace = details.find('{');
  Reason out = explain(kDetails, details.substr(0, brace));
  if (details.starts_with("rbac_access_denied")) out.meaning += policy_in(details);
  if (brace == std::string_view::npos) return out;
  Reason inner = explain_failure(details.substr(brace));
  if (!inner.meaning.empty()) return inner;
  return out;
}

Reason explain_termination(std::string_view details) {
  if (details.starts_with("TLS_error")) return explain_client_failure(details);
  Reason out = explain(kTerminations, details);
  if (details.starts_with("rbac_access_denied")) out.meaning += policy_in(details);
  return out;
}

Reason explain_failure(std::string_view failure) {
  if (const std::string_view meaning = errno_meaning(failure); !meaning.empty())
    return {std::string(meaning), "EGR0214 EGR0504"};
  Reason out = explain(kFailures, failure);
  const std::string_view shown = inside(failure, "certificate_SANs_are_[", ']');
  if (!shown.empty()) out.meaning += fmt::format(": it is for {}", shown);
  return out;
}

}  // namespace egressctl::logs
