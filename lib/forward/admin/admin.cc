#include "lib/forward/admin/admin.h"

#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <httplib.h>
#include <nlohmann/json.hpp>
#include <re2/re2.h>
#include <unistd.h>

#include "lib/forward/admin/certificates.h"
#include "lib/forward/admin/statistics.h"

namespace egressctl::forward {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kJson = "application/json";

struct Page {
  const char* path;
  bool changes;  // something: POST only
  const char* help;
};

constexpr Page kPages[] = {
    {"/certs", false, "certificates in use"},
    {"/clusters", false, "where connections go, and how many (?format=json)"},
    {"/config_dump", false, "listeners and routes in force, without keys"},
    {"/drain_listeners", true, "take no more connections (?graceful: after the drain time)"},
    {"/healthcheck/fail", true, "let /ready say 503"},
    {"/healthcheck/ok", true, "undo that"},
    {"/help", false, "this list"},
    {"/listeners", false, "where connections are accepted (?format=json)"},
    {"/logging", true, "what is logged (?level=info|warning|error|off, ?access_log=on|off)"},
    {"/metrics", false, "as /stats/prometheus"},
    {"/quitquitquit", true, "drain and end the process"},
    {"/ready", false, "LIVE, or DRAINING with 503"},
    {"/server_info", false, "version, state, uptime"},
    {"/stats", false, "all counters (?filter=REGEX, ?format=json|prometheus)"},
    {"/stats/prometheus", false, "the same for Prometheus"},
};

bool is_loopback(const IpAddress& ip) {
  return internal_kind(ip) == "loopback";
}

std::string_view state_word(const Forwarder& forwarder) {
  return forwarder.state() == ForwarderState::Live ? "LIVE" : "DRAINING";
}

// A page of another site must not reach an admin interface through its reader's browser, by a name
// that it has led to 127.0.0.1 (DNS rebinding): a Host that is a name is refused, but for
// localhost.
bool host_is_safe(const std::string& host) {
  if (host.empty()) return true;
  std::string name = host.substr(0, host.rfind(':'));
  if (host.ends_with(']') || IpAddress::parse(host)) name = host;
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  return name == "localhost" || IpAddress::parse(name).has_value();
}

// A browser says which page asks; programs say nothing.
bool is_of_another_site(const httplib::Request& request) {
  const std::string origin = request.get_header_value("Origin");
  const std::string site = request.get_header_value("Sec-Fetch-Site");
  return (!origin.empty() && origin != "http://" + request.get_header_value("Host")) ||
         site == "cross-site" || site == "same-site";
}

Json tls_json(const TlsContext& tls) {
  Json out;
  const TlsSettings& settings = tls.settings();
  if (!settings.server_name.empty()) out["sni"] = settings.server_name;
  out["alpn_protocols"] = settings.alpn;
  out["require_peer_certificate"] = settings.check_peer;
  out["match_subject_alt_names"] = settings.peer_names;
  return out;
}

Json route_json(const Route& route) {
  Json out;
  if (!route.names.empty()) out["server_names"] = route.names;
  out["cluster"] = route.cluster;
  if (route.termination != nullptr) {
    const Termination& termination = *route.termination;
    out["downstream_tls"] = tls_json(*termination.tls);
    if (termination.same_name) out["same_name_inside"] = true;
    if (!termination.listener.empty()) out["internal_listener"] = termination.listener;
    if (termination.inside != nullptr) {
      out["inside"] = Json::array();
      for (const Route& inner : termination.inside->routes())
        out["inside"].push_back(route_json(inner));
      return out;
    }
  }
  if (!route.choices.empty()) {
    out["choices"] = Json::array();
    for (const Route& choice : route.choices) {
      out["choices"].push_back(route_json(choice));
      out["choices"].back()["weight"] = choice.weight;
    }
    return out;
  }
  if (route.original_destination) {
    out["address"] = "where the client wanted to go";
  } else {
    out["address"] = route.host.empty() ? Json("the name asked for") : Json(route.host);
    out["port"] = route.port;
  }
  if (route.internal_allowed) out["internal_addresses_allowed"] = true;
  if (route.tls != nullptr) out["upstream_tls"] = tls_json(*route.tls);
  if (route.forwards_name) out["upstream_tls"]["sni"] = "the name asked for";
  return out;
}

Json config_json(const Forwarder& forwarder) {
  Json listeners = Json::array();
  const auto rules = forwarder.rules();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    Json listener;
    listener["name"] = rules[i]->name;
    listener["address"] = forwarder.listeners()[i].address.to_string();
    listener["routes"] = Json::array();
    for (const Route& route : rules[i]->routes.routes())
      listener["routes"].push_back(route_json(route));
    for (const Route& route : rules[i]->plain.routes())
      listener["plain_routes"].push_back(route_json(route));
    listeners.push_back(std::move(listener));
  }
  return {{"listeners", listeners}};
}

Json address_json(const SocketAddress& address) {
  if (address.is_unix()) return {{"pipe", {{"path", address.path}}}};
  return {{"socket_address", {{"address", address.ip.to_string()}, {"port_value", address.port}}}};
}

Json listeners_json(const Forwarder& forwarder) {
  Json out = Json::array();
  for (const ListenerStatus& listener : forwarder.listeners())
    out.push_back({{"name", listener.name}, {"local_address", address_json(listener.address)}});
  return {{"listener_statuses", out}};
}

std::string clusters_text(const Forwarder& forwarder) {
  std::string out;
  for (const auto& [cluster, addresses] : forwarder.clusters())
    for (const auto& counters : addresses) {
      const std::string start = fmt::format("{}::{}::", cluster, counters->address);
      out += fmt::format("{}cx_active::{}\n", start, counters->active.value());
      out += fmt::format("{}cx_connect_fail::{}\n", start, counters->connect_failures.value());
      out += fmt::format("{}cx_total::{}\n", start, counters->total.value());
    }
  return out;
}

Json clusters_json(const Forwarder& forwarder) {
  Json out = Json::array();
  for (const auto& [cluster, addresses] : forwarder.clusters()) {
    const auto stat = [](const char* name, const Counter& counter) {
      return Json{{"name", name}, {"value", std::to_string(counter.value())}};
    };
    Json hosts = Json::array();
    for (const auto& counters : addresses) {
      const Json stats = {stat("cx_total", counters->total), stat("cx_active", counters->active),
                          stat("cx_connect_fail", counters->connect_failures)};
      hosts.push_back({{"hostname", counters->address}, {"stats", stats}});
    }
    out.push_back({{"name", cluster}, {"host_statuses", std::move(hosts)}});
  }
  return {{"cluster_statuses", out}};
}

}  // namespace

struct Admin::State {
  State(Forwarder& forwarded, AdminSettings settings_given)
      : forwarder(forwarded), settings(std::move(settings_given)) {}

  [[nodiscard]] bool bind(const SocketAddress& wanted);
  void add_pages();
  void add(const char* path, const httplib::Server::Handler& handler);
  void stats(const httplib::Request& request, httplib::Response& response) const;
  void ready(httplib::Response& response) const;
  void logging(const httplib::Request& request, httplib::Response& response);
  [[nodiscard]] Json server_info() const;

  Forwarder& forwarder;
  AdminSettings settings;
  SocketAddress address;
  std::atomic<bool> healthy{true};
  httplib::Server server;
  std::thread thread;
};

void Admin::State::add(const char* path, const httplib::Server::Handler& handler) {
  const Page* page = nullptr;
  for (const Page& each : kPages)
    if (std::string_view(each.path) == path) page = &each;
  if (page == nullptr || !page->changes) {
    server.Get(path, handler);
    return;
  }
  // The body is left alone: one whose length nobody has said, as `curl -X POST` has it, would be
  // waited for.
  server.Post(path, [handler](const httplib::Request& request, httplib::Response& response,
                              const httplib::ContentReader&) { handler(request, response); });
}

// What a page does by a method that is not its own: nothing. Envoy has only POST change something.
bool refused(const httplib::Request& request, httplib::Response& response) {
  const auto refuse = [&](int status, const char* words) {
    response.status = status;
    response.set_content(words, kText);
    return true;
  };
  if (!host_is_safe(request.get_header_value("Host")))
    return refuse(403, "ask by address or as localhost\n");
  if (is_of_another_site(request)) return refuse(403, "asked by a page of another site\n");
  for (const Page& page : kPages) {
    if (request.path != page.path) continue;
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (page.changes ? request.method == "POST" : reads) return false;
    response.set_header("Allow", page.changes ? "POST" : "GET, HEAD");
    return refuse(405, page.changes ? "this changes something: use POST\n"
                                    : "this changes nothing: use GET\n");
  }
  return false;
}

void Admin::State::stats(const httplib::Request& request, httplib::Response& response) const {
  const std::string format = request.get_param_value("format");
  if (format == "prometheus")
    return response.set_content(prometheus_text(forwarder, settings.version), kText);
  const re2::RE2 filter(request.get_param_value("filter"), re2::RE2::Quiet);
  if (!filter.ok()) {
    response.status = 400;
    return response.set_content(fmt::format("filter: {}\n", filter.error()), kText);
  }
  Json json = Json::array();
  std::string text;
  for (const Statistic& each : statistics_of(forwarder)) {
    if (!re2::RE2::PartialMatch(each.name, filter)) continue;
    json.push_back({{"name", each.name}, {"value", each.value}});
    text += fmt::format("{}: {}\n", each.name, each.value);
  }
  if (format == "json") return response.set_content(Json{{"stats", json}}.dump(1), kJson);
  response.set_content(text, kText);
}

void Admin::State::ready(httplib::Response& response) const {
  const bool live = healthy && forwarder.state() == ForwarderState::Live;
  response.status = live ? 200 : 503;
  response.set_content(live ? "LIVE\n" : "DRAINING\n", kText);
}

void Admin::State::logging(const httplib::Request& request, httplib::Response& response) {
  const std::string connections = request.get_param_value("access_log");
  const std::string level = request.get_param_value("level");
  const bool unknown = (!connections.empty() && connections != "on" && connections != "off") ||
                       (!level.empty() && (!settings.set_level || !settings.set_level(level)));
  if (unknown) {
    response.status = 400;
    return response.set_content("expected level=info|warning|error|off or access_log=on|off\n",
                                kText);
  }
  if (!connections.empty()) forwarder.log_connections(connections == "on");
  response.set_content(fmt::format("active loggers:\n  main: {}\n  access_log: {}\n",
                                   settings.level ? settings.level() : "info",
                                   forwarder.logs_connections() ? "on" : "off"),
                       kText);
}

Json Admin::State::server_info() const {
  const auto up = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now() - forwarder.started());
  return {{"version", settings.version},
          {"state", state_word(forwarder)},
          {"uptime_current_epoch", fmt::format("{}s", up.count())},
          {"uptime_all_epochs", fmt::format("{}s", up.count())},
          {"command_line_options", settings.options},
          {"pid", ::getpid()}};
}

void Admin::State::add_pages() {
  using httplib::Request;
  using httplib::Response;
  const auto text = [this](const char* path, const std::function<std::string()>& make) {
    add(path, [make](const Request&, Response& response) { response.set_content(make(), kText); });
  };
  const auto json = [this](const char* path, const std::function<Json()>& make) {
    add(path, [make](const Request&, Response& response) {
      response.set_content(make().dump(1) + "\n", kJson);
    });
  };
  const auto help = [] {
    std::string out;
    for (const Page& page : kPages)
      out += fmt::format("  {}{}: {}\n", page.path, page.changes ? " (POST)" : "", page.help);
    return out;
  };
  text("/", help);
  text("/help", help);
  add("/listeners", [this](const Request& request, Response& response) {
    if (request.get_param_value("format") == "json")
      return response.set_content(listeners_json(forwarder).dump(1), kJson);
    std::string out;
    for (const ListenerStatus& listener : forwarder.listeners())
      out += fmt::format("{}::{}\n", listener.name, listener.address.to_string());
    response.set_content(out, kText);
  });
  add("/certs", [this](const Request&, Response& response) {
    response.set_content(certificates_page(forwarder), kJson);
  });
  json("/config_dump", [this] { return config_json(forwarder); });
  json("/server_info", [this] { return server_info(); });
  add("/clusters", [this](const Request& request, Response& response) {
    if (request.get_param_value("format") == "json")
      return response.set_content(clusters_json(forwarder).dump(1), kJson);
    response.set_content(clusters_text(forwarder), kText);
  });
  add("/stats", [this](const Request& request, Response& response) { stats(request, response); });
  for (const char* path : {"/stats/prometheus", "/metrics"})
    text(path, [this] { return prometheus_text(forwarder, settings.version); });
  add("/ready", [this](const Request&, Response& response) { ready(response); });
  const auto act = [this](const char* path, const std::function<void()>& action) {
    add(path, [action](const Request&, Response& response) {
      action();
      response.set_content("OK\n", kText);
    });
  };
  add("/drain_listeners", [this](const Request& request, Response& response) {
    // Envoy: /ready fails at once, the listeners close when who balances load has seen it.
    const bool graceful = request.has_param("graceful");
    forwarder.drain(graceful ? settings.drain_time : std::chrono::milliseconds(0));
    response.set_content("OK\n", kText);
  });
  act("/healthcheck/fail", [this] { healthy = false; });
  act("/healthcheck/ok", [this] { healthy = true; });
  act("/quitquitquit", settings.quit);
  add("/logging",
      [this](const Request& request, Response& response) { logging(request, response); });
  server.set_pre_routing_handler([](const Request& request, Response& response) {
    return refused(request, response) ? httplib::Server::HandlerResponse::Handled
                                      : httplib::Server::HandlerResponse::Unhandled;
  });
  server.set_error_handler([](const Request& request, Response& response) {
    if (response.status == 404 && response.body.empty())
      response.set_content(fmt::format("no page {}: see /help\n", request.path), kText);
  });
}

bool Admin::State::bind(const SocketAddress& wanted) {
  address = wanted;
  if (wanted.is_unix()) {
    // Of the owner alone: whoever reaches it may end the process.
    constexpr mode_t kOwner = 0177;
    constexpr int kAnyPort = 80;  // httplib wants one; a path has none
    remove_stale_socket(wanted);
    const mode_t before = ::umask(kOwner);
    const bool bound = server.set_address_family(AF_UNIX).bind_to_port(wanted.path, kAnyPort);
    ::umask(before);
    return bound;
  }
  const std::string host = wanted.ip.to_string();
  const int port = wanted.port == 0 ? server.bind_to_any_port(host)
                                    : (server.bind_to_port(host, wanted.port) ? wanted.port : -1);
  address.port = static_cast<std::uint16_t>(port);
  return port >= 0;
}

Admin::Admin(std::unique_ptr<State> state) : state_(std::move(state)) {}

Admin::~Admin() {
  state_->server.stop();
  state_->thread.join();
}

const SocketAddress& Admin::address() const {
  return state_->address;
}

Result<void> Admin::check(const AdminSettings& settings) {
  const SocketAddress& wanted = settings.address;
  if (wanted.is_unix() || settings.allow_remote || is_loopback(wanted.ip)) return {};
  return fail(ErrorCode::Usage,
              fmt::format("--admin-address: {} could be reached by others, who could then end the "
                          "process; take 127.0.0.1 or a unix socket, or say --admin-allow-remote",
                          wanted.to_string()));
}

Result<std::unique_ptr<Admin>> Admin::start(Forwarder& forwarder, AdminSettings settings) {
  if (auto usable = check(settings); !usable) return tl::unexpected(usable.error());
  const SocketAddress wanted = settings.address;
  auto state = std::make_unique<State>(forwarder, std::move(settings));
  constexpr std::size_t kThreads = 2;
  state->server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  state->server.set_keep_alive_max_count(1);
  // Not the library's own, by which a second process could listen at the same address.
  state->server.set_socket_options([](int fd) {
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  });
  state->add_pages();
  if (!state->bind(wanted))
    return fail(ErrorCode::Io, fmt::format("can't listen on {} for the admin interface; "
                                           "--admin-address off goes without",
                                           wanted.to_string()));
  state->thread = std::thread([server = &state->server] { server->listen_after_bind(); });
  // stop() does nothing before the thread has got there.
  while (!state->server.is_running()) std::this_thread::yield();
  return std::unique_ptr<Admin>(new Admin(std::move(state)));
}

}  // namespace egressctl::forward
