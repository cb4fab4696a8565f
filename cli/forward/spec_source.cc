#include "cli/forward/spec_source.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/report.h"
#include "lib/datapath/target.h"

namespace egressctl::cli {
namespace {

using datapath::RoleListener;

constexpr unsigned kShift = 10000;
constexpr unsigned kPorts = 65536;

// What privileged ports are called on a laptop.
std::uint16_t shifted(unsigned port) {
  return static_cast<std::uint16_t>((port + kShift) % kPorts);
}

std::string_view word_of(ForwardRole role) {
  switch (role) {
    case ForwardRole::Sidecar: return "sidecar";
    case ForwardRole::Gateway: return "gateway";
    case ForwardRole::SniProxy: break;
  }
  return "sni-proxy";
}

Result<datapath::Surroundings> surroundings_of(const ForwardFlags& flags,
                                               const generate::Plan& plan) {
  datapath::Surroundings out;
  out.files = {flags.certificate, flags.key, flags.authorities};
  out.host_authorities.authorities = flags.host_authorities;
  out.transparent = flags.transparent;
  if (flags.role != ForwardRole::SniProxy)
    if (auto complete = need_certificates(flags, word_of(flags.role)); !complete)
      return tl::unexpected(complete.error());
  if (flags.role != ForwardRole::Sidecar || flags.gateway.empty()) return out;
  const auto target = datapath::parse_target(flags.gateway);
  if (!target)
    return fail(ErrorCode::Usage,
                fmt::format("--gateway: \"{}\" leads nowhere: expected HOST:PORT", flags.gateway));
  // Only the main port of a gateway can be said; the others are taken to be those of its Service.
  for (const generate::GatewayPort& port : plan.gateway_ports)
    out.gateways.push_back({port.service, target->host,
                            port.service == plan.spec->gateway.port ? target->port : port.service});
  return out;
}

std::vector<RoleListener> listeners_of(ForwardRole role, const generate::Plan& plan,
                                       const datapath::Surroundings& around) {
  switch (role) {
    case ForwardRole::Sidecar: return datapath::sidecar(plan, around);
    case ForwardRole::Gateway: return datapath::gateway(plan, around);
    case ForwardRole::SniProxy: break;
  }
  return datapath::sni_proxy(plan, around);
}

}  // namespace

Result<std::unique_ptr<const PlannedSpec>> load_spec(Context& context, const std::string& path) {
  auto out = std::make_unique<PlannedSpec>();
  Diagnostics diagnostics;
  auto input = read_specs({path}, diagnostics);
  if (!input) return tl::unexpected(input.error());
  out->input = *std::move(input);
  const bool usable = !diagnostics.any(Severity::Error);
  const render::Totals totals{.files = 1, .documents = out->input.documents.size()};
  static_cast<void>(report(context, std::move(diagnostics), totals));
  if (!usable) return fail(ErrorCode::Invalid, fmt::format("the spec in {} can't be used", path));
  if (out->input.specs.size() != 1)
    return fail(ErrorCode::Usage, fmt::format("{} has {} specs; one can be run at a time", path,
                                              out->input.specs.size()));
  out->plan = generate::make_plan(out->input.specs.front());
  return out;
}

const RoleListener& main_listener(const std::vector<RoleListener>& listeners) {
  const auto found =
      std::find_if(listeners.begin(), listeners.end(),
                   [](const RoleListener& listener) { return listener.service_port == 443; });
  return found == listeners.end() ? listeners.front() : *found;
}

Result<std::vector<forward::ListenerConfig>> place_listeners(
    const std::string& name, const std::vector<RoleListener>& listeners, bool is_gateway,
    const std::string& main) {
  if (listeners.empty())
    return fail(ErrorCode::Invalid, fmt::format("there are no connections for {} to take", name));
  auto given = forward::SocketAddress::parse(main.empty() ? "127.0.0.1:1" : main);
  if (!given) return tl::unexpected(given.error());
  if (given->is_unix() && listeners.size() > 1)
    return fail(ErrorCode::Usage,
                fmt::format("--listen {}: this spec needs {} ports", main, listeners.size()));
  const RoleListener& first = main_listener(listeners);
  std::vector<forward::ListenerConfig> out;
  for (const RoleListener& listener : listeners) {
    forward::ListenerConfig config;
    config.name = fmt::format("{}:{}", name, listener.port);
    config.address = *given;
    const bool chosen = !main.empty() && (&listener == &first || given->port == 0);
    if (!chosen) config.address.port = is_gateway ? listener.port : shifted(listener.port);
    config.routes = listener.routes;
    config.plain = listener.plain;
    out.push_back(std::move(config));
  }
  return out;
}

Result<forward::Config> config_of_spec(Context& context, const ForwardFlags& flags) {
  auto config = limits_of(flags);
  if (!config) return config;
  const auto spec = load_spec(context, flags.spec);
  if (!spec) return tl::unexpected(spec.error());
  const auto around = surroundings_of(flags, (*spec)->plan);
  if (!around) return tl::unexpected(around.error());
  if (flags.listen.size() > 1)
    return fail(ErrorCode::Usage,
                "--listen is the address for the main port of a spec: give it once");
  auto listeners = place_listeners(
      std::string(word_of(flags.role)), listeners_of(flags.role, (*spec)->plan, *around),
      flags.role == ForwardRole::Gateway, flags.listen.empty() ? "" : flags.listen.front());
  if (!listeners) return tl::unexpected(listeners.error());
  for (forward::ListenerConfig& listener : *listeners) {
    set_listener_flags(flags, listener);
    config->listeners.push_back(std::move(listener));
  }
  return config;
}

}  // namespace egressctl::cli
