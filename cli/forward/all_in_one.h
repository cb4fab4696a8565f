// A whole data path in one process: sidecar, gateway with the SNI proxy in it, and, where wanted,
// stand-ins for the hosts. Certificates are made at the start and never leave the process.
#pragma once

#include "cli/command.h"
#include "cli/forward/flags.h"

namespace egressctl::cli {

// Says on `context.err` where each hop listens and how to send a request through. SIGHUP reads the
// spec or the manifests again, SIGUSR1 opens the access log anew. Runs until another signal, or,
// with
// --exec, as long as the command does, and returns its exit code.
[[nodiscard]] ExitCode run_all_in_one(Context& context, const ForwardFlags& flags);

}  // namespace egressctl::cli
