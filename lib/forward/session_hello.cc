// The client's first bytes: its hello, the outer TLS and the hello inside, and the route that they
// choose.
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/forward/http_host.h"
#include "lib/forward/io/proxy_protocol.h"
#include "lib/forward/session.h"

namespace egressctl::forward {
namespace {

// A fatal alert, unrecognized_name (RFC 6066 3, RFC 8446 6.2).
constexpr std::array<char, 7> kUnrecognizedName = {0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x70};

// For a host that no route has: Envoy's answer for a black hole.
constexpr std::string_view kBadGateway = "502 Bad Gateway";

// Why a hello is none, as Envoy's tls_inspector says it where it does.
std::string words_of(HelloStatus status) {
  switch (status) {
    case HelloStatus::PlainHttp:
      return "TLS_error|error:1000009c:SSL routines:OPENSSL_internal:HTTP_REQUEST:TLS_error_end";
    case HelloStatus::NotTls:
      return "TLS_error|error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:"
             "TLS_error_end";
    default: return fmt::format("TLS_error|{}:TLS_error_end", to_string(status));
  }
}

}  // namespace

void Session::read_hello() {
  const std::span<char> buffer = worker_.memory_.portion();
  while (true) {
    const ssize_t got = ::recv(downstream_.fd.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) {
      if (!running()) start_timer(worker_.hello_timers_);
      if (!watch_downstream()) close();
      return;
    }
    if (got <= 0) return client_gone(got < 0);
    const std::span<const std::uint8_t> fresh(reinterpret_cast<const std::uint8_t*>(buffer.data()),
                                              static_cast<std::size_t>(got));
    if (pending_.empty() && header_taken_) {
      take_hello(fresh);
    } else {
      pending_.insert(pending_.end(), fresh.begin(), fresh.end());
      if (!header_taken_) take_proxy_header();
      if (phase_ == Phase::Hello && header_taken_ && !pending_.empty() &&
          pending_.size() >= hello_wanted_)
        take_hello(std::exchange(pending_, {}));
    }
    if (phase_ != Phase::Hello) return;
  }
}

void Session::take_proxy_header() {
  const ProxyHeader header = read_proxy_header(pending_);
  if (header.status == ProxyHeaderStatus::NeedMore) return;
  if (header.status == ProxyHeaderStatus::Malformed) {
    details_ = "no_proxy_header";
    return close();
  }
  header_taken_ = true;
  proxied_ = std::make_unique<Proxied>(Proxied{header.destination, remote_});
  if (header.source) remote_ = *header.source;
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(header.size));
}

void Session::take_hello(std::span<const std::uint8_t> bytes) {
  const HelloResult result = read_client_hello(bytes);
  hello_wanted_ = result.wanted;
  if (phase_ == Phase::Hello || result.status != HelloStatus::NeedMore)
    pending_.assign(bytes.begin(), bytes.end());
  if (result.status == HelloStatus::NeedMore) {
    if (!running()) start_timer(worker_.hello_timers_);
    return;
  }
  const bool other =
      result.status == HelloStatus::NotTls || result.status == HelloStatus::PlainHttp;
  if (phase_ == Phase::Hello && other && !rules_->plain.empty()) return take_plain(result.status);
  counters().hellos[static_cast<std::size_t>(result.status)].add();
  stop();
  if (result.status != HelloStatus::Complete) {
    // To Envoy, what it can't read is a connection without a name, which no chain takes.
    flags_.set(ResponseFlag::NoRoute);
    details_ = "filter_chain_not_found";
    client_failure_ = words_of(result.status);
    counters().refused.add();
    return close();
  }
  if (result.hello.server_name.empty()) counters().no_name.add();
  if (phase_ == Phase::Hello)
    choose_route(result.hello.server_name);
  else
    take_inner_name(result.hello.server_name);
}

// What begins without TLS: by the host of a request, else to wherever all of it goes.
void Session::take_plain(HelloStatus status) {
  plain_ = true;
  if (status == HelloStatus::PlainHttp) {
    const HttpHost request = read_http_host(pending_);
    if (request.status == HttpHostStatus::NeedMore) {
      if (!running()) start_timer(worker_.hello_timers_);
      return;
    }
    authority_ = request.host;
  }
  stop();
  const std::string name = to_lower(authority_);
  const bool is_name = refusal_of(name).empty();
  if (is_name) route_ = rules_->plain.find(name);
  counters().hellos[static_cast<std::size_t>(status)].add();
  if (route_ == nullptr) route_ = rules_->plain.of_any();
  if (route_ != nullptr && (is_name || !route_->resolves_name())) return dial();
  route_ = nullptr;
  refuse(ResponseFlag::NoRoute, "filter_chain_not_found");
}

void Session::choose_route(std::string_view sent_name) {
  name_ = sent_name;
  const std::string name = to_lower(sent_name);
  // What ends here is a name of the mesh (outbound_.443_...), nothing that anybody would resolve.
  const Route* found = rules_->routes.find(name);
  if (found != nullptr && (found->termination != nullptr || refusal_of(name).empty()))
    route_ = found;
  if (route_ == nullptr) route_ = rules_->routes.of_any();
  if (route_ != nullptr && route_->resolves_name() && !refusal_of(name).empty()) route_ = nullptr;
  if (route_ == nullptr) return refuse(ResponseFlag::NoRoute, "filter_chain_not_found");
  enter(*route_);
}

void Session::enter(const Route& route) {
  if (route.termination == nullptr) return dial();
  downstream_.tls = std::make_unique<TlsConnection>(route.termination->tls, pending_);
  if (up_.source_is_ending()) downstream_.tls->source_ends();
  std::vector<std::uint8_t>().swap(pending_);
  phase_ = Phase::Accepting;
  start_timer(worker_.handshake_timers_);
  if (!watch_downstream()) return close();
  accept_tls();
}

void Session::accept_tls() {
  const TlsResult result = downstream_.tls->handshake(downstream_.fd.get());
  TlsCounters& tls = counters().tls;
  if (result == TlsResult::WantWrite)
    watch_writing(downstream_, kDownstream, downstream_writing_watched_);
  if (result == TlsResult::WantRead || result == TlsResult::WantWrite) return;
  if (result == TlsResult::Failed || result == TlsResult::Ended) {
    tls.failures.add();
    details_ = "downstream_tls_handshake_failed";
    client_failure_ = downstream_.tls->problem();
    return close();
  }
  tls.handshakes.add();
  if (downstream_.tls->resumed()) tls.resumed.add();
  stop();
  if (route_->termination->inside == nullptr && !route_->termination->same_name) return dial();
  phase_ = Phase::InnerHello;
  start_timer(worker_.hello_timers_);
  read_inner_hello();
}

void Session::read_inner_hello() {
  const std::span<char> buffer = worker_.memory_.portion();
  while (phase_ == Phase::InnerHello) {
    std::size_t got = 0;
    const TlsResult result = downstream_.tls->read(downstream_.fd.get(), buffer, got);
    if (got > 0) {
      pending_.insert(pending_.end(), buffer.data(), buffer.data() + got);
      if (pending_.size() >= hello_wanted_) take_hello(std::vector<std::uint8_t>(pending_));
      if (phase_ != Phase::InnerHello) return;
    }
    if (result == TlsResult::WantRead || result == TlsResult::WantWrite) return;
    if (result != TlsResult::Done) return client_gone(result == TlsResult::Failed);
  }
}

void Session::take_inner_name(std::string_view sent_name) {
  inner_name_ = sent_name;
  const std::string name = to_lower(sent_name);
  const Termination& termination = *route_->termination;
  const bool allowed =
      refusal_of(name).empty() && (!termination.same_name || name == to_lower(name_));
  if (allowed && termination.inside != nullptr) {
    inner_route_ = termination.inside->find(name);
    if (inner_route_ == nullptr) inner_route_ = termination.inside->of_any();
  }
  if (!allowed || (termination.inside != nullptr && inner_route_ == nullptr))
    return refuse(ResponseFlag::NoRoute, "filter_chain_not_found");
  dial();
}

// To who has asked in plain HTTP.
void Session::answer(std::string_view response) const {
  if (authority_.empty()) return;
  const std::string text =
      fmt::format("HTTP/1.1 {}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", response);
  ::send(downstream_.fd.get(), text.data(), text.size(), MSG_NOSIGNAL);
}

// A client of TLS is told (RFC 6066 3), and one of HTTP.
void Session::refuse(ResponseFlag flag, std::string_view details) {
  flags_.set(flag);
  details_ = details;
  counters().refused.add();
  if (plain_) {
    answer(kBadGateway);
  } else if (downstream_.tls != nullptr) {
    static_cast<void>(downstream_.tls->write(downstream_.fd.get(), kUnrecognizedName));
    static_cast<void>(downstream_.tls->finish(downstream_.fd.get()));
  } else {
    ::send(downstream_.fd.get(), kUnrecognizedName.data(), kUnrecognizedName.size(), MSG_NOSIGNAL);
  }
  close();
}

}  // namespace egressctl::forward
