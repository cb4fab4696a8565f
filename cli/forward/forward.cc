// egressctl forward: the data path of an egress set-up on this machine.
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/forward/all_in_one.h"
#include "cli/forward/file_source.h"
#include "cli/forward/flags.h"
#include "cli/forward/proxy_source.h"
#include "cli/forward/run.h"
#include "cli/forward/spec_source.h"
#include "cli/report.h"
#include "lib/datapath/recorder.h"

namespace egressctl::cli {
namespace {

// What the flags ask for and can't have together; empty when they can.
std::string contradiction(const ForwardFlags& flags) {
  for (const CLI::Option* option : flags.settings)
    if (!flags.config.empty() && option->count() > 0)
      return fmt::format("{} is what the file of --config says: leave one of them out",
                         option->get_name());
  const bool spec = !flags.spec.empty();
  const bool proxy = !flags.proxy.empty();
  const bool manifests = !flags.manifests.empty();
  if (proxy && !manifests) return "--proxy is one of manifests: name their files";
  if (manifests && !proxy && !flags.all_in_one)
    return "manifests are for a proxy of theirs: give --proxy NAME.NAMESPACE";
  if (flags.record &&
      (spec || manifests || !flags.routes.empty() || flags.role != ForwardRole::SniProxy))
    return "--record lets any name pass, as an SNI proxy: leave out what says otherwise";
  if (spec && manifests) return "--spec and manifests both say what to run: choose one";
  if (proxy && !flags.routes.empty()) return "--proxy has the routes: leave --route out";
  if (flags.all_in_one && !spec && !manifests)
    return "--all-in-one runs a spec or manifests: give --spec FILE, or name their files";
  if ((flags.upstream_lab || !flags.exec.empty()) && !flags.all_in_one)
    return "--upstream-lab and --exec belong to --all-in-one";
  if (spec && !flags.routes.empty()) return "--spec has the routes: leave --route out";
  if (spec && (!flags.peer_names.empty() || !flags.outer_names.empty()))
    return "--spec has the names of both ends: leave --peer-name and --outer-name out";
  if (flags.all_in_one && !(flags.certificate + flags.key + flags.authorities).empty())
    return "--all-in-one makes its certificates: leave --cert, --key and --ca out";
  return {};
}

// Routes and certificates are read again at each SIGHUP; what is said of the process counts once.
ExitCode serve_file(Context& context, const ForwardFlags& flags) {
  auto first = load_forward_file(context, flags.config);
  if (!first) return report(context, first.error());
  RunSettings settings{.load = {},
                       .admin_address = first->admin_address,
                       .admin_allow_remote = first->admin_allow_remote,
                       .drain_timeout = first->drain_timeout,
                       .check = flags.check};
  settings.load =
      [&context, &flags, admin = first->admin_address, drain = first->drain_timeout,
       first = std::optional(std::move(first->config))]() mutable -> Result<forward::Config> {
    if (first) {
      forward::Config config;
      std::swap(config, *first);
      first.reset();
      return config;
    }
    auto again = load_forward_file(context, flags.config);
    if (!again) return tl::unexpected(again.error());
    if (again->admin_address != admin)
      say(context, "the address of the admin interface has changed: restart to use it", 0);
    if (again->drain_timeout != drain)
      say(context, "the time to drain has changed: restart to use it", 0);
    return std::move(again->config);
  };
  return run_forwarder(context, settings);
}

// Learns until a signal ends it, and prints what it has learnt.
ExitCode record(Context& context, const ForwardFlags& flags) {
  const auto drain_timeout = read_timeout("--drain-timeout", flags.drain_timeout);
  if (!drain_timeout) return report(context, drain_timeout.error());
  datapath::Recorder recorder;
  const auto observer = [&](const forward::ConnectionRecord& each) { recorder.add(each); };
  const ExitCode code =
      run_forwarder(context, {.load = [&] { return recording_config_of(flags, observer); },
                              .admin_address = flags.admin_address,
                              .admin_allow_remote = flags.admin_allow_remote,
                              .drain_timeout = *drain_timeout,
                              .check = flags.check});
  const bool ran = code != ExitCode::Usage && code != ExitCode::Failure && !flags.check;
  if (ran) context.out.write(recorder.to_spec());
  return code;
}

ExitCode serve(Context& context, const ForwardFlags& flags) {
  if (const std::string wrong = contradiction(flags); !wrong.empty())
    return report(context, Error{ErrorCode::Usage, wrong});
  if (flags.all_in_one) return run_all_in_one(context, flags);
  if (!flags.config.empty()) return serve_file(context, flags);
  if (flags.record) return record(context, flags);
  const auto drain_timeout = read_timeout("--drain-timeout", flags.drain_timeout);
  if (!drain_timeout) return report(context, drain_timeout.error());
  return run_forwarder(context, {.load =
                                     [&] {
                                       if (!flags.proxy.empty())
                                         return config_of_proxy(context, flags);
                                       return flags.spec.empty() ? config_of(flags)
                                                                 : config_of_spec(context, flags);
                                     },
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
                    "egressctl forward --spec egress.yaml --all-in-one --upstream-lab"}},
      [flags, &context] { return serve(context, *flags); });
  add_forward_flags(command, *flags);
}

}  // namespace egressctl::cli
