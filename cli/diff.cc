// egressctl diff: what a change of manifests means for connections.
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/connections.h"
#include "cli/flags.h"
#include "cli/matrix.h"
#include "cli/mesh_input.h"
#include "cli/report.h"
#include "lib/trace/difference.h"

namespace egressctl::cli {
namespace {

enum class Form { Text, Json };

struct Flags {
  std::string before;
  std::string after;
  Form form = Form::Text;
  MeshFlags mesh;
};

void add_new(std::vector<std::string>& all, std::vector<std::string> more) {
  std::set<std::string> known(all.begin(), all.end());
  for (std::string& one : more)
    if (known.insert(one).second) all.push_back(std::move(one));
}

// The client as one of the meshes has it: one that is new, or gone, is taken to be in both.
topology::Proxy client_in(const mesh::Mesh& mesh, const mesh::Mesh& other,
                          const std::string& name) {
  if (auto found = topology::find_proxy(mesh, name)) return *std::move(found);
  topology::Proxy out;
  if (auto found = topology::find_proxy(other, name)) {
    out = *std::move(found);
    out.workload = nullptr;
    return out;
  }
  const std::size_t slash = name.find('/');  // names of clients always have one
  out.name_space = name.substr(0, slash);
  out.name = name.substr(slash + 1);
  return out;
}

struct Connection {
  std::string client;
  std::string target;
};

Result<std::vector<trace::Traced>> trace_in(const mesh::Mesh& mesh, const mesh::Mesh& other,
                                            const std::vector<Connection>& connections) {
  const trace::Tracer tracer(mesh);
  std::vector<trace::Traced> out;
  out.reserve(connections.size());
  for (const Connection& connection : connections) {
    auto request = read_request(client_in(mesh, other, connection.client), connection.target);
    if (!request) return tl::unexpected(request.error());
    trace::Trace trace = tracer.trace(*request);
    out.push_back({*std::move(request), std::move(trace)});
  }
  return out;
}

// Every client and every external host of either mesh.
std::vector<Connection> connections_of(const mesh::Mesh& before, const mesh::Mesh& after) {
  std::vector<std::string> clients = client_names(before);
  add_new(clients, client_names(after));
  std::vector<std::string> targets = external_targets(before);
  add_new(targets, external_targets(after));
  std::vector<Connection> out;
  out.reserve(clients.size() * targets.size());
  for (const std::string& client : clients)
    for (const std::string& target : targets) out.push_back({client, target});
  return out;
}

ExitCode run(Context& context, const Flags& flags) {
  if (flags.before == "-" && flags.after == "-")
    return report(context, Error{ErrorCode::Usage, "only one of A and B can be standard input"});
  const auto before = load_mesh(context, {flags.before}, flags.mesh, EmptySet::Allowed);
  if (!before) return report(context, before.error());
  const auto after = load_mesh(context, {flags.after}, flags.mesh, EmptySet::Allowed);
  if (!after) return report(context, after.error());
  const std::vector<Connection> connections = connections_of(*before->mesh, *after->mesh);
  const auto old_traces = trace_in(*before->mesh, *after->mesh, connections);
  if (!old_traces) return report(context, old_traces.error());
  const auto new_traces = trace_in(*after->mesh, *before->mesh, connections);
  if (!new_traces) return report(context, new_traces.error());
  const std::vector<trace::Difference> found = trace::differences(*old_traces, *new_traces);
  context.out.write(flags.form == Form::Json ? trace::to_json(found, connections.size())
                                             : trace::to_text(found, connections.size()));
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
