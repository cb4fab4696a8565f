#include "lib/forward/forwarder.h"

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <set>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>

#include "lib/base/host_name.h"
#include "lib/base/text.h"

namespace egressctl::forward {

namespace {

bool listens(int descriptor) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 && value != 0;
}

// Sockets of one name that were passed become a listener each, the second as "NAME#2".
Result<Config> with_passed_sockets(const Config& config) {
  Config out = config;
  out.listeners.clear();
  for (const ListenerConfig& listener : config.listeners) {
    if (listener.socket_name.empty()) {
      out.listeners.push_back(listener);
      continue;
    }
    int count = 0;
    for (const PassedSocket& socket : config.passed) {
      if (socket.name != listener.socket_name) continue;
      if (!listens(socket.descriptor))
        return fail(ErrorCode::Usage,
                    fmt::format("{}: what was passed is no socket that listens", listener.name));
      ListenerConfig& each = out.listeners.emplace_back(listener);
      each.inherited = socket.descriptor;
      if (++count > 1) each.name = fmt::format("{}#{}", listener.name, count);
    }
    if (count > 0) continue;
    std::vector<std::string> names;
    for (const PassedSocket& socket : config.passed) names.push_back(socket.name);
    return fail(ErrorCode::Usage,
                fmt::format("{}: no socket of that name was passed; {}", listener.name,
                            names.empty() ? "none was: is it started by its socket unit?"
                                          : "there are " + join(names, ", ")));
  }
  return out;
}

}  // namespace

// Turns what is told into what is used.
class Forwarder::Compiler {
 public:
  using CountersOf =
      std::function<std::shared_ptr<ClusterCounters>(const std::string&, const std::string&)>;

  explicit Compiler(CountersOf counters_of) : counters_of_(std::move(counters_of)) {}

  [[nodiscard]] Result<std::shared_ptr<const ListenerRules>> rules(
      const ListenerConfig& config, const std::vector<IpRange>& allowed,
      std::shared_ptr<ListenerCounters> counters) {
    auto out = std::make_shared<ListenerRules>();
    auto table = this->table(config.routes);
    if (!table) return tl::unexpected(at(config.name, table.error()));
    out->name = config.name;
    out->counters = std::move(counters);
    out->allowed = allowed;
    out->address = config.address;
    auto plain = this->table(config.plain);
    if (!plain) return tl::unexpected(at(config.name, plain.error()));
    out->routes = std::move(*table);
    out->plain = std::move(*plain);
    out->proxy_protocol = config.proxy_protocol;
    out->proxy_protocol_out = config.proxy_protocol_out;
    out->transparent = config.transparent;
    return std::shared_ptr<const ListenerRules>(std::move(out));
  }

 private:
  [[nodiscard]] static Error at(const std::string& what, Error error) {
    error.message = fmt::format("{}: {}", what, error.message);
    return error;
  }

  // Whether each of its ways is to a place, or is meant to be to any.
  [[nodiscard]] static bool leads_somewhere(const RouteConfig& config) {
    const auto ways = ways_of(config);
    return std::all_of(ways.begin(), ways.end(), [](const RouteConfig* way) {
      return !way->host.empty() || way->original_destination || way->any_name;
    });
  }

  // Names that end here may have the underscores of Istio's own ("outbound_.443_._.gateway").
  [[nodiscard]] static bool is_name(std::string name, bool ends_here) {
    if (ends_here) std::replace(name.begin(), name.end(), '_', 'x');
    return host_problem(name) == HostProblem::None;
  }

  [[nodiscard]] Result<RouteTable> table(const std::vector<RouteConfig>& configs) {
    std::vector<Route> routes;
    for (const RouteConfig& config : configs) {
      auto made = route(config);
      if (!made) return tl::unexpected(made.error());
      routes.push_back(std::move(*made));
    }
    return RouteTable(std::move(routes));
  }

  [[nodiscard]] Result<Route> route(const RouteConfig& config) {
    Route out;
    out.names = config.names;
    out.cluster =
        config.cluster.empty() && !config.names.empty() ? config.names.front() : config.cluster;
    out.host = config.host.starts_with("unix:") ? config.host : to_lower(config.host);
    out.port = config.port;
    // Who writes an address means it.
    out.internal_allowed = config.internal_allowed || IpAddress::parse(config.host).has_value();
    out.original_destination = config.original_destination;
    out.forwards_name = config.forwards_name;
    for (const std::string& name : config.names) {
      // Whoever forwards any name to wherever it leads runs an open proxy.
      const bool any = name == "*" && (config.termination || leads_somewhere(config));
      if (!any && !is_name(name, config.termination.has_value()))
        return fail(ErrorCode::Usage,
                    fmt::format("\"{}\" is no name that a client could ask for: expected a host as "
                                "in \"www.example.com\" or a wildcard as in \"*.example.com\"",
                                name));
    }
    if (config.tls) {
      auto tls = context(TlsRole::Client, *config.tls);
      if (!tls) return tl::unexpected(at(fmt::format("route to {}", out.cluster), tls.error()));
      out.tls = std::move(*tls);
    }
    if (config.termination) {
      auto made = termination(*config.termination);
      if (!made) return tl::unexpected(at(fmt::format("route {}", out.cluster), made.error()));
      out.termination = std::move(*made);
    }
    out.weight = config.weight;
    for (const RouteConfig& choice : config.choices) {
      auto made = route(choice);
      if (!made) return tl::unexpected(made.error());
      out.choices.push_back(std::move(*made));
    }
    if (out.choices.empty()) out.counters = counters_of_(out.cluster, address_of(out));
    return out;
  }

  // For people: where the route leads.
  [[nodiscard]] static std::string address_of(const Route& route) {
    if (route.original_destination) return "original_destination";
    if (route.host.starts_with("unix:")) return route.host;
    return fmt::format("{}:{}", route.host.empty() ? "*" : route.host, route.port);
  }

  [[nodiscard]] Result<std::shared_ptr<const Termination>> termination(
      const TerminationConfig& config) {
    auto out = std::make_shared<Termination>();
    auto tls = context(TlsRole::Server, config.tls);
    if (!tls) return tl::unexpected(tls.error());
    out->tls = std::move(*tls);
    out->same_name = config.same_name;
    out->listener = config.listener;
    if (config.look_inside) {
      auto inside = table(config.inside);
      if (!inside) return tl::unexpected(inside.error());
      out->inside = std::make_shared<const RouteTable>(std::move(*inside));
    }
    return std::shared_ptr<const Termination>(std::move(out));
  }

  // Routes mostly share their certificates: one context serves all that are told the same.
  [[nodiscard]] Result<std::shared_ptr<const TlsContext>> context(TlsRole role,
                                                                  const TlsConfig& config) {
    const std::string key = fmt::format(
        "{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", role == TlsRole::Server,
        config.files.certificates, config.files.key, config.files.authorities,
        config.given.certificates, config.given.authorities, join(config.peer_names, ","),
        join(config.alpn, ","), config.server_name, config.check_peer, config.resumption);
    if (const auto known = contexts_.find(key); known != contexts_.end()) return known->second;
    TlsSettings settings;
    settings.credentials = config.given;
    if (config.given.certificates.empty() && config.given.authorities.empty()) {
      auto read = read_credentials(config.files);
      if (!read) return tl::unexpected(read.error());
      settings.credentials = std::move(*read);
    }
    settings.paths = config.files;
    settings.peer_names = config.peer_names;
    settings.alpn = config.alpn;
    settings.server_name = config.server_name;
    settings.check_peer = config.check_peer;
    settings.resumption = config.resumption;
    auto made = TlsContext::make(role, std::move(settings));
    if (!made) return tl::unexpected(at(config.files.certificates, made.error()));
    contexts_[key] = *made;
    return *made;
  }

  CountersOf counters_of_;
  std::map<std::string, std::shared_ptr<const TlsContext>> contexts_;
};

Result<void> Forwarder::check_rules(const Config& config) {
  Compiler compiler(
      [](const std::string&, const std::string&) { return std::make_shared<ClusterCounters>(); });
  for (const ListenerConfig& listener : config.listeners)
    if (const auto rules = compiler.rules(listener, config.allowed, nullptr); !rules)
      return tl::unexpected(rules.error());
  return {};
}

Result<void> Forwarder::check(const Config& config) {
  if (auto usable = check_rules(config); !usable) return usable;
  std::set<std::string> addresses;
  for (const ListenerConfig& listener : config.listeners)
    if (listener.socket_name.empty() &&
        (listener.address.is_unix() || listener.address.port != 0) &&
        !addresses.insert(listener.address.to_string()).second)
      return fail(ErrorCode::Usage,
                  fmt::format("two listeners at {}", listener.address.to_string()));
  Shared unused;
  if (const auto worker = Worker::make(unused, config.timeouts, config.resolver); !worker)
    return tl::unexpected(worker.error());
  return config.access_log.empty() ? Result<void>() : LogSink::check(config.access_log);
}

std::shared_ptr<ListenerCounters> Forwarder::counters_of(const std::string& listener) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<ListenerCounters>& place = listener_counters_[listener];
  if (place == nullptr) place = std::make_shared<ListenerCounters>();
  return place;
}

std::shared_ptr<ClusterCounters> Forwarder::counters_of(const std::string& name,
                                                        const std::string& address) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<ClusterCounters>& place = clusters_[{name, address}];
  if (place == nullptr) {
    place = std::make_shared<ClusterCounters>();
    place->address = address;
  }
  return place;
}

Result<std::vector<std::shared_ptr<const ListenerRules>>> Forwarder::compile(const Config& config) {
  Compiler compiler([this](const std::string& name, const std::string& address) {
    return counters_of(name, address);
  });
  std::vector<std::shared_ptr<const ListenerRules>> out;
  for (const ListenerConfig& listener : config.listeners) {
    auto rules = compiler.rules(listener, config.allowed, counters_of(listener.name));
    if (!rules) return tl::unexpected(rules.error());
    out.push_back(std::move(*rules));
  }
  return out;
}

Result<std::unique_ptr<Forwarder>> Forwarder::start(const Config& given) {
  const auto with_sockets = with_passed_sockets(given);
  if (!with_sockets) return tl::unexpected(with_sockets.error());
  const Config& config = *with_sockets;
  std::unique_ptr<Forwarder> out(new Forwarder());
  Shared& shared = out->shared_;
  shared.max_connections = config.max_connections;
  shared.log_format = config.format;
  shared.observer = config.observer;
  auto rules = out->compile(config);
  if (!rules) return tl::unexpected(rules.error());
  out->rules_ = std::move(*rules);
  shared.counters.last_reload = out->started_.time_since_epoch();
  const std::size_t count = config.workers > 0
                                ? config.workers
                                : std::max<std::size_t>(1, std::thread::hardware_concurrency());
  for (std::size_t i = 0; i < count; ++i) {
    auto worker = Worker::make(shared, config.timeouts, config.resolver);
    if (!worker) return tl::unexpected(worker.error());
    out->workers_.push_back(std::move(*worker));
  }
  if (auto bound = out->bind(config); !bound) return tl::unexpected(bound.error());
  if (!config.access_log.empty()) {
    auto log = LogSink::open(config.access_log, config.on_log_failure);
    if (!log) return tl::unexpected(log.error());
    shared.log = std::move(*log);
  }
  out->started_with_ = config;
  for (const auto& worker : out->workers_)
    out->threads_.emplace_back([worker = worker.get()] { worker->run(); });
  return out;
}

Result<void> Forwarder::bind(const Config& config) {
  for (std::size_t i = 0; i < config.listeners.size(); ++i) {
    const ListenerConfig& listener = config.listeners[i];
    SocketAddress address = listener.address;
    // A unix socket, or one that somebody else has made, can't be opened once more: all workers
    // then wait at the same one.
    const bool shared = listener.inherited < 0 && !address.is_unix();
    UniqueFd first;
    for (const auto& worker : workers_) {
      UniqueFd socket;
      if (listener.inherited >= 0) {
        socket = UniqueFd(::fcntl(listener.inherited, F_DUPFD_CLOEXEC, 0));
        ::fcntl(socket.get(), F_SETFL, ::fcntl(socket.get(), F_GETFL) | O_NONBLOCK);
      } else if (!shared && first.valid()) {
        socket = UniqueFd(::fcntl(first.get(), F_DUPFD_CLOEXEC, 0));
      } else {
        auto made = listen_on(address, {.shared = shared,
                                        .first = !first.valid(),
                                        .transparent = listener.transparent,
                                        .speaks_first = rules_[i]->plain.of_any() == nullptr});
        if (!made) return tl::unexpected(made.error());
        socket = std::move(*made);
      }
      address = local_address(socket.get());  // the system has chosen the port
      if (!first.valid()) first = UniqueFd(::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0));
      if (!worker->listen(std::move(socket), rules_[i]))
        return fail(ErrorCode::Io, fmt::format("can't wait at {}", address.to_string()));
    }
    listeners_.push_back({listener.name, address, rules_[i]->counters});
    for (SocketAddress& own : addresses_of(address)) shared_.own.push_back(std::move(own));
  }
  return {};
}

Forwarder::~Forwarder() {
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    workers_[i]->loop().stop();
    threads_[i].join();
  }
  workers_.clear();  // before the log
}

std::vector<std::string> Forwarder::fixed_settings(const Config& config) const {
  std::vector<std::string> out;
  const Config& old = started_with_;
  for (std::size_t i = 0; i < old.listeners.size(); ++i) {
    if (!(config.listeners[i].address == old.listeners[i].address))
      out.push_back(fmt::format("the address of listener {}", old.listeners[i].name));
    if (config.listeners[i].transparent != old.listeners[i].transparent)
      out.push_back(fmt::format("whether listener {} is transparent", old.listeners[i].name));
  }
  if (config.workers != old.workers) out.emplace_back("the number of workers");
  if (config.resolver.servers != old.resolver.servers) out.emplace_back("the DNS servers");
  if (config.resolver.hosts != old.resolver.hosts) out.emplace_back("the addresses of hosts");
  if (config.resolver.longest != old.resolver.longest)
    out.emplace_back("how long DNS answers are kept");
  if (config.resolver.timeout != old.resolver.timeout)
    out.emplace_back("how long DNS is waited for (half the time to connect)");
  if (config.access_log != old.access_log) out.emplace_back("the file of the access log");
  if (!(config.format == old.format)) out.emplace_back("the format of the access log");
  return out;
}

Result<void> Forwarder::has_same_listeners(const Config& config) const {
  if (config.listeners.size() != listeners_.size())
    return fail(ErrorCode::Usage, "the listeners have changed: restart to use them");
  for (std::size_t i = 0; i < listeners_.size(); ++i)
    if (config.listeners[i].name != listeners_[i].name)
      return fail(ErrorCode::Usage,
                  fmt::format("listener {} is not there any more: restart to change listeners",
                              listeners_[i].name));
  return {};
}

Result<void> Forwarder::can_reload(const Config& given) const {
  const auto config = with_passed_sockets(given);
  if (!config) return tl::unexpected(config.error());
  if (auto same = has_same_listeners(*config); !same) return same;
  return check_rules(*config);
}

Result<std::vector<std::string>> Forwarder::reload(const Config& given) {
  const auto refuse = [&](const Error& error) {
    shared_.counters.reload_failures.add();
    return tl::unexpected(error);
  };
  const auto with_sockets = with_passed_sockets(given);
  if (!with_sockets) return refuse(with_sockets.error());
  const Config& config = *with_sockets;
  if (const auto same = has_same_listeners(config); !same) return refuse(same.error());
  auto rules = compile(config);
  if (!rules) return refuse(rules.error());
  {
    const std::lock_guard lock(mutex_);
    rules_ = *rules;
  }
  for (const auto& worker : workers_)
    for (const auto& each : *rules)
      worker->loop().post([worker = worker.get(), each] { worker->replace_rules(each); });
  for (const auto& worker : workers_)
    worker->loop().post(
        [worker = worker.get(), times = config.timeouts] { worker->set_timeouts(times); });
  shared_.max_connections = config.max_connections;
  shared_.counters.reloads.add();
  shared_.counters.last_reload = std::chrono::system_clock::now().time_since_epoch();
  return fixed_settings(config);
}

void Forwarder::drain(std::chrono::milliseconds grace) {
  state_ = ForwarderState::Draining;
  for (const auto& worker : workers_)
    worker->loop().post([worker = worker.get(), grace] { worker->stop_listening(grace); });
}

void Forwarder::when_all_answer(std::function<void()> alive) {
  const auto told = std::make_shared<std::function<void()>>(std::move(alive));
  const auto missing = std::make_shared<std::atomic<std::size_t>>(workers_.size());
  for (const auto& worker : workers_)
    worker->loop().post([told, missing] {
      if (missing->fetch_sub(1) == 1) (*told)();
    });
}

Clusters Forwarder::clusters() const {
  const std::lock_guard lock(mutex_);
  Clusters out;
  for (const auto& [place, counters] : clusters_) out[place.first].push_back(counters);
  return out;
}

std::vector<std::shared_ptr<const ListenerRules>> Forwarder::rules() const {
  const std::lock_guard lock(mutex_);
  return rules_;
}

}  // namespace egressctl::forward
