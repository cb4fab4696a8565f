// egressctl audit: by which ways workloads can leave past the egress gateway.
#include "lib/audit/audit.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/flags.h"
#include "cli/mesh_input.h"
#include "cli/report.h"

namespace egressctl::cli {
namespace {

enum class Form { Text, Json };

struct Flags {
  std::vector<std::string> paths;
  std::vector<std::string> allowed;
  Form form = Form::Text;
  MeshFlags mesh;
};

std::vector<audit::Way> ways_of(const std::vector<std::string>& words) {
  std::vector<audit::Way> out;
  for (const audit::Way way : audit::kWays)
    if (std::find(words.begin(), words.end(), audit::to_string(way)) != words.end())
      out.push_back(way);
  return out;
}

ExitCode run(Context& context, const Flags& flags) {
  const auto loaded = load_mesh(context, flags.paths, flags.mesh);
  if (!loaded) return report(context, loaded.error());
  const std::vector<audit::Finding> findings = audit::audit(*loaded->mesh);
  const std::vector<audit::Way> allowed = ways_of(flags.allowed);
  context.out.write(flags.form == Form::Json ? audit::to_json(findings, allowed)
                                             : audit::to_text(findings, allowed));
  return audit::open_count(findings, allowed) > 0 ? ExitCode::Findings : loaded->exit;
}

}  // namespace

void add_audit(CLI::App& app, Context& context) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& command = add_command(
      app, context,
      {.name = "audit",
       .summary = "Tell by which ways workloads can reach the internet past the gateway",
       .examples = {"egressctl audit --mesh-config mesh.yaml manifests/",
                    "kubectl get all,networkpolicy,ns -A -o yaml | egressctl audit - manifests/"}},
      [flags, &context] { return run(context, *flags); });
  command.add_option("PATH", flags->paths, "Files and folders; - is standard input")->required();
  std::vector<std::string> ways;
  for (const audit::Way way : audit::kWays) ways.emplace_back(audit::to_string(way));
  command.add_option("--allow", flags->allowed, "A way that may be open; can be given again")
      ->type_name("WAY")
      ->check(CLI::IsMember(ways));
  add_choice<Form>(command, "-o,--output", flags->form,
                   {{"text", Form::Text}, {"json", Form::Json}}, "Form of the result");
  add_set_flags(command, flags->mesh);
}

}  // namespace egressctl::cli
