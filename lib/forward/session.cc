#include "lib/forward/session.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <chrono>
#include <utility>

#include "lib/base/text.h"
#include "lib/forward/io/proxy_protocol.h"

namespace egressctl::forward {
namespace {

// Envoy's answer where no upstream could be had.
constexpr std::string_view kServiceUnavailable = "503 Service Unavailable";

// What an event says of the stream that comes from its socket, and of the one that goes to it.
void note(std::uint32_t events, Peer& source, Stream& from, Stream& to) {
  const bool failed = (events & (EPOLLERR | EPOLLHUP)) != 0;
  if (failed || (events & (EPOLLIN | EPOLLRDHUP)) != 0) from.readable();
  if (failed || (events & EPOLLOUT) != 0) to.writable();
  if ((events & (EPOLLRDHUP | EPOLLHUP)) == 0) return;
  from.source_ends();
  if (source.tls != nullptr) source.tls->source_ends();
}

void reset_on_close(int fd) {
  const linger now{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace

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
  counters().total.add();
  counters().active.add();
}

Session::~Session() = default;

void Session::start_timer(TimerList& list) {
  list.start(*this, worker_.loop().now());
}

bool Session::watch_downstream() {
  if (watched_) return true;
  watched_ = worker_.loop().add(downstream_.fd.get(), kRead, *this, kDownstream);
  return watched_;
}

void Session::begin() {
  header_taken_ = !rules_->proxy_protocol;
  read_hello();
}

void Session::abort() {
  flags_.set(ResponseFlag::LocalReset);
  downstream_close_ = CloseType::LocalReset;
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
    case Phase::Dialling:
    case Phase::Closed: return;
  }
}

void Session::on_event(std::uint32_t tag, std::uint32_t events) {
  if (phase_ == Phase::Closed) return;
  if (tag != kDownstream && phase_ == Phase::Dialling) return dialer_->on_event(tag, events);
  if (tag == kDownstream) {
    note(events, downstream_, up_, down_);
    if ((events & (EPOLLERR | EPOLLHUP)) != 0 && phase_ == Phase::Dialling)
      return client_gone((events & EPOLLERR) != 0);
  } else if (tag == upstream_tag_) {
    note(events, upstream_, down_, up_);
  } else if (events != 0) {
    return;  // of an attempt that another one has beaten
  }
  if ((events & EPOLLERR) != 0 && phase_ == Phase::Relaying) {
    // Who has ended may still break, and no read would tell.
    const bool told = tag == kDownstream ? !up_.ended() : !down_.ended();
    if (!told) {
      pass_reset_on(tag == kDownstream);
      return close();
    }
  }
  advance();
}

void Session::on_timeout() {
  // Some servers speak first: Istio has Envoy go on when nothing came
  // (continue_on_listener_filters_timeout).
  if (phase_ == Phase::Hello && header_taken_ && pending_.empty() &&
      rules_->plain.of_any() != nullptr)
    return take_plain(HelloStatus::NotTls);
  switch (phase_) {
    case Phase::Hello:
    case Phase::InnerHello:
      details_ = "hello_timeout";
      counters().hellos[static_cast<std::size_t>(HelloStatus::NeedMore)].add();
      break;
    case Phase::Accepting:
      termination_ = "transport socket timeout was reached";
      local_reason_ = "transport_socket_timeout";
      counters().handshake_timeouts.add();
      break;
    case Phase::Dialling:
      if (!dialer_->connecting()) {
        flags_.set(ResponseFlag::NoHealthyUpstream);
        failure_ = "no answer in time";
        break;
      }
      upstream_address_ = dialer_->last_tried();
      upstream_failed("connection timeout");
      break;
    case Phase::Handshaking: upstream_failed("TLS handshake timeout"); break;
    case Phase::Relaying:
      local_reason_ = "tcp_session_idle_timeout";
      counters().idle_timeouts.add();
      break;
    case Phase::Closed: return;
  }
  close();
}

// --- the way on

// The name that the client wants to reach.
const std::string& Session::asked_name() const {
  if (!authority_.empty()) return authority_;
  return !inner_name_.empty() ? inner_name_ : name_;
}

// Where the client has connected to, as far as it is known.
SocketAddress Session::here() const {
  if (proxied_ != nullptr && proxied_->destination) return *proxied_->destination;
  return rules_->transparent ? original_destination(downstream_.fd.get())
                             : local_address(downstream_.fd.get());
}

void Session::dial() {
  phase_ = Phase::Dialling;
  if (!watch_downstream()) return close();
  start_timer(worker_.connect_timers_);
  taken_ = &target().taken(worker_.random());
  const Route& route = *taken_;
  dialer_ = std::make_unique<Dialer>(worker_, *this, *rules_, route);
  if (route.original_destination)
    return dialer_->start(local_address(downstream_.fd.get()),
                          original_destination(downstream_.fd.get()));
  dialer_->start(route.host.empty() ? to_lower(asked_name()) : route.host);
}

void Session::on_not_dialled(DialFailure why, const std::string& words, const SocketAddress& last) {
  failure_ = words;
  upstream_address_ = last;
  switch (why) {
    case DialFailure::Denied: return refuse(ResponseFlag::NoHealthyUpstream, "address_not_allowed");
    case DialFailure::NotResolved: flags_.set(ResponseFlag::NoHealthyUpstream); break;
    case DialFailure::Refused: upstream_failed(words); break;
    case DialFailure::OutOfDescriptors: flags_.set(ResponseFlag::Overflow); break;
  }
  close();
}

// There is no other address left.
void Session::upstream_failed(std::string words) {
  flags_.set(ResponseFlag::UpstreamFailed);
  flags_.set(ResponseFlag::UpstreamRetriesExceeded);
  target().counters->connect_failures.add();
  failure_ = std::move(words);
}

void Session::on_dialled(Dialled dialled) {
  dialer_.reset();
  upstream_.fd = std::move(dialled.fd);
  upstream_tag_ = static_cast<std::uint8_t>(dialled.tag);
  upstream_address_ = std::move(dialled.address);
  upstream_writing_watched_ = dialled.writing_watched;
  note(dialled.events, upstream_, down_, up_);
  const std::chrono::duration<double> took = dialled.took;
  worker_.shared_.counters.connect_time.observe(took.count());
  ClusterCounters& cluster = *target().counters;
  cluster.total.add();
  cluster.active.add();
  counted_upstream_ = true;
  up_.writable();
  if (rules_->proxy_protocol_out != ProxyProtocol::Off) send_proxy_header();
  if (target().tls == nullptr) return relay();
  upstream_.tls =
      std::make_unique<TlsConnection>(target().tls, std::span<const std::uint8_t>(),
                                      target().forwards_name ? to_lower(asked_name()) : "");
  if (down_.source_is_ending()) upstream_.tls->source_ends();
  phase_ = Phase::Handshaking;
  start_timer(worker_.handshake_timers_);
  handshake_upstream();
}

void Session::send_proxy_header() {
  const auto write =
      rules_->proxy_protocol_out == ProxyProtocol::V1 ? proxy_header_v1 : proxy_header_v2;
  const std::string header = write(remote_, here());
  // The first bytes of a fresh connection: its buffer takes them.
  ::send(upstream_.fd.get(), header.data(), header.size(), MSG_NOSIGNAL);
}

void Session::handshake_upstream() {
  const TlsResult result = upstream_.tls->handshake(upstream_.fd.get());
  TlsCounters& counters = target().counters->tls;
  if (result == TlsResult::WantWrite)
    watch_writing(upstream_, upstream_tag_, upstream_writing_watched_);
  if (result == TlsResult::WantRead || result == TlsResult::WantWrite) return;
  if (result != TlsResult::Done) {
    counters.failures.add();
    upstream_failed(upstream_.tls->problem());
    return close();
  }
  counters.handshakes.add();
  if (upstream_.tls->resumed()) counters.resumed.add();
  down_.readable();  // what came with the handshake's end tells of itself no more
  up_.flush_first();
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
  if (up_.sink_is_full()) watch_writing(upstream_, upstream_tag_, upstream_writing_watched_);
  if (down_.sink_is_full()) watch_writing(downstream_, kDownstream, downstream_writing_watched_);
  start_timer(worker_.idle_timers_);
  if (up == StreamState::Busy || down == StreamState::Busy) worker_.loop().again(*this);
}

// Most connections never wait to write, and save a wakeup by not asking for it.
void Session::watch_writing(const Peer& sink, std::uint32_t tag, bool& watched) {
  if (watched) return;
  watched = true;
  worker_.loop().change(sink.fd.get(), kReadAndWrite, *this, tag);
}

void Session::broken(const Stream& stream, const Peer& source, const Peer& sink, bool upwards) {
  const bool downstream_failed = stream.source_failed() == upwards;
  const Peer& failed = stream.source_failed() ? source : sink;
  const bool tls_broke =
      failed.tls != nullptr && failed.tls->problem().find(":SSL routines:") != std::string::npos;
  if (!tls_broke) {
    pass_reset_on(downstream_failed);
    return close();
  }
  // Envoy has no flag for it, and lets the other end take what came for all there is.
  (downstream_failed ? client_failure_ : failure_) = failed.tls->problem();
  (downstream_failed ? upstream_close_ : downstream_close_) = CloseType::LocalReset;
  reset_on_close(downstream_failed ? upstream_.fd.get() : downstream_.fd.get());
  close();
}

// The other end is to see that it has not got everything.
void Session::pass_reset_on(bool of_downstream) {
  (of_downstream ? downstream_close_ : upstream_close_) = CloseType::RemoteReset;
  (of_downstream ? upstream_close_ : downstream_close_) = CloseType::LocalReset;
  if (!of_downstream) flags_.set(ResponseFlag::UpstreamRemoteReset);
  reset_on_close(of_downstream ? upstream_.fd.get() : downstream_.fd.get());
}

// Before anything was reached.
void Session::client_gone(bool reset) {
  if (reset) downstream_close_ = CloseType::RemoteReset;
  close();
}

// --- the end

void Session::close() {
  const bool without_upstream = flags_.has(ResponseFlag::UpstreamFailed) ||
                                flags_.has(ResponseFlag::NoHealthyUpstream) ||
                                flags_.has(ResponseFlag::Overflow);
  if (without_upstream && details_.empty()) answer(kServiceUnavailable);
  phase_ = Phase::Closed;
  stop();
  up_.release(worker_.memory_);
  down_.release(worker_.memory_);
  if (counted_upstream_) {
    ClusterCounters& cluster = *target().counters;
    cluster.active.subtract();
    cluster.bytes_sent.add(up_.bytes());
    cluster.bytes_received.add(down_.bytes());
  }
  ListenerCounters& listener = counters();
  listener.active.subtract();
  worker_.shared_.counters.active.subtract();
  listener.bytes_received.add(up_.bytes());
  listener.bytes_sent.add(down_.bytes());
  if (flags_.none()) listener.closed_normally.add();
  for (std::size_t i = 0; i < listener.flags.size(); ++i)
    if (flags_.has(static_cast<ResponseFlag>(1U << i))) listener.flags[i].add();
  const std::chrono::duration<double> lasted = worker_.loop().now() - start_;
  listener.connection_time.observe(lasted.count());
  if (worker_.wants_records()) log();
  dialer_.reset();
  upstream_.tls.reset();
  downstream_.tls.reset();
  upstream_.fd.reset();
  downstream_.fd.reset();
  (previous_ != nullptr ? previous_->next_ : worker_.first_) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  worker_.loop().retire(this);
}

}  // namespace egressctl::forward
