// egressctl proxy-config: what istiod would send a proxy, from manifests alone.
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/flags.h"
#include "cli/mesh_input.h"
#include "cli/proxy_flags.h"
#include "cli/report.h"
#include "lib/render/proxy_tables.h"
#include "lib/topology/topology.h"
#include "lib/topology/xds_json.h"

namespace egressctl::cli {
namespace {

enum class Form { Table, Json };

struct Flags {
  std::string section;
  ProxyFlags proxy;
  std::vector<std::string> paths;
  Form form = Form::Table;
  MeshFlags mesh;
};

topology::XdsParts parts_of(const std::string& section) {
  const bool all = section == "all";
  return {.listeners = all || section == "listeners",
          .clusters = all || section == "clusters" || section == "endpoints",
          .routes = all || section == "routes"};
}

struct Table {
  std::string_view section;
  std::string (*render)(const topology::Topology& topology);
};

constexpr std::array<Table, 4> kTables = {{{"listeners", render::listener_table},
                                           {"routes", render::route_table},
                                           {"clusters", render::cluster_table},
                                           {"endpoints", render::endpoint_table}}};

// As istioctl shows them; of `all` one after the other, an empty line between them.
void show_tables(Context& context, const topology::Topology& topology, const Flags& flags) {
  std::string out;
  for (const Table& table : kTables) {
    if (flags.section != "all" && flags.section != table.section) continue;
    const std::string text = table.render(topology);
    if (text.empty()) say(context, fmt::format("{} has no {}", flags.proxy.name, table.section), 0);
    if (!text.empty() && !out.empty()) out += "\n";
    out += text;
  }
  context.out.write(out);
}

ExitCode run(Context& context, const Flags& flags) {
  const auto loaded = load_mesh(context, flags.paths, flags.mesh);
  if (!loaded) return report(context, loaded.error());
  const auto proxy = choose_proxy(*loaded->mesh, flags.proxy, flags.mesh.name_space);
  if (!proxy) return report(context, proxy.error());
  const topology::Topology topology = topology::compute(*loaded->mesh, *proxy);
  if (flags.form == Form::Json) {
    context.out.write(topology::to_xds_json(topology, parts_of(flags.section)));
  } else {
    show_tables(context, topology, flags);
  }
  return loaded->exit;
}

}  // namespace

void add_proxy_config(CLI::App& app, Context& context) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& command = add_command(
      app, context,
      {.name = "proxy-config",
       .summary = "Show what istiod would send a proxy, without a cluster",
       .examples =
           {"egressctl proxy-config listeners sleep.default manifests/*.yaml",
            "egressctl proxy-config all deploy/egressgateway.istio-egress -o json set.yaml"}},
      [flags, &context] { return run(context, *flags); });
  add_word_argument(command, "SECTION", {"listeners", "clusters", "routes", "endpoints", "all"},
                    flags->section, "What to show");
  add_proxy_argument(command, flags->proxy);
  command.add_option("PATH", flags->paths, "Files and folders; - is standard input")->required();
  add_choice<Form>(command, "-o,--output", flags->form,
                   {{"table", Form::Table}, {"json", Form::Json}}, "Form of the result");
  add_proxy_flags(command, flags->proxy);
  add_set_flags(command, flags->mesh);
}

}  // namespace egressctl::cli
