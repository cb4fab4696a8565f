// A proxy of a mesh, as its manifests make it, as what a forwarder is to run.
#pragma once

#include "cli/command.h"
#include "cli/forward/flags.h"
#include "lib/base/result.h"
#include "lib/datapath/proxy_roles.h"
#include "lib/forward/config.h"

namespace egressctl::cli {

// What --proxy and the manifests ask for. Says on `context.err` what is wrong with the manifests,
// and what of the proxy's configuration can't be run.
[[nodiscard]] Result<forward::Config> config_of_proxy(Context& context, const ForwardFlags& flags);

// Says on `context.err` what is not run, and where the manifests ask for it.
void tell_not_run(Context& context, const std::vector<datapath::NotRun>& not_run);

}  // namespace egressctl::cli
