#include "cli/forward/service.h"

#include <sys/signalfd.h>

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "cli/report.h"
#include "lib/base/text.h"

namespace egressctl::cli {
namespace {

using forward::Clock;
using forward::Config;

// How often a drain looks for its end.
constexpr std::chrono::milliseconds kLook{20};
// A certificate and its key are mostly two files, written one after the other.
constexpr std::chrono::milliseconds kSettle{100};

std::vector<struct stat> state_of(const std::vector<std::string>& paths) {
  std::vector<struct stat> out(paths.size());
  for (std::size_t i = 0; i < paths.size(); ++i)
    if (::stat(paths[i].c_str(), &out[i]) != 0) out[i] = {};
  return out;
}

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec &&
         a.st_ctim.tv_sec == b.st_ctim.tv_sec && a.st_ctim.tv_nsec == b.st_ctim.tv_nsec;
}

std::string connections(std::uint64_t count) {
  return fmt::format("{} connection{}", count, count == 1 ? "" : "s");
}

}  // namespace

sigset_t service_signals() {
  sigset_t out;
  sigemptyset(&out);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&out, signal);
  return out;
}

Service::Service(Context& context, const RunSettings& settings, forward::Forwarder& forwarder,
                 Config config, Manager manager, const std::atomic<LogLevel>& level)
    : context_(context),
      settings_(settings),
      forwarder_(forwarder),
      config_(std::move(config)),
      manager_(std::make_shared<const Manager>(std::move(manager))),
      level_(level) {
  const sigset_t signals = service_signals();
  signals_ = forward::UniqueFd(::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC));
  std::vector<std::string> addresses;
  for (const forward::ListenerStatus& listener : forwarder_.listeners())
    addresses.push_back(listener.address.to_string());
  status_ = "listening on " + join(addresses, ", ");
}

void Service::announce(const std::string& message, LogLevel level) {
  if (!context_.flags.quiet && level <= level_)
    context_.err.write(fmt::format("egressctl: {}\n", message));
}

void Service::complain(const Error& error) {
  if (level_ >= LogLevel::Error) static_cast<void>(report(context_, error));
}

ExitCode Service::run() {
  watch_certificates();
  if (manager_->watchdog.count() > 0) next_sign_ = Clock::now();
  manager_->notifier.ready(status_);
  while (true) {
    std::array<pollfd, 2> wanted = {
        {{signals_.get(), POLLIN, 0}, {watch_ ? watch_->descriptor() : -1, POLLIN, 0}}};
    ::poll(wanted.data(), wanted.size(), milliseconds_to_wait());
    for (int signal = next_signal(); signal != 0; signal = next_signal())
      if (const auto code = handle(signal)) return *code;
    if (watch_ && wanted[1].revents != 0 && watch_->take_changes())
      settled_ = Clock::now() + kSettle;
    if (settled_ && Clock::now() >= *settled_) look_at_certificates();
    if (next_sign_ && Clock::now() >= *next_sign_) give_sign_of_life();
    if (const auto code = drained()) return *code;
  }
}

int Service::next_signal() const {
  signalfd_siginfo info{};
  if (::read(signals_.get(), &info, sizeof info) != sizeof info) return 0;
  return static_cast<int>(info.ssi_signo);
}

int Service::milliseconds_to_wait() const {
  std::optional<Time> nearest;
  for (const auto& each : {settled_, next_sign_})
    if (each && (!nearest || *each < *nearest)) nearest = each;
  if (drain_ends_) nearest = std::min(nearest.value_or(Time::max()), Clock::now() + kLook);
  if (!nearest) return -1;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*nearest - Clock::now()).count();
  constexpr std::int64_t kLong = 3'600'000;
  return static_cast<int>(std::clamp<std::int64_t>(wait, 0, kLong));
}

std::optional<ExitCode> Service::handle(int signal) {
  switch (signal) {
    case SIGTERM:
    case SIGINT:
      if (drain_ends_)
        return cut_off("a second signal came",
                       signal == SIGTERM ? ExitCode::Terminated : ExitCode::Interrupted);
      drain();
      break;
    case SIGHUP: reload(); break;
    case SIGUSR1:
      if (forwarder_.log() != nullptr) forwarder_.log()->reopen();
      break;
    default: break;
  }
  return std::nullopt;
}

void Service::reload() {
  manager_->notifier.reloading();
  const auto refuse = [&](const Error& error) {
    complain(error);
    announce("nothing has changed: what was in use stays", LogLevel::Warning);
  };
  if (auto config = settings_.load(); !config) {
    forwarder_.count_failed_reload();
    refuse(config.error());
  } else if (const auto done = forwarder_.reload(*config); !done) {
    refuse(done.error());
  } else {
    config_ = std::move(*config);
    watch_certificates();
    announce("reloaded");
    for (const std::string& fixed : *done)
      announce(fmt::format("{} has changed: restart to use it", fixed), LogLevel::Warning);
  }
  if (!drain_ends_) manager_->notifier.ready(status_);
}

void Service::watch_certificates() {
  const std::vector<std::string> files = forward::credential_files(config_);
  certificates_ = state_of(files);
  settled_.reset();
  if (files.empty()) return watch_.reset();
  if (!watch_) {
    auto made = forward::FileWatch::make();
    if (!made)
      return announce(fmt::format("{}: SIGHUP renews certificates", made.error().message),
                      LogLevel::Warning);
    watch_ = std::move(*made);
  }
  watch_->watch(files);
}

void Service::look_at_certificates() {
  settled_.reset();
  std::vector<struct stat> now = state_of(forward::credential_files(config_));
  if (std::equal(now.begin(), now.end(), certificates_.begin(), certificates_.end(), same_file))
    return;
  certificates_ = std::move(now);
  manager_->notifier.reloading();
  if (const auto done = forwarder_.reload(config_); !done) {
    complain(done.error());
    announce("the certificates in use stay", LogLevel::Warning);
  } else {
    announce("certificates have changed: reloaded");
  }
  if (!drain_ends_) manager_->notifier.ready(status_);
}

// Only a forwarder all of whose threads still do something is alive.
void Service::give_sign_of_life() {
  // sd_watchdog_enabled(3): at half the time.
  next_sign_ = Clock::now() + manager_->watchdog / 2;
  forwarder_.when_all_answer([manager = manager_] { manager->notifier.alive(); });
}

void Service::drain() {
  forwarder_.drain();
  drain_ends_ = Clock::now() + settings_.drain_timeout;
  const std::string what = fmt::format("draining {}", connections(active()));
  manager_->notifier.stopping(what);
  announce(what);
}

std::optional<ExitCode> Service::drained() {
  if (!drain_ends_) return std::nullopt;
  if (forwarder_.drained()) return ExitCode::Done;
  if (Clock::now() < *drain_ends_) return std::nullopt;
  return cut_off("the drain timed out", ExitCode::Findings);
}

ExitCode Service::cut_off(const char* why, ExitCode code) {
  static_cast<void>(
      report(context_,
             Error{ErrorCode::Invalid, fmt::format("{}: {} cut off", why, connections(active()))}));
  return code;
}

}  // namespace egressctl::cli
