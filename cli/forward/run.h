// Runs a forwarder until a signal ends it: what is left of `egressctl forward` once it is known
// what to forward.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "cli/command.h"
#include "lib/base/result.h"
#include "lib/forward/config.h"

namespace egressctl::cli {

struct RunSettings {
  // Reads the configuration: once at the start, and again at each SIGHUP.
  std::function<Result<forward::Config>()> load;
  std::string admin_address;        // "off": none; empty: the usual one, where it is free
  bool admin_allow_remote = false;  // the address may be one that others can reach
  std::chrono::milliseconds drain_timeout{30'000};
  bool check = false;  // only say whether it would run
};

inline constexpr const char* kUsualAdminAddress = "127.0.0.1:9901";  // as of an Envoy by hand

// The address that --admin-address says, of which empty means the usual one. Fails with
// ErrorCode::Usage.
[[nodiscard]] Result<forward::SocketAddress> admin_address_of(const std::string& flag);

// Tells on standard error, and the service manager that has started it (sd_notify(3)), how it is.
//
// SIGTERM and SIGINT drain, and the second one ends it at once; SIGHUP reads the configuration and
// the certificates anew, and a change of the certificates' files does so, too; what can't be used
// is told and changes nothing. SIGUSR1 opens the access log anew. Returns ExitCode::Done when all
// connections have ended, Findings when the drain timed out, Terminated or Interrupted after a
// second signal.
[[nodiscard]] ExitCode run_forwarder(Context& context, const RunSettings& settings);

}  // namespace egressctl::cli
