#include "lib/forward/worker.h"

#include <sys/epoll.h>

#include <cerrno>
#include <utility>

#include "lib/forward/session.h"

namespace egressctl::forward {
namespace {

// Accepted in one go before the connections that are going on get their turn.
constexpr int kAcceptsATurn = 64;
// The most that the system keeps for a listener; see listen_on().
constexpr int kAcceptsAtEnd = 4096;
// RFC 8305 5: Connection Attempt Delay.
constexpr std::chrono::milliseconds kNextAttempt{250};
// How long a listener rests when descriptors have run out.
constexpr std::chrono::milliseconds kPause{100};

}  // namespace

// A socket that listens. Level-triggered: what is not accepted now tells of itself again.
class Worker::Listener final : public EventHandler, public Timer {
 public:
  Listener(Worker& owner, UniqueFd socket, std::shared_ptr<const ListenerRules> rules)
      : worker_(owner), socket_(std::move(socket)), rules_(std::move(rules)) {}

  // Exclusive: of several workers that wait at one socket, one wakes up.
  [[nodiscard]] bool watch() {
    return worker_.loop_->add(socket_.get(), EPOLLIN | EPOLLEXCLUSIVE, *this);
  }

  void on_event(std::uint32_t, std::uint32_t) override {
    for (int i = 0; i < kAcceptsATurn && socket_.valid(); ++i)
      if (!accept_one()) return;
  }

  // After descriptors had run out.
  void on_timeout() override {
    if (socket_.valid() && !watch()) worker_.pause_timers_.start(*this, worker_.loop_->now());
  }

  void set_rules(std::shared_ptr<const ListenerRules> rules) { rules_ = std::move(rules); }
  [[nodiscard]] const std::string& name() const { return rules_->name; }

  // What has been connected already would be reset together with the socket.
  void stop_listening() {
    for (int i = 0; i < kAcceptsAtEnd && socket_.valid(); ++i)
      if (!accept_one()) break;
    stop();
    if (!socket_.valid()) return;
    socket_.reset();
    --worker_.shared_.open_listeners;
  }

 private:
  bool accept_one() {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    UniqueFd fd(::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size,
                          SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd.valid()) {
      worker_.accept(std::move(fd), SocketAddress::of(address, size), rules_);
      return true;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      // Trying on would spin: the connection waits in the system's queue.
      rules_->counters->out_of_descriptors.add();
      worker_.loop_->remove(socket_.get());
      worker_.pause_timers_.start(*this, worker_.loop_->now());
      return false;
    }
    return errno == EINTR || errno == ECONNABORTED;
  }

  Worker& worker_;
  UniqueFd socket_;
  std::shared_ptr<const ListenerRules> rules_;
};

// Ends listening after a while.
class Worker::Closing final : public Timer {
 public:
  Closing(Worker& worker, std::chrono::milliseconds grace) : worker_(worker), timers_(grace) {
    worker_.loop_->watch(timers_);
    timers_.start(*this, Clock::now());
  }
  ~Closing() override { worker_.loop_->forget(timers_); }

  void on_timeout() override { worker_.stop_listening(); }

 private:
  Worker& worker_;
  TimerList timers_;
};

Result<std::unique_ptr<Worker>> Worker::make(Shared& shared, const Timeouts& timeouts,
                                             ResolverSettings resolver) {
  auto loop = EventLoop::make();
  if (!loop) return tl::unexpected(loop.error());
  std::unique_ptr<Worker> out(new Worker(shared, timeouts, std::move(*loop)));
  auto made = Resolver::make(*out->loop_, std::move(resolver), shared.counters.dns);
  if (!made) return tl::unexpected(made.error());
  out->resolver_ = std::move(*made);
  return out;
}

Worker::Worker(Shared& shared, const Timeouts& timeouts, std::unique_ptr<EventLoop> loop)
    : shared_(shared),
      loop_(std::move(loop)),
      hello_timers_(timeouts.hello),
      connect_timers_(timeouts.connect),
      handshake_timers_(timeouts.handshake),
      idle_timers_(timeouts.idle),
      attempt_timers_(kNextAttempt),
      pause_timers_(kPause) {
  for (TimerList* list : {&hello_timers_, &connect_timers_, &handshake_timers_, &idle_timers_,
                          &attempt_timers_, &pause_timers_})
    loop_->watch(*list);
  loop_->at_end_of_round([this] { flush_lines(); });
}

Worker::~Worker() {
  close_all();
  flush_lines();
  for (Listener* listener : listeners_) delete listener;
}

bool Worker::listen(UniqueFd socket, std::shared_ptr<const ListenerRules> rules) {
  auto listener = std::make_unique<Listener>(*this, std::move(socket), std::move(rules));
  if (!listener->watch()) return false;
  listeners_.push_back(listener.release());
  ++shared_.open_listeners;
  return true;
}

void Worker::replace_rules(const std::shared_ptr<const ListenerRules>& rules) {
  for (Listener* listener : listeners_)
    if (listener->name() == rules->name) listener->set_rules(rules);
}

void Worker::set_timeouts(const Timeouts& timeouts) {
  hello_timers_.set_duration(timeouts.hello);
  connect_timers_.set_duration(timeouts.connect);
  handshake_timers_.set_duration(timeouts.handshake);
  idle_timers_.set_duration(timeouts.idle);
}

void Worker::stop_listening(std::chrono::milliseconds grace) {
  if (grace.count() > 0) {
    closing_ = std::make_unique<Closing>(*this, grace);
    return;
  }
  for (Listener* listener : listeners_) listener->stop_listening();
}

void Worker::close_all() {
  while (first_ != nullptr) first_->abort();
}

void Worker::accept(UniqueFd fd, const SocketAddress& remote,
                    const std::shared_ptr<const ListenerRules>& rules) {
  const std::size_t most = shared_.max_connections.load(std::memory_order_relaxed);
  if (shared_.counters.active.add() >= most && most > 0) {
    shared_.counters.active.subtract();
    return refuse(std::move(fd), remote, *rules);
  }
  auto* session = new Session(*this, std::move(fd), remote, rules);
  session->begin();
}

bool Worker::wants_records() const {
  return shared_.observer ||
         (shared_.log != nullptr && shared_.logging.load(std::memory_order_relaxed));
}

void Worker::refuse(UniqueFd fd, const SocketAddress& remote, const ListenerRules& rules) {
  rules.counters->overflow.add();
  rules.counters->count_flag(ResponseFlag::Overflow);
  if (wants_records()) {
    ConnectionRecord record;
    record.id = shared_.next_id.fetch_add(1, std::memory_order_relaxed);
    record.start = std::chrono::system_clock::now();
    record.flags.set(ResponseFlag::Overflow);
    record.code_details = "max_connections";
    record.downstream_close = CloseType::LocalReset;
    record.downstream_local_address = local_address(fd.get()).to_string();
    record.downstream_remote_address = remote.to_string();
    add_line(record);
  }
  const linger now{1, 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void Worker::add_line(const ConnectionRecord& record) {
  if (shared_.observer) shared_.observer(record);
  if (shared_.log != nullptr && shared_.logging.load(std::memory_order_relaxed))
    shared_.log_format.write(record, lines_);
}

void Worker::flush_lines() {
  if (lines_.empty()) return;
  shared_.log->write(lines_);
  lines_.clear();
}

}  // namespace egressctl::forward
