// egressctl trace: where one connection goes, or all of them.
#include "lib/trace/trace.h"

#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/expectations.h"
#include "cli/flags.h"
#include "cli/mesh_input.h"
#include "cli/report.h"
#include "lib/base/text.h"
#include "lib/mesh/host.h"
#include "lib/render/columns.h"
#include "lib/trace/report.h"

namespace egressctl::cli {
namespace {

enum class Form { Text, Json };
enum class Speaks { Guess, Tls, Http, Tcp };

struct Flags {
  std::string from;
  std::string to;
  std::optional<std::string> sni;
  std::optional<std::string> inner_sni;
  Speaks protocol = Speaks::Guess;
  std::string expect;
  std::string expect_file;
  bool matrix = false;
  Form form = Form::Text;
  std::vector<std::string> paths;
  MeshFlags mesh;
};

struct HostPort {
  std::string host;
  std::uint32_t port = 443;
};

// "HOST:PORT", "HOST" for port 443, "[ADDRESS]:PORT".
Result<HostPort> read_target(std::string_view text) {
  HostPort out;
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos)
      return fail(ErrorCode::Usage, fmt::format("--to: \"{}\" lacks a \"]\"", text));
    host = text.substr(1, end - 1);
    if (end + 1 < text.size()) port = text.substr(end + 2);
  } else if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  out.host = host;
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (error != std::errc{} || end != port.data() + port.size() || out.port == 0 ||
        out.port > 65535)
      return fail(ErrorCode::Usage, fmt::format("--to: \"{}\" is no port from 1 to 65535", port));
  }
  if (out.host.empty())
    return fail(ErrorCode::Usage, fmt::format("--to: \"{}\" is no HOST:PORT", text));
  return out;
}

// The client of the input; one that is not in it is taken for a sidecar without labels.
Result<topology::Proxy> read_client(Context& context, const mesh::Mesh& mesh,
                                    const std::string& name) {
  auto found = topology::find_proxy(mesh, name);
  if (found || found.error().code != ErrorCode::NotFound) return found;
  topology::Proxy out;
  const std::size_t slash = name.find('/');
  out.name = slash == std::string::npos ? name : name.substr(slash + 1);
  out.name_space =
      slash == std::string::npos ? mesh.settings().default_namespace : name.substr(0, slash);
  say(context, fmt::format("{} is not in the input: taken for a sidecar without labels", name), 0);
  return out;
}

using Clients = std::map<std::string, topology::Proxy>;  // by the names that people give them

Result<trace::Traced> trace_one(Context& context, const mesh::Mesh& mesh,
                                const trace::Tracer& tracer, Clients& clients,
                                const Expectation& wanted) {
  if (!clients.contains(wanted.from)) {
    auto client = read_client(context, mesh, wanted.from);
    if (!client) return tl::unexpected(client.error());
    clients.emplace(wanted.from, *std::move(client));
  }
  const auto target = read_target(wanted.to);
  if (!target) return tl::unexpected(target.error());
  trace::Traced out;
  out.request.client = clients.at(wanted.from);
  out.request.host = target->host;
  out.request.port = target->port;
  out.request.sni = wanted.sni;
  out.request.inner_sni = wanted.inner_sni;
  out.request.protocol = wanted.protocol;
  out.trace = tracer.trace(out.request);
  return out;
}

// All sidecars of the input; without any a client without labels in each namespace that has a
// Sidecar, else in the default namespace.
std::vector<std::string> all_clients(const mesh::Mesh& mesh) {
  std::set<std::string> out;
  for (const mesh::Workload& workload : mesh.workloads().all()) {
    const topology::Proxy proxy = topology::proxy_of(mesh, workload);
    if (proxy.type == topology::ProxyType::Sidecar)
      out.insert(fmt::format("{}/{}", proxy.name_space, proxy.name));
  }
  if (out.empty())
    for (const resource::Resource* sidecar : mesh.all(resource::Kind::Sidecar))
      out.insert(fmt::format("{}/client", mesh.namespace_of(*sidecar)));
  if (out.empty()) out.insert(mesh.settings().default_namespace + "/client");
  return {out.begin(), out.end()};
}

// All external hosts with all their ports; a name stands for those of a wildcard.
std::vector<std::string> all_targets(const mesh::Mesh& mesh) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (const mesh::Service& service : mesh.registry().all()) {
    if (!service.is_external()) continue;
    const std::string_view host = service.host;
    if (host == "*") continue;
    for (const mesh::ServicePort& port : service.ports) {
      std::string target = fmt::format(
          "{}:{}",
          host.starts_with("*.") ? fmt::format("any{}", host.substr(1)) : std::string(host),
          port.number);
      if (seen.insert(target).second) out.push_back(std::move(target));
    }
  }
  return out;
}

std::string table(const std::vector<trace::Traced>& traces) {
  std::vector<std::vector<std::string>> rows = {{"FROM", "TO", "VERDICT", "REACHED", "REASON"}};
  for (const trace::Traced& traced : traces)
    rows.push_back(
        {fmt::format("{}/{}", traced.request.client.name_space, traced.request.client.name),
         fmt::format("{}:{}", traced.request.host, traced.request.port),
         std::string(trace::to_string(traced.trace.verdict)),
         traced.trace.reached.empty() ? "-" : traced.trace.reached, traced.trace.reason});
  return render::to_columns(rows, 2);
}

Result<std::vector<Expectation>> wanted_traces(const mesh::Mesh& mesh, const Flags& flags) {
  std::vector<Expectation> out;
  if (!flags.expect_file.empty()) return read_expectations(flags.expect_file);
  if (flags.matrix) {
    for (const std::string& client : all_clients(mesh))
      for (const std::string& target : all_targets(mesh)) {
        Expectation& wanted = out.emplace_back();
        wanted.from = client;
        wanted.to = target;
      }
    return out;
  }
  if (flags.from.empty() || flags.to.empty())
    return fail(ErrorCode::Usage, "name --from and --to, or ask for --matrix or --expect-file");
  Expectation& wanted = out.emplace_back();
  wanted.from = flags.from;
  wanted.to = flags.to;
  wanted.sni = flags.sni;
  wanted.inner_sni = flags.inner_sni;
  if (flags.protocol == Speaks::Tls) wanted.protocol = trace::Protocol::Tls;
  if (flags.protocol == Speaks::Http) wanted.protocol = trace::Protocol::Http;
  if (flags.protocol == Speaks::Tcp) wanted.protocol = trace::Protocol::Tcp;
  if (!flags.expect.empty()) wanted.verdict = trace::verdict_of(flags.expect);
  return out;
}

void show(Context& context, const std::vector<trace::Traced>& traces, const Flags& flags) {
  const bool several = flags.matrix || !flags.expect_file.empty();
  if (flags.form == Form::Json) {
    context.out.write(several ? trace::to_json(traces) : trace::to_json(traces.front()));
  } else {
    context.out.write(several ? table(traces) : trace::to_text(traces.front()));
  }
}

// Says what came out otherwise; how many did.
std::size_t compare(Context& context, const std::vector<Expectation>& wanted,
                    const std::vector<trace::Traced>& traces) {
  std::size_t different = 0;
  for (std::size_t i = 0; i < traces.size(); ++i) {
    const Expectation& one = wanted[i];
    const trace::Trace& trace = traces[i].trace;
    const bool as_wanted = (!one.verdict || *one.verdict == trace.verdict) &&
                           (one.reached.empty() || one.reached == trace.reached);
    if (as_wanted) continue;
    ++different;
    context.err.write(fmt::format(
        "egressctl: {} -> {}: expected {}{}, got {}{}: {}\n", one.from, one.to,
        one.verdict ? trace::to_string(*one.verdict) : "any verdict",
        one.reached.empty() ? "" : " at " + one.reached, trace::to_string(trace.verdict),
        trace.reached.empty() ? "" : " at " + trace.reached, trace.reason));
  }
  return different;
}

ExitCode run(Context& context, const Flags& flags) {
  const auto loaded = load_mesh(context, flags.paths, flags.mesh);
  if (!loaded) return report(context, loaded.error());
  const trace::Tracer tracer(*loaded->mesh);
  const auto wanted = wanted_traces(*loaded->mesh, flags);
  if (!wanted) return report(context, wanted.error());
  std::vector<trace::Traced> traces;
  Clients clients;
  for (const Expectation& one : *wanted) {
    auto traced = trace_one(context, *loaded->mesh, tracer, clients, one);
    if (!traced) return report(context, traced.error());
    traces.push_back(*std::move(traced));
  }
  if (traces.empty()) say(context, "the input has no external host to trace to", 0);
  if (!traces.empty()) show(context, traces, flags);
  return compare(context, *wanted, traces) > 0 ? ExitCode::Findings : loaded->exit;
}

}  // namespace

void add_trace(CLI::App& app, Context& context) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& command = add_command(
      app, context,
      {.name = "trace",
       .summary = "Follow a connection through sidecar, gateway and SNI proxy, offline",
       .examples = {"egressctl trace --from default/sleep --to en.wikipedia.org:443 manifests/",
                    "egressctl trace --matrix manifests/"}},
      [flags, &context] { return run(context, *flags); });
  command.add_option("PATH", flags->paths, "Files and folders; - is standard input")->required();
  command.add_option("--from", flags->from, "The client")->type_name("NAMESPACE/WORKLOAD");
  command.add_option("--to", flags->to, "Where it connects to")->type_name("HOST:PORT");
  command.add_option("--sni", flags->sni, "The SNI that it sends, in place of the host")
      ->type_name("NAME");
  command
      .add_option("--inner-sni", flags->inner_sni,
                  "The SNI that the gateway finds inside of the mesh's mTLS")
      ->type_name("NAME");
  add_choice<Speaks>(
      command, "--protocol", flags->protocol,
      {{"auto", Speaks::Guess}, {"tls", Speaks::Tls}, {"http", Speaks::Http}, {"tcp", Speaks::Tcp}},
      "What it speaks; auto: by the port");
  command.add_option("--expect", flags->expect, "Fail unless this is the verdict")
      ->check(
          CLI::IsMember({"delivered", "misrouted", "reset", "blocked", "bypass", "unresolvable"}));
  command.add_flag("--matrix", flags->matrix, "Trace every client to every host");
  command
      .add_option("--expect-file", flags->expect_file,
                  "Trace what this list asks for, and fail where it comes out otherwise")
      ->type_name("FILE");
  add_choice<Form>(command, "-o,--output", flags->form,
                   {{"text", Form::Text}, {"json", Form::Json}}, "Form of the result");
  add_mesh_flags(command, flags->mesh);
  add_resource_flags(command, flags->mesh);
}

}  // namespace egressctl::cli
