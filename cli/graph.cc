// egressctl graph: the picture of who reaches what through the gateway.
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/connections.h"
#include "cli/flags.h"
#include "cli/mesh_input.h"
#include "cli/picture.h"
#include "cli/report.h"
#include "lib/lint/linter.h"

namespace egressctl::cli {
namespace {

enum class Form { Svg, Dot, Mermaid, Text, Json };

struct Flags {
  Form form = Form::Text;
  std::vector<std::string> paths;
  MeshFlags mesh;
};

std::string drawn(const render::Graph& graph, Form form) {
  switch (form) {
    case Form::Svg: return render::to_svg(graph);
    case Form::Dot: return render::to_dot(graph);
    case Form::Mermaid: return render::to_mermaid(graph);
    case Form::Text: return render::to_outline(graph);
    case Form::Json: return render::to_json(graph);
  }
  return {};
}

ExitCode run(Context& context, const Flags& flags) {
  const auto loaded = load_mesh(context, flags.paths, flags.mesh);
  if (!loaded) return report(context, loaded.error());
  const trace::Tracer tracer(*loaded->mesh);
  const auto traces = trace_all(context, *loaded->mesh, tracer, every_connection(*loaded->mesh));
  if (!traces) return report(context, traces.error());
  if (traces->empty()) {
    say(context, "the input has no external host to draw", 0);
    if (flags.form == Form::Text) return loaded->exit;
  }
  lint::Options options;
  options.mesh = loaded->input.options;
  const Diagnostics findings = lint::lint(*loaded->workspace, options, lint::Depth::Everything);
  // Programs want every host.
  const Folding folding = flags.form == Form::Json ? Folding::None : Folding::Groups;
  context.out.write(drawn(picture_of(*traces, findings, folding), flags.form));
  return loaded->exit;
}

}  // namespace

void add_graph(CLI::App& app, Context& context) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& command =
      add_command(app, context,
                  {.name = "graph",
                   .summary = "Draw who reaches which hosts, and where it breaks",
                   .examples = {"egressctl graph -o svg manifests/ > egress.svg",
                                "egressctl generate egress.yaml | egressctl graph -"}},
                  [flags, &context] { return run(context, *flags); });
  command.add_option("PATH", flags->paths, "Files and folders; - is standard input")->required();
  add_choice<Form>(command, "-o,--output", flags->form,
                   {{"text", Form::Text},
                    {"svg", Form::Svg},
                    {"dot", Form::Dot},
                    {"mermaid", Form::Mermaid},
                    {"json", Form::Json}},
                   "Form of the picture");
  add_set_flags(command, flags->mesh);
}

}  // namespace egressctl::cli
