#include "lib/forward/io/systemd.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "lib/base/number.h"
#include "lib/base/text.h"

namespace egressctl::forward {
namespace {

// sd-daemon.h: SD_LISTEN_FDS_START.
constexpr int kFirstDescriptor = 3;
constexpr int kMostDescriptors = 1024;
// sd_listen_fds_with_names(3): the name of what has none.
constexpr std::string_view kNoName = "unknown";

std::optional<std::int64_t> number(std::string_view text) {
  const auto out = parse_number<std::int64_t>(text);
  return out && *out >= 0 ? out : std::nullopt;
}

std::int64_t monotonic_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

Result<std::vector<PassedSocket>> passed_sockets(const ServiceVariables& variables, pid_t self) {
  std::vector<PassedSocket> out;
  if (variables.listen_fds.empty() || number(variables.listen_pid) != self) return out;
  const auto count = number(variables.listen_fds);
  if (!count || *count > kMostDescriptors)
    return fail(ErrorCode::Usage,
                fmt::format("LISTEN_FDS=\"{}\" is no number of sockets", variables.listen_fds));
  const std::vector<std::string_view> names = variables.listen_names.empty()
                                                  ? std::vector<std::string_view>()
                                                  : split(variables.listen_names, ':');
  if (!names.empty() && names.size() != static_cast<std::size_t>(*count))
    return fail(ErrorCode::Usage,
                fmt::format("LISTEN_FDNAMES=\"{}\" names {} sockets, LISTEN_FDS={} were passed",
                            variables.listen_names, names.size(), *count));
  for (std::size_t i = 0; i < static_cast<std::size_t>(*count); ++i)
    out.push_back(
        {std::string(names.empty() ? kNoName : names[i]), kFirstDescriptor + static_cast<int>(i)});
  return out;
}

std::chrono::microseconds watchdog_interval(const ServiceVariables& variables, pid_t self) {
  if (!variables.watchdog_pid.empty() && number(variables.watchdog_pid) != self) return {};
  return std::chrono::microseconds(number(variables.watchdog_microseconds).value_or(0));
}

Result<ServiceNotifier> ServiceNotifier::make(std::string_view socket) {
  ServiceNotifier out;
  if (socket.empty()) return out;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if ((socket.front() != '/' && socket.front() != '@') || socket.size() >= sizeof address.sun_path)
    return fail(ErrorCode::Usage,
                fmt::format("NOTIFY_SOCKET=\"{}\" is neither a path nor @NAME", socket));
  socket.copy(address.sun_path, sizeof address.sun_path - 1);
  if (socket.front() == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket.size());
  out.socket_ = UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!out.socket_.valid() ||
      ::connect(out.socket_.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0)
    return fail(ErrorCode::Io, fmt::format("can't reach the service manager at {}: {}", socket,
                                           std::strerror(errno)));
  return out;
}

void ServiceNotifier::send(std::string_view message) const {
  if (!socket_.valid()) return;
  // A manager that does not listen is no reason to do anything else than to go on.
  static_cast<void>(::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL));
}

void ServiceNotifier::ready(std::string_view status) const {
  send(fmt::format("READY=1\nSTATUS={}", status));
}

// Type=notify-reload needs the time: it tells this reload's READY=1 from an earlier one's.
void ServiceNotifier::reloading() const {
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_microseconds()));
}

void ServiceNotifier::stopping(std::string_view status) const {
  send(fmt::format("STOPPING=1\nSTATUS={}", status));
}

void ServiceNotifier::status(std::string_view status) const {
  send(fmt::format("STATUS={}", status));
}

void ServiceNotifier::alive() const {
  send("WATCHDOG=1");
}

}  // namespace egressctl::forward
