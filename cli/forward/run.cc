// egressctl forward, from its first signal handler to its exit code.
#include "cli/forward/run.h"

#include <csignal>
#include <ctime>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/report.h"
#include "cli/version.h"
#include "lib/forward/admin/admin.h"
#include "lib/forward/forwarder.h"

namespace egressctl::cli {
namespace {

using forward::Forwarder;

constexpr std::chrono::milliseconds kLook{20};

sigset_t handled_signals() {
  sigset_t out;
  sigemptyset(&out);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&out, signal);
  return out;
}

// The next signal, or 0 after a while.
int wait_for_signal(const sigset_t& signals, std::chrono::milliseconds longest) {
  timespec time{};
  time.tv_sec = longest.count() / 1000;
  time.tv_nsec = longest.count() % 1000 * 1'000'000;
  const int signal = sigtimedwait(&signals, nullptr, &time);
  return signal < 0 ? 0 : signal;
}

ExitCode drain(Context& context, Forwarder& forwarder, std::chrono::milliseconds longest,
               const sigset_t& signals) {
  forwarder.drain();
  const auto active = [&] { return forwarder.counters().active.value(); };
  say(context, fmt::format("draining {} connections", active()));
  const auto until = std::chrono::steady_clock::now() + longest;
  while (active() > 0) {
    const int signal = wait_for_signal(signals, kLook);
    const bool again = signal == SIGTERM || signal == SIGINT;
    if (!again && std::chrono::steady_clock::now() < until) continue;
    return report(context,
                  Error{ErrorCode::Invalid,
                        fmt::format("{} connections were cut off: {}", active(),
                                    again ? "a second signal came" : "the drain timed out")});
  }
  return ExitCode::Done;
}

// The admin interface that the flags ask for; null when they want none, or when nothing is said and
// the usual address is taken, as by a second forwarder.
Result<std::unique_ptr<forward::Admin>> start_admin(Context& context, const RunSettings& settings,
                                                    Forwarder& forwarder) {
  using Started = std::unique_ptr<forward::Admin>;
  if (settings.admin_address == "off") return Started();
  const bool usual = settings.admin_address.empty();
  auto address = forward::SocketAddress::parse(usual ? kUsualAdminAddress : settings.admin_address);
  if (!address)
    return fail(ErrorCode::Usage,
                fmt::format("--admin-address: {}; or off", address.error().message));
  auto admin = forward::Admin::start(forwarder, {.address = *address,
                                                 .allow_remote = settings.admin_allow_remote,
                                                 .version = std::string(program_version()),
                                                 .quit = [] { ::kill(::getpid(), SIGTERM); }});
  if (!admin && usual && admin.error().code == ErrorCode::Io) {
    say(context, fmt::format("no admin interface: {} is taken", kUsualAdminAddress));
    return Started();
  }
  if (admin)
    say(context, fmt::format("admin interface on http://{}", (*admin)->address().to_string()));
  return admin;
}

}  // namespace

ExitCode run_forwarder(Context& context, const RunSettings& settings) {
  auto config = settings.load();
  if (!config) return report(context, config.error());
  if (settings.check) {
    const auto checked = Forwarder::check(*config);
    return checked ? ExitCode::Done : report(context, checked.error());
  }
  // Before the first thread, so that all of them leave signals to this one.
  const sigset_t signals = handled_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const auto started = Forwarder::start(*config);
  if (!started) return report(context, started.error());
  Forwarder& forwarder = **started;
  for (const forward::ListenerStatus& listener : forwarder.listeners())
    context.err.write(fmt::format("egressctl: listening on {}\n", listener.address.to_string()));
  const auto admin = start_admin(context, settings, forwarder);
  if (!admin) return report(context, admin.error());
  while (true) {
    constexpr std::chrono::milliseconds kLong{1'000'000};
    switch (wait_for_signal(signals, kLong)) {
      case SIGTERM:
      case SIGINT: return drain(context, forwarder, settings.drain_timeout, signals);
      case SIGUSR1:
        if (forwarder.log() != nullptr) forwarder.log()->reopen();
        break;
      case SIGHUP:
        if (auto again = settings.load(); !again)
          static_cast<void>(report(context, again.error()));
        else if (const auto done = forwarder.reload(*again); !done)
          static_cast<void>(report(context, done.error()));
        else
          say(context, "reloaded");
        break;
      default: break;
    }
  }
}

}  // namespace egressctl::cli
