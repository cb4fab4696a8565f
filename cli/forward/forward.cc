// egressctl forward: the data path of an egress set-up on this machine.
#include <memory>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/forward/flags.h"
#include "cli/forward/run.h"
#include "cli/report.h"

namespace egressctl::cli {
namespace {

ExitCode serve(Context& context, const ForwardFlags& flags) {
  const auto drain_timeout = read_timeout("--drain-timeout", flags.drain_timeout);
  if (!drain_timeout) return report(context, drain_timeout.error());
  return run_forwarder(context, {.load = [&flags] { return config_of(flags); },
                                 .admin_address = flags.admin_address,
                                 .admin_allow_remote = flags.admin_allow_remote,
                                 .drain_timeout = *drain_timeout,
                                 .check = flags.check});
}

}  // namespace

void add_forward(CLI::App& app, Context& context) {
  const auto flags = std::make_shared<ForwardFlags>();
  CLI::App& command = add_command(
      app, context,
      {.name = "forward",
       .summary = "Run a sidecar, an egress gateway or an SNI proxy on this machine",
       .examples = {"egressctl forward --listen 127.0.0.1:8443 --route '*.wikipedia.org'",
                    "egressctl forward --role gateway --cert tls.crt --key tls.key --ca ca.crt "
                    "--route edition.cnn.com"}},
      [flags, &context] { return serve(context, *flags); });
  add_forward_flags(command, *flags);
}

}  // namespace egressctl::cli
