#include "lib/forward/io/resolver.h"

#include <netinet/in.h>
#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include <ares.h>
#include <fmt/format.h>

#include "lib/base/text.h"

namespace egressctl::forward {
namespace {

// How often c-ares looks after its timeouts while it waits for servers.
constexpr std::chrono::milliseconds kTick{50};
constexpr int kTries = 3;

// One of each family in turn, those of IPv6 first.
std::vector<IpAddress> in_order(std::vector<IpAddress> addresses) {
  std::vector<IpAddress> v4;
  std::vector<IpAddress> v6;
  for (const IpAddress& address : addresses) {
    std::vector<IpAddress>& family = address.is_v4() ? v4 : v6;
    if (std::find(family.begin(), family.end(), address) == family.end()) family.push_back(address);
  }
  addresses.clear();
  for (std::size_t i = 0; i < std::max(v4.size(), v6.size()); ++i) {
    if (i < v6.size()) addresses.push_back(v6[i]);
    if (i < v4.size()) addresses.push_back(v4[i]);
  }
  return addresses;
}

bool no_such_name(int status) {
  return status == ARES_ENOTFOUND || status == ARES_ENODATA || status == ARES_EBADNAME ||
         status == ARES_ENONAME;
}

// c-ares wants its library set up once a process.
void set_up_once() {
  static const int kStatus = ares_library_init(ARES_LIB_INIT_ALL);
  static_cast<void>(kStatus);
}

}  // namespace

std::string_view to_string(Resolution resolution) {
  switch (resolution) {
    case Resolution::Found: return "found";
    case Resolution::NoSuchName: return "no such name";
    case Resolution::Failed: break;
  }
  return "no answer";
}

void Resolver::Waiter::cancel() {
  if (queue_ == nullptr) return;
  queue_->erase(std::remove(queue_->begin(), queue_->end(), this), queue_->end());
  queue_ = nullptr;
}

// What goes out for one name, and who waits for it. c-ares' callback has it as its argument.
struct Resolver::Query {
  Resolver* resolver = nullptr;
  std::string name;
  std::vector<Waiter*> waiters;  // none: the name is in use, and its answer about to end
  Clock::time_point used;        // then: when it was asked for last
};

class Resolver::SocketHandler : public EventHandler {
 public:
  SocketHandler(Resolver& resolver, int fd) : resolver_(&resolver), fd_(fd) {}

  void on_event(std::uint32_t, std::uint32_t events) override {
    if (resolver_ == nullptr) return;
    const bool failed = (events & (EPOLLERR | EPOLLHUP)) != 0;
    resolver_->process(failed || (events & EPOLLIN) != 0 ? fd_ : ARES_SOCKET_BAD,
                       (events & EPOLLOUT) != 0 ? fd_ : ARES_SOCKET_BAD);
  }

  void forget() { resolver_ = nullptr; }

 private:
  Resolver* resolver_;
  int fd_;
};

class Resolver::Ticker : public Timer {
 public:
  explicit Ticker(Resolver& resolver) : resolver_(resolver) {}
  void on_timeout() override { resolver_.tick(); }

 private:
  Resolver& resolver_;
};

class Resolver::Refresher : public Timer {
 public:
  explicit Refresher(Resolver& resolver) : resolver_(resolver) {}
  void on_timeout() override { resolver_.refresh(); }

 private:
  Resolver& resolver_;
};

Result<std::unique_ptr<Resolver>> Resolver::make(EventLoop& loop, ResolverSettings settings,
                                                 ResolverCounters& counters) {
  set_up_once();
  std::unique_ptr<Resolver> out(new Resolver(loop, std::move(settings), counters));
  ares_options options{};
  // Each try waits twice as long as the one before: 1 + 2 + 4.
  constexpr int kShares = (1 << kTries) - 1;
  options.timeout = std::max(static_cast<int>(out->settings_.timeout.count()) / kShares, 1);
  options.flags = ARES_FLAG_NOSEARCH;
  options.tries = kTries;
  options.sock_state_cb_data = out.get();
  options.sock_state_cb = [](void* resolver, ares_socket_t fd, int readable, int writable) {
    static_cast<Resolver*>(resolver)->socket_changed(fd, readable != 0 || writable != 0);
  };
  const int status = ares_init_options(
      &out->channel_, &options,
      ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
  if (status != ARES_SUCCESS)
    return fail(ErrorCode::Io, fmt::format("can't look up names: {}", ares_strerror(status)));
  if (!out->settings_.servers.empty()) {
    const std::string servers = join(out->settings_.servers, ",");
    if (ares_set_servers_ports_csv(out->channel_, servers.c_str()) != ARES_SUCCESS)
      return fail(ErrorCode::Usage,
                  fmt::format("\"{}\" is no list of DNS servers: expected IP or IP:PORT", servers));
  }
  return out;
}

Resolver::Resolver(EventLoop& loop, ResolverSettings settings, ResolverCounters& counters)
    : loop_(loop),
      settings_(std::move(settings)),
      ticks_(kTick),
      ticker_(std::make_unique<Ticker>(*this)),
      looks_(settings_.look),
      refresher_(std::make_unique<Refresher>(*this)),
      counters_(counters) {
  loop_.watch(ticks_);
  loop_.watch(looks_);
}

Resolver::~Resolver() {
  for (auto& [name, query] : queries_)
    while (!query->waiters.empty()) query->waiters.back()->cancel();
  if (channel_ != nullptr) ares_destroy(channel_);  // ends all queries
  for (auto& [fd, handler] : sockets_) delete handler;
  loop_.forget(ticks_);
  loop_.forget(looks_);
}

void Resolver::resolve(const std::string& name, Waiter& waiter) {
  if (const auto given = settings_.hosts.find(name); given != settings_.hosts.end()) {
    waiter.on_resolved(Resolution::Found, in_order(given->second));
    return;
  }
  if (const auto known = answers_.find(name);
      known != answers_.end() && known->second.until > loop_.now()) {
    counters_.cached.add();
    known->second.used = loop_.now();
    // A copy: the waiter may ask again, and what is kept may then go.
    const std::vector<IpAddress> addresses = known->second.addresses;
    waiter.on_resolved(known->second.resolution, addresses);
    return;
  }
  const auto [place, is_new] = queries_.try_emplace(name);
  if (!is_new) {
    counters_.joined.add();
    place->second->waiters.push_back(&waiter);
    waiter.queue_ = &place->second->waiters;
    return;
  }
  auto query = std::make_unique<Query>();
  query->resolver = this;
  query->name = name;
  query->waiters.push_back(&waiter);
  waiter.queue_ = &query->waiters;
  ask(name, std::move(query));
}

void Resolver::ask(const std::string& name, std::unique_ptr<Query> query) {
  Query* asked = query.get();
  queries_[name] = std::move(query);
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = ARES_AI_NOSORT;
  ares_getaddrinfo(
      channel_, name.c_str(), nullptr, &hints,
      [](void* argument, int status, int, ares_addrinfo* result) {
        const auto* answered = static_cast<Query*>(argument);
        if (status != ARES_EDESTRUCTION)
          answered->resolver->take(std::string(answered->name), status, result);
        ares_freeaddrinfo(result);
      },
      asked);
  if (!queries_.empty() && !ticker_->running()) ticks_.start(*ticker_, loop_.now());
}

void Resolver::take(const std::string& name, int status, const ares_addrinfo* result) {
  const auto place = queries_.find(name);
  const std::unique_ptr<Query> query = std::move(place->second);
  queries_.erase(place);
  Answer answer;
  answer.used = query->waiters.empty() ? query->used : loop_.now();
  std::chrono::milliseconds time = settings_.failure;
  if (status == ARES_SUCCESS && result != nullptr && result->nodes != nullptr) {
    answer.resolution = Resolution::Found;
    time = settings_.longest;
    for (const ares_addrinfo_node* node = result->nodes; node != nullptr; node = node->ai_next) {
      answer.addresses.push_back(IpAddress::of(node->ai_addr));
      // c-ares gives 0 for what it has from the hosts file; it costs little to ask again.
      time = std::min<std::chrono::milliseconds>(time, std::chrono::seconds(node->ai_ttl));
    }
    time = std::max<std::chrono::milliseconds>(time, settings_.shortest);
    answer.addresses = in_order(std::move(answer.addresses));
    counters_.found.add();
  } else {
    answer.resolution = no_such_name(status) ? Resolution::NoSuchName : Resolution::Failed;
    (no_such_name(status) ? counters_.no_such_name : counters_.failed).add();
  }
  answer.until = loop_.now() + time;
  // When it was asked for again, what is known stays to its end where DNS is silent.
  if (query->waiters.empty() && answer.resolution == Resolution::Failed) return;
  keep(name, answer);
  // One at a time: each may make others leave.
  while (!query->waiters.empty()) {
    Waiter& waiter = *query->waiters.back();
    waiter.cancel();
    waiter.on_resolved(answer.resolution, answer.addresses);
  }
}

void Resolver::keep(const std::string& name, const Answer& answer) {
  if (answers_.size() >= settings_.most_names)
    std::erase_if(answers_, [&](const auto& entry) { return entry.second.until <= loop_.now(); });
  if (answers_.size() >= settings_.most_names) answers_.clear();
  answers_[name] = answer;
  if (!refresher_->running()) looks_.start(*refresher_, loop_.now());
}

// Asks again for what is in use and about to end, and forgets what has ended.
void Resolver::refresh() {
  const Clock::time_point now = loop_.now();
  std::vector<std::pair<std::string, Clock::time_point>> ending;
  std::erase_if(answers_, [&](const auto& entry) {
    const Answer& answer = entry.second;
    const bool in_use =
        answer.resolution == Resolution::Found && answer.used + settings_.in_use > now;
    if (in_use && answer.until <= now + 2 * settings_.look)
      ending.emplace_back(entry.first, answer.used);
    return answer.until <= now;
  });
  for (const auto& [name, used] : ending) {
    if (!queries_.try_emplace(name).second) continue;
    auto query = std::make_unique<Query>();
    query->resolver = this;
    query->name = name;
    query->used = used;
    ask(name, std::move(query));
  }
  if (!answers_.empty()) looks_.start(*refresher_, now);
}

void Resolver::process(int readable, int writable) {
  ares_process_fd(channel_, readable, writable);
}

void Resolver::socket_changed(int fd, bool wanted) {
  const auto known = sockets_.find(fd);
  if (!wanted) {
    if (known == sockets_.end()) return;
    loop_.remove(fd);
    known->second->forget();
    loop_.retire(known->second);
    sockets_.erase(known);
  } else if (known == sockets_.end()) {
    auto* handler = new SocketHandler(*this, fd);
    sockets_[fd] = handler;
    static_cast<void>(loop_.add(fd, EPOLLIN | EPOLLOUT | EPOLLET, *handler));
  }
}

void Resolver::tick() {
  process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  if (!queries_.empty()) ticks_.start(*ticker_, loop_.now());
}

}  // namespace egressctl::forward
