// An egress spec as what forwarders are to run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/forward/flags.h"
#include "cli/spec_input.h"
#include "lib/base/result.h"
#include "lib/datapath/spec_roles.h"
#include "lib/generate/plan.h"

namespace egressctl::cli {

// A spec, worked out. Not moved: the plan points into the input.
struct PlannedSpec {
  SpecInput input;
  generate::Plan plan;
};

// Reads the one spec of a file and reports on `context.err` what is wrong with it. Fails with
// ErrorCode::Invalid when it can't be used.
[[nodiscard]] Result<std::unique_ptr<const PlannedSpec>> load_spec(Context& context,
                                                                   const std::string& path);

// The listener that most connections are for: of port 443, else the first one.
[[nodiscard]] const datapath::RoleListener& main_listener(
    const std::vector<datapath::RoleListener>& listeners);

// Gives the listeners addresses: `main`, where there is one, to the main one; else, and to the
// others on the same IP, the ports of a gateway's pods, or for clients the port that they dial plus
// 10000 (443 is 10443). With a port of 0 in `main` the system chooses all of them. `name` starts
// their names.
[[nodiscard]] Result<std::vector<forward::ListenerConfig>> place_listeners(
    const std::string& name, const std::vector<datapath::RoleListener>& listeners, bool is_gateway,
    const std::string& main);

// What --spec and --role ask for. Reports what is wrong with the spec.
[[nodiscard]] Result<forward::Config> config_of_spec(Context& context, const ForwardFlags& flags);

}  // namespace egressctl::cli
