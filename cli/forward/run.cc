#include "cli/forward/run.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/forward/service.h"
#include "cli/report.h"
#include "cli/version.h"
#include "lib/forward/admin/admin.h"
#include "lib/forward/forwarder.h"

namespace egressctl::cli {
namespace {

using forward::Forwarder;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

forward::ServiceVariables service_variables() {
  return {.notify_socket = variable("NOTIFY_SOCKET"),
          .listen_pid = variable("LISTEN_PID"),
          .listen_fds = variable("LISTEN_FDS"),
          .listen_names = variable("LISTEN_FDNAMES"),
          .watchdog_pid = variable("WATCHDOG_PID"),
          .watchdog_microseconds = variable("WATCHDOG_USEC")};
}

// A connection takes two descriptors; the usual limit is low for the sake of programs that use
// select(2), which this one is not.
void allow_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

constexpr std::array<std::string_view, 4> kLevelWords = {"off", "error", "warning", "info"};

std::string_view level_word(LogLevel level) {
  return kLevelWords[static_cast<std::size_t>(level)];
}

std::optional<LogLevel> level_of(std::string_view word) {
  const auto found = std::find(kLevelWords.begin(), kLevelWords.end(), word);
  if (found == kLevelWords.end()) return std::nullopt;
  return static_cast<LogLevel>(found - kLevelWords.begin());
}

// Under the names that Envoy's /server_info has for them.
std::map<std::string, std::string> options_of(const RunSettings& settings,
                                              const forward::Config& config) {
  return {{"admin_address",
           settings.admin_address.empty() ? kUsualAdminAddress : settings.admin_address},
          {"concurrency", std::to_string(config.workers)},
          {"drain_time", fmt::format("{}s", settings.drain_timeout.count() / 1000)}};
}

// Whether it would start; addresses may be taken all the same.
Result<void> check(const RunSettings& settings, const forward::Config& config) {
  if (auto checked = Forwarder::check(config); !checked || settings.admin_address == "off")
    return checked;
  const auto address = admin_address_of(settings.admin_address);
  if (!address) return tl::unexpected(address.error());
  forward::AdminSettings admin;
  admin.address = *address;
  admin.allow_remote = settings.admin_allow_remote;
  return forward::Admin::check(admin);
}

// The admin interface that the flags ask for; null when they want none, or when nothing is said and
// the usual address is taken, as by a second forwarder.
Result<std::unique_ptr<forward::Admin>> start_admin(Context& context, const RunSettings& settings,
                                                    const forward::Config& config,
                                                    Forwarder& forwarder,
                                                    std::atomic<LogLevel>& level) {
  using Started = std::unique_ptr<forward::Admin>;
  if (settings.admin_address == "off") return Started();
  const bool usual = settings.admin_address.empty();
  const auto address = admin_address_of(settings.admin_address);
  if (!address) return tl::unexpected(address.error());
  auto admin = forward::Admin::start(forwarder,
                                     {.address = *address,
                                      .allow_remote = settings.admin_allow_remote,
                                      .version = std::string(program_version()),
                                      .options = options_of(settings, config),
                                      .drain_time = settings.drain_timeout,
                                      .quit = [] { ::kill(::getpid(), SIGTERM); },
                                      .level = [&level] { return std::string(level_word(level)); },
                                      .set_level =
                                          [&level](const std::string& word) {
                                            const auto wanted = level_of(word);
                                            if (wanted) level = *wanted;
                                            return wanted.has_value();
                                          }});
  if (!admin && usual && admin.error().code == ErrorCode::Io) {
    say(context, fmt::format("no admin interface: {} is taken", kUsualAdminAddress));
    return Started();
  }
  if (admin)
    say(context, fmt::format("admin interface on http://{}", (*admin)->address().to_string()));
  return admin;
}

}  // namespace

Result<forward::SocketAddress> admin_address_of(const std::string& flag) {
  auto out = forward::SocketAddress::parse(flag.empty() ? kUsualAdminAddress : flag);
  if (!out)
    return fail(ErrorCode::Usage, fmt::format("--admin-address: {}; or off", out.error().message));
  return out;
}

ExitCode run_forwarder(Context& context, const RunSettings& settings) {
  const forward::ServiceVariables variables = service_variables();
  const auto passed = forward::passed_sockets(variables, ::getpid());
  if (!passed) return report(context, passed.error());
  RunSettings used = settings;
  used.load = [&] {
    auto config = settings.load();
    if (!config) return config;
    config->passed = *passed;
    config->on_log_failure = [&](const std::string& why) {
      context.err.write(fmt::format("egressctl: {}\n", why));
    };
    return config;
  };
  auto config = used.load();
  if (!config) return report(context, config.error());
  if (settings.check) {
    const auto checked = check(settings, *config);
    return checked ? ExitCode::Done : report(context, checked.error());
  }
  auto notifier = forward::ServiceNotifier::make(variables.notify_socket);
  if (!notifier) return report(context, notifier.error());
  allow_descriptors();
  // Before the first thread, so that all of them leave signals to this one.
  const sigset_t signals = service_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const auto started = Forwarder::start(*config);
  if (!started) return report(context, started.error());
  Forwarder& forwarder = **started;
  for (const forward::ListenerStatus& listener : forwarder.listeners())
    context.err.write(fmt::format("egressctl: listening on {}\n", listener.address.to_string()));
  std::atomic<LogLevel> level{LogLevel::Info};
  const auto admin = start_admin(context, settings, *config, forwarder, level);
  if (!admin) return report(context, admin.error());
  Service service(context, used, forwarder, std::move(*config),
                  {.notifier = std::move(*notifier),
                   .watchdog = forward::watchdog_interval(variables, ::getpid())},
                  level);
  return service.run();
}

}  // namespace egressctl::cli
