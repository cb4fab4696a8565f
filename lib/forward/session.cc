#include "lib/forward/session.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/forward/client_hello.h"
#include "lib/forward/proxy_protocol.h"

namespace egressctl::forward {
namespace {

constexpr std::uint32_t kReading = EPOLLIN | EPOLLRDHUP | EPOLLET;
constexpr std::uint32_t kBoth = kReading | EPOLLOUT;
constexpr std::uint32_t kDownstream = 0;
// Tags above it are the upstream's: one for each address that is tried.
constexpr std::size_t kMostAttempts = 7;

// A fatal alert, unrecognized_name (RFC 6066 3, RFC 8446 6.2).
constexpr std::array<char, 7> kUnrecognizedName = {0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x70};

constexpr std::string_view kInternalClient = "envoy://internal_client_address/";

std::string internal_listener(const std::string& name) {
  return fmt::format("envoy://{}/", name);
}

int socket_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

// The other end is to see that it has not got everything.
void reset_on_close(int fd) {
  const linger now{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace

// What is needed until one of the addresses answers.
struct Session::Dialing final : public Timer {
  explicit Dialing(Session& owner) : session(owner) {}

  // RFC 8305: the next address gets its try while the last one is still silent.
  void on_timeout() override { session.dial_next(); }

  Session& session;
  std::vector<SocketAddress> addresses;
  std::size_t next = 0;
  std::vector<UniqueFd> attempts;  // by tag - 1; invalid when it has failed
  int error = 0;                   // the last one's
  Clock::time_point start;
};

Session::Session(Worker& worker, UniqueFd fd, const SocketAddress& remote,
                 std::shared_ptr<const ListenerRules> rules)
    : worker_(worker),
      rules_(std::move(rules)),
      remote_(remote),
      start_(worker.loop().now()),
      id_(worker.shared_.next_id.fetch_add(1, std::memory_order_relaxed)) {
  downstream_.fd = std::move(fd);
  next_ = std::exchange(worker_.first_, this);
  if (next_ != nullptr) next_->previous_ = this;
  worker_.shared_.counters.total.add();
  worker_.shared_.counters.active.add();
}

Session::~Session() = default;

void Session::start_timer(TimerList& list) {
  list.start(*this, worker_.loop().now());
}

bool Session::watch_downstream() {
  if (watched_) return true;
  watched_ = worker_.loop().add(downstream_.fd.get(), kReading, *this, kDownstream);
  return watched_;
}

void Session::begin() {
  header_taken_ = !rules_->proxy_protocol;
  read_hello();
}

void Session::abort() {
  flags_.set(ResponseFlag::LocalReset);
  reset_on_close(downstream_.fd.get());
  close();
}

void Session::advance() {
  switch (phase_) {
    case Phase::Hello: return read_hello();
    case Phase::Accepting: return accept_tls();
    case Phase::InnerHello: return read_inner_hello();
    case Phase::Handshaking: return handshake_upstream();
    case Phase::Relaying: return pump();
    case Phase::Resolving:
    case Phase::Connecting:
    case Phase::Closed: return;
  }
}

void Session::on_event(std::uint32_t tag, std::uint32_t events) {
  if (phase_ == Phase::Closed) return;
  if (tag != kDownstream && phase_ == Phase::Connecting) return attempt_answers(tag, events);
  const bool failed = (events & (EPOLLERR | EPOLLHUP)) != 0;
  const bool readable = failed || (events & (EPOLLIN | EPOLLRDHUP)) != 0;
  const bool writable = failed || (events & EPOLLOUT) != 0;
  const bool ends = (events & (EPOLLRDHUP | EPOLLHUP)) != 0;
  if (tag == kDownstream) {
    if (readable) up_.readable();
    if (writable) down_.writable();
    if (ends) up_.source_ends();
    if (failed && (phase_ == Phase::Resolving || phase_ == Phase::Connecting)) {
      flags_.set(ResponseFlag::DownstreamReset);
      return close();
    }
  } else if (tag == upstream_tag_) {
    if (readable) down_.readable();
    if (writable) up_.writable();
    if (ends) down_.source_ends();
  } else if (events != 0) {
    return;  // of an attempt that another one has beaten
  }
  if ((events & EPOLLERR) != 0 && phase_ == Phase::Relaying) {
    // Who has ended may still break, and no read would tell.
    const bool told = tag == kDownstream ? !up_.ended() : !down_.ended();
    if (!told) {
      flags_.set(tag == kDownstream ? ResponseFlag::DownstreamReset : ResponseFlag::UpstreamReset);
      reset_on_close(tag == kDownstream ? upstream_.fd.get() : downstream_.fd.get());
      return close();
    }
  }
  advance();
}

void Session::on_timeout() {
  switch (phase_) {
    case Phase::Hello:
    case Phase::InnerHello:
      flags_.set(ResponseFlag::DurationTimeout);
      details_ = "hello_timeout";
      worker_.shared_.counters.hellos[static_cast<std::size_t>(HelloStatus::NeedMore)].add();
      break;
    case Phase::Accepting:
      flags_.set(ResponseFlag::DurationTimeout);
      details_ = "handshake_timeout";
      break;
    case Phase::Resolving:
      flags_.set(ResponseFlag::DnsFailed);
      failure_ = "no answer in time";
      break;
    case Phase::Connecting:
    case Phase::Handshaking:
      flags_.set(ResponseFlag::UpstreamFailed);
      flags_.set(ResponseFlag::UpstreamRetriesExceeded);
      failure_ = phase_ == Phase::Connecting ? "connection timeout" : "TLS handshake timeout";
      if (target().counters) target().counters->connect_failures.add();
      break;
    case Phase::Relaying: flags_.set(ResponseFlag::IdleTimeout); break;
    case Phase::Closed: return;
  }
  close();
}

// --- the client's first bytes

void Session::read_hello() {
  std::vector<char>& buffer = worker_.memory_.buffer();
  while (true) {
    const ssize_t got = ::recv(downstream_.fd.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) {
      if (!running()) start_timer(worker_.hello_timers_);
      if (!watch_downstream()) close();
      return;
    }
    if (got <= 0) {
      flags_.set(ResponseFlag::DownstreamReset);
      return close();
    }
    const std::span<const std::uint8_t> fresh(reinterpret_cast<const std::uint8_t*>(buffer.data()),
                                              static_cast<std::size_t>(got));
    if (pending_.empty() && header_taken_) {
      take_hello(fresh);
    } else {
      pending_.insert(pending_.end(), fresh.begin(), fresh.end());
      if (!header_taken_) take_proxy_header();
      if (phase_ == Phase::Hello && header_taken_ && !pending_.empty())
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
    flags_.set(ResponseFlag::DownstreamProtocolError);
    return close();
  }
  header_taken_ = true;
  if (header.source) remote_ = *header.source;
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(header.size));
}

void Session::take_hello(std::span<const std::uint8_t> bytes) {
  const HelloResult result = read_client_hello(bytes);
  if (phase_ == Phase::Hello || result.status != HelloStatus::NeedMore)
    pending_.assign(bytes.begin(), bytes.end());
  if (result.status == HelloStatus::NeedMore) {
    if (!running()) start_timer(worker_.hello_timers_);
    return;
  }
  Counters& counters = worker_.shared_.counters;
  counters.hellos[static_cast<std::size_t>(result.status)].add();
  stop();
  if (result.status != HelloStatus::Complete) {
    flags_.set(ResponseFlag::DownstreamProtocolError);
    details_ = to_string(result.status);
    counters.refused.add();
    return close();
  }
  if (result.hello.server_name.empty()) counters.no_name.add();
  if (phase_ == Phase::Hello)
    choose_route(result.hello.server_name);
  else
    take_inner_name(result.hello.server_name);
}

void Session::choose_route(std::string_view sent_name) {
  name_ = sent_name;
  const std::string name = to_lower(sent_name);
  if (refusal_of(name).empty()) route_ = rules_->routes.find(name);
  if (route_ == nullptr) route_ = rules_->routes.of_any();
  if (route_ == nullptr) return refuse(ResponseFlag::NoRoute, "filter_chain_not_found");
  enter(*route_);
}

void Session::enter(const Route& route) {
  if (route.termination == nullptr) return resolve();
  downstream_.tls = std::make_unique<TlsConnection>(route.termination->tls, pending_);
  std::vector<std::uint8_t>().swap(pending_);
  phase_ = Phase::Accepting;
  start_timer(worker_.handshake_timers_);
  if (!watch_downstream()) return close();
  worker_.loop().change(downstream_.fd.get(), kBoth, *this, kDownstream);
  downstream_writing_watched_ = true;
  accept_tls();
}

void Session::accept_tls() {
  const TlsResult result = downstream_.tls->handshake(downstream_.fd.get());
  Counters& counters = worker_.shared_.counters;
  if (result == TlsResult::WantRead || result == TlsResult::WantWrite) return;
  if (result == TlsResult::Failed || result == TlsResult::Ended) {
    counters.handshake_failures.add();
    flags_.set(ResponseFlag::DownstreamProtocolError);
    details_ = "downstream_tls_handshake_failed";
    failure_ = downstream_.tls->problem();
    return close();
  }
  counters.handshakes.add();
  if (downstream_.tls->resumed()) counters.handshakes_resumed.add();
  stop();
  if (route_->termination->inside == nullptr && !route_->termination->same_name) return resolve();
  phase_ = Phase::InnerHello;
  start_timer(worker_.hello_timers_);
  read_inner_hello();
}

void Session::read_inner_hello() {
  std::vector<char>& buffer = worker_.memory_.buffer();
  while (phase_ == Phase::InnerHello) {
    std::size_t got = 0;
    const TlsResult result = downstream_.tls->read(downstream_.fd.get(), buffer, got);
    if (got > 0) {
      pending_.insert(pending_.end(), buffer.data(), buffer.data() + got);
      take_hello(std::vector<std::uint8_t>(pending_));
      if (phase_ != Phase::InnerHello) return;
    }
    if (result == TlsResult::WantRead || result == TlsResult::WantWrite) return;
    if (result != TlsResult::Done) {
      flags_.set(ResponseFlag::DownstreamReset);
      return close();
    }
  }
}

void Session::take_inner_name(std::string_view sent_name) {
  inner_name_ = sent_name;
  const std::string name = to_lower(sent_name);
  const Termination& termination = *route_->termination;
  const bool allowed =
      refusal_of(name).empty() && (!termination.same_name || name == to_lower(name_));
  if (allowed && termination.inside != nullptr) inner_route_ = termination.inside->find(name);
  if (!allowed || (termination.inside != nullptr && inner_route_ == nullptr))
    return refuse(ResponseFlag::NoRoute, "filter_chain_not_found");
  resolve();
}

// A client of TLS is told; see RFC 6066 3.
void Session::refuse(ResponseFlag flag, std::string_view details) {
  flags_.set(flag);
  details_ = details;
  worker_.shared_.counters.refused.add();
  if (downstream_.tls != nullptr) {
    static_cast<void>(downstream_.tls->write(downstream_.fd.get(), kUnrecognizedName));
    static_cast<void>(downstream_.tls->finish(downstream_.fd.get()));
  } else {
    ::send(downstream_.fd.get(), kUnrecognizedName.data(), kUnrecognizedName.size(), MSG_NOSIGNAL);
  }
  close();
}

// --- the way on

void Session::resolve() {
  phase_ = Phase::Resolving;
  if (!watch_downstream()) return close();
  start_timer(worker_.connect_timers_);
  const Route& route = target();
  if (route.host.starts_with("unix:")) {
    dialing_ = std::make_unique<Dialing>(*this);
    dialing_->addresses = {{{}, 0, route.host.substr(5)}};
    phase_ = Phase::Connecting;
    return dial_next();
  }
  const std::string host =
      route.host.empty() ? to_lower(inner_name_.empty() ? name_ : inner_name_) : route.host;
  if (const auto ip = IpAddress::parse(host)) return on_resolved(Resolution::Found, {*ip});
  worker_.resolver_->resolve(host, *this);
}

void Session::on_resolved(Resolution resolution, const std::vector<IpAddress>& addresses) {
  Shared& shared = worker_.shared_;
  const Route& route = target();
  if (resolution != Resolution::Found) {
    shared.counters.dns_failed.add();
    flags_.set(ResponseFlag::DnsFailed);
    failure_ = to_string(resolution);
    return close();
  }
  shared.counters.dns_found.add();
  dialing_ = std::make_unique<Dialing>(*this);
  for (const IpAddress& ip : addresses) {
    if (!route.internal_allowed && !may_dial(ip, shared.allowed)) continue;
    const SocketAddress address{ip, route.port, {}};
    if (std::find(shared.own.begin(), shared.own.end(), address) != shared.own.end()) continue;
    if (dialing_->addresses.size() < kMostAttempts) dialing_->addresses.push_back(address);
  }
  if (dialing_->addresses.empty()) {
    shared.counters.denied_addresses.add();
    failure_ = "address not allowed";
    return refuse(ResponseFlag::DeniedAddress, "address_not_allowed");
  }
  phase_ = Phase::Connecting;
  dial_next();
}

void Session::dial_next() {
  Dialing& dialing = *dialing_;
  dialing.start = worker_.loop().now();
  while (dialing.next < dialing.addresses.size()) {
    UniqueFd fd = dial(dialing.addresses[dialing.next++]);
    const int error = errno;
    dialing.attempts.push_back(std::move(fd));
    const UniqueFd& attempt = dialing.attempts.back();
    const auto tag = static_cast<std::uint32_t>(dialing.attempts.size());
    const bool at_once = attempt.valid() && is_connected(attempt.get());
    if (!attempt.valid() ||
        !worker_.loop().add(attempt.get(), at_once && target().tls == nullptr ? kReading : kBoth,
                            *this, tag)) {
      if (error == EMFILE || error == ENFILE) worker_.shared_.counters.out_of_descriptors.add();
      dialing.error = error;
      dialing.attempts.back().reset();
      continue;
    }
    upstream_writing_watched_ = !at_once || target().tls != nullptr;
    if (at_once) return connected(tag);
    if (dialing.next < dialing.addresses.size())
      worker_.attempt_timers_.start(dialing, worker_.loop().now());
    return;
  }
  const bool waiting = std::any_of(dialing.attempts.begin(), dialing.attempts.end(),
                                   [](const UniqueFd& fd) { return fd.valid(); });
  if (!waiting) connect_failed(dialing.error);
}

void Session::attempt_answers(std::uint32_t attempt, std::uint32_t events) {
  UniqueFd& fd = dialing_->attempts[attempt - 1];
  if (!fd.valid()) return;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    if (const int error = socket_error(fd.get()); error != 0) {
      dialing_->error = error;
      fd.reset();
      return dial_next();
    }
  }
  if ((events & EPOLLOUT) == 0) return;
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP)) != 0) down_.readable();
  if ((events & (EPOLLRDHUP | EPOLLHUP)) != 0) down_.source_ends();
  connected(attempt);
}

void Session::connect_failed(int error) {
  flags_.set(ResponseFlag::UpstreamFailed);
  flags_.set(ResponseFlag::UpstreamRetriesExceeded);
  // Envoy's words for what the socket said.
  failure_ =
      fmt::format("delayed_connect_error: {}", error == 0 ? "unknown" : std::strerror(error));
  upstream_address_ = dialing_->addresses.back();
  target().counters->connect_failures.add();
  close();
}

void Session::connected(std::uint32_t attempt) {
  dialing_->stop();
  upstream_.fd = std::move(dialing_->attempts[attempt - 1]);
  upstream_tag_ = static_cast<std::uint8_t>(attempt);
  upstream_address_ = dialing_->addresses[attempt - 1];
  const std::chrono::duration<double> took = worker_.loop().now() - dialing_->start;
  worker_.shared_.counters.connect_time.observe(took.count());
  dialing_.reset();
  ClusterCounters& counters = *target().counters;
  counters.total.add();
  counters.active.add();
  counted_upstream_ = true;
  up_.writable();
  if (rules_->proxy_protocol_out != ProxyProtocol::Off) {
    const auto write =
        rules_->proxy_protocol_out == ProxyProtocol::V1 ? proxy_header_v1 : proxy_header_v2;
    const std::string header = write(remote_, local_address(downstream_.fd.get()));
    // The first bytes of a fresh connection: its buffer takes them.
    ::send(upstream_.fd.get(), header.data(), header.size(), MSG_NOSIGNAL);
  }
  if (target().tls == nullptr) return relay();
  upstream_.tls = std::make_unique<TlsConnection>(target().tls, std::span<const std::uint8_t>());
  phase_ = Phase::Handshaking;
  start_timer(worker_.handshake_timers_);
  handshake_upstream();
}

void Session::handshake_upstream() {
  const TlsResult result = upstream_.tls->handshake(upstream_.fd.get());
  Counters& counters = worker_.shared_.counters;
  if (result == TlsResult::WantRead || result == TlsResult::WantWrite) return;
  if (result != TlsResult::Done) {
    counters.handshake_failures.add();
    target().counters->connect_failures.add();
    flags_.set(ResponseFlag::UpstreamFailed);
    flags_.set(ResponseFlag::UpstreamRetriesExceeded);
    failure_ = upstream_.tls->problem();
    return close();
  }
  counters.handshakes.add();
  if (upstream_.tls->resumed()) counters.handshakes_resumed.add();
  down_.readable();  // what came with the handshake's end tells of itself no more
  relay();
}

// --- both ways

void Session::relay() {
  phase_ = Phase::Relaying;
  up_.preload(reinterpret_cast<const char*>(pending_.data()), pending_.size());
  std::vector<std::uint8_t>().swap(pending_);
  down_.writable();
  if (downstream_.tls != nullptr) up_.readable();
  pump();
}

void Session::pump() {
  const StreamState up = up_.move(downstream_, upstream_, worker_.memory_);
  if (up == StreamState::Broken) return broken(up_, downstream_, upstream_, true);
  const StreamState down = down_.move(upstream_, downstream_, worker_.memory_);
  if (down == StreamState::Broken) return broken(down_, upstream_, downstream_, false);
  if (up == StreamState::Ended && down == StreamState::Ended) return close();
  if (up == StreamState::Ended && !std::exchange(end_passed_up_, true))
    Stream::pass_on_end(upstream_);
  if (down == StreamState::Ended && !std::exchange(end_passed_down_, true))
    Stream::pass_on_end(downstream_);
  watch_writing(up_, upstream_, upstream_tag_, upstream_writing_watched_);
  watch_writing(down_, downstream_, kDownstream, downstream_writing_watched_);
  start_timer(worker_.idle_timers_);
  if (up == StreamState::Busy || down == StreamState::Busy) worker_.loop().again(*this);
}

// Most connections never wait to write, and save a wakeup by not asking for it.
void Session::watch_writing(const Stream& stream, const Peer& sink, std::uint32_t tag,
                            bool& watched) {
  if (watched || !stream.sink_is_full()) return;
  watched = true;
  worker_.loop().change(sink.fd.get(), kBoth, *this, tag);
}

void Session::broken(const Stream& stream, const Peer& source, const Peer& sink, bool upwards) {
  const bool downstream_failed = stream.source_failed() == upwards;
  flags_.set(downstream_failed ? ResponseFlag::DownstreamReset : ResponseFlag::UpstreamReset);
  const Peer& failed = stream.source_failed() ? source : sink;
  if (!downstream_failed)
    failure_ = failed.tls != nullptr && stream.error() == 0 ? failed.tls->problem()
                                                            : std::strerror(stream.error());
  reset_on_close(downstream_failed ? upstream_.fd.get() : downstream_.fd.get());
  close();
}

// --- the end

void Session::close() {
  phase_ = Phase::Closed;
  stop();
  cancel();
  Shared& shared = worker_.shared_;
  up_.release(worker_.memory_);
  down_.release(worker_.memory_);
  if (counted_upstream_) {
    ClusterCounters& cluster = *target().counters;
    cluster.active.subtract();
    cluster.bytes_sent.add(up_.bytes());
    cluster.bytes_received.add(down_.bytes());
  }
  Counters& counters = shared.counters;
  counters.active.subtract();
  counters.bytes_received.add(up_.bytes());
  counters.bytes_sent.add(down_.bytes());
  if (flags_.none()) counters.closed_normally.add();
  for (std::size_t i = 0; i < counters.flags.size(); ++i)
    if (flags_.has(static_cast<ResponseFlag>(1U << i))) counters.flags[i].add();
  const std::chrono::duration<double> lasted = worker_.loop().now() - start_;
  counters.connection_time.observe(lasted.count());
  if (shared.log != nullptr && shared.logging.load(std::memory_order_relaxed)) log();
  dialing_.reset();
  upstream_.tls.reset();
  downstream_.tls.reset();
  upstream_.fd.reset();
  downstream_.fd.reset();
  (previous_ != nullptr ? previous_->next_ : worker_.first_) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  worker_.loop().retire(this);
}

void Session::log() {
  using std::chrono::system_clock;
  ConnectionRecord record;
  record.id = id_;
  record.duration = worker_.loop().now() - start_;
  record.start =
      system_clock::now() - std::chrono::duration_cast<system_clock::duration>(record.duration);
  record.received = up_.bytes();
  record.sent = down_.bytes();
  record.flags = flags_;
  record.code_details = details_;
  record.termination_details = termination_;
  record.upstream_failure = failure_;
  const Route* route = inner_route_ != nullptr ? inner_route_ : route_;
  if (route != nullptr) record.upstream_cluster = route->cluster;
  if (upstream_address_ != SocketAddress()) record.upstream_host = upstream_address_.to_string();
  if (upstream_.fd.valid())
    record.upstream_local_address = local_address(upstream_.fd.get()).to_string();
  record.downstream_local_address =
      (rules_->transparent ? original_destination(downstream_.fd.get())
                           : local_address(downstream_.fd.get()))
          .to_string();
  record.downstream_remote_address = remote_.to_string();
  if (downstream_.tls != nullptr) record.peer_uri = downstream_.tls->peer_name();

  const bool two_lines = route_ != nullptr && route_->termination != nullptr &&
                         !route_->termination->listener.empty() && !inner_name_.empty();
  if (!two_lines) {
    record.server_name = name_;
    return worker_.add_line(record);
  }
  // As Envoy logs a connection that its gateway sends through an internal listener.
  ConnectionRecord inner = record;
  const std::string listener = internal_listener(route_->termination->listener);
  inner.downstream_local_address = listener;
  inner.downstream_remote_address = kInternalClient;
  inner.server_name = inner_name_;
  inner.peer_uri.clear();
  if (inner_route_ == nullptr && route_->termination->inside != nullptr)
    inner.upstream_cluster.clear();
  worker_.add_line(inner);
  record.server_name = name_;
  record.upstream_host = listener;
  record.upstream_cluster = route_->cluster;
  record.upstream_local_address = kInternalClient;
  record.code_details.clear();
  record.upstream_failure.clear();
  if (!flags_.none() && !flags_.has(ResponseFlag::DownstreamReset) &&
      !flags_.has(ResponseFlag::IdleTimeout)) {
    record.flags = {};
    record.flags.set(ResponseFlag::UpstreamRemoteReset);
  }
  worker_.add_line(record);
}

}  // namespace egressctl::forward
