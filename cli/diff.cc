// egressctl diff: what a change of manifests means for connections.
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/flags.h"
#include "cli/mesh_input.h"
#include "cli/report.h"
#include "lib/trace/clients.h"
#include "lib/trace/difference.h"
#include "lib/trace/targets.h"

namespace egressctl::cli {
namespace {

enum class Form { Text, Json };

struct Flags {
  std::string before;
  std::string after;
  Form form = Form::Text;
  MeshFlags mesh;
};

using Clients = std::map<std::string, topology::Proxy>;  // by "namespace/name"

Clients clients_of(const mesh::Mesh& mesh) {
  Clients out;
  for (topology::Proxy& client : trace::clients(mesh)) {
    std::string name = fmt::format("{}/{}", client.name_space, client.name);
    out.emplace(std::move(name), std::move(client));
  }
  return out;
}

// Traces of every client of either mesh to every target. A client that is new, or gone, is taken to
// be in both.
std::vector<trace::Traced> trace_in(const mesh::Mesh& mesh, const Clients& own,
                                    const Clients& others,
                                    const std::vector<trace::Target>& targets) {
  Clients all = own;
  for (const auto& [name, client] : others)
    if (const auto [added, is_new] = all.emplace(name, client); is_new)
      added->second.workload = nullptr;
  const trace::Tracer tracer(mesh);
  std::vector<trace::Traced> out;
  for (const auto& [name, client] : all)
    for (const trace::Target& target : targets) {
      trace::Request request;
      request.client = client;
      request.host = target.host;
      request.port = target.port;
      trace::Trace trace = tracer.trace(request);
      out.push_back({std::move(request), std::move(trace)});
    }
  return out;
}

std::vector<trace::Target> targets_of(const mesh::Mesh& before, const mesh::Mesh& after) {
  std::vector<trace::Target> out = trace::external_targets(before);
  std::set<std::pair<std::string, std::uint32_t>> known;
  for (const trace::Target& target : out) known.emplace(target.host, target.port);
  for (trace::Target& target : trace::external_targets(after))
    if (known.emplace(target.host, target.port).second) out.push_back(std::move(target));
  return out;
}

ExitCode run(Context& context, const Flags& flags) {
  if (flags.before == "-" && flags.after == "-")
    return report(context, Error{ErrorCode::Usage, "only one of A and B can be standard input"});
  const auto before = load_mesh(context, {flags.before}, flags.mesh, EmptySet::Allowed);
  if (!before) return report(context, before.error());
  const auto after = load_mesh(context, {flags.after}, flags.mesh, EmptySet::Allowed);
  if (!after) return report(context, after.error());
  const std::vector<trace::Target> targets = targets_of(*before->mesh, *after->mesh);
  const Clients old_clients = clients_of(*before->mesh);
  const Clients new_clients = clients_of(*after->mesh);
  const auto old_traces = trace_in(*before->mesh, old_clients, new_clients, targets);
  const auto new_traces = trace_in(*after->mesh, new_clients, old_clients, targets);
  std::vector<trace::Difference> found = trace::differences(old_traces, new_traces);
  trace::tell_resources(found, *before->mesh, *after->mesh);
  context.out.write(flags.form == Form::Json ? trace::to_json(found, old_traces.size())
                                             : trace::to_text(found, old_traces.size()));
  if (before->exit != ExitCode::Done) return before->exit;
  return found.empty() ? after->exit : ExitCode::Findings;
}

}  // namespace

void add_diff(CLI::App& app, Context& context) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& command =
      add_command(app, context,
                  {.name = "diff",
                   .summary = "Show what a change of manifests means for connections",
                   .examples = {"egressctl diff before.yaml after.yaml",
                                "git show HEAD:egress.yaml | egressctl diff - egress.yaml"}},
                  [flags, &context] { return run(context, *flags); });
  command.add_option("A", flags->before, "File or folder as it was; - is standard input")
      ->required();
  command.add_option("B", flags->after, "File or folder as it is now")->required();
  add_choice<Form>(command, "-o,--output", flags->form,
                   {{"text", Form::Text}, {"json", Form::Json}}, "Form of the result");
  add_set_flags(command, flags->mesh);
}

}  // namespace egressctl::cli
