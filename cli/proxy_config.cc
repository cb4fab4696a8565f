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
#include "cli/report.h"
#include "lib/base/text.h"
#include "lib/render/proxy_tables.h"
#include "lib/topology/topology.h"
#include "lib/topology/xds_json.h"

namespace egressctl::cli {
namespace {

enum class Form { Table, Json };
enum class Type { Guess, Sidecar, Gateway };

struct Flags {
  std::string section;
  std::string proxy;
  std::vector<std::string> paths;
  Form form = Form::Table;
  Type type = Type::Guess;
  std::vector<std::string> labels;
  MeshFlags mesh;
};

Result<topology::Labels> read_labels(const std::vector<std::string>& words) {
  topology::Labels out;
  for (const std::string& word : words)
    for (const std::string_view label : split(word, ',')) {
      const std::size_t equals = label.find('=');
      if (equals == 0 || equals == std::string_view::npos)
        return fail(ErrorCode::Usage,
                    fmt::format("--labels: \"{}\" is no KEY=VALUE", std::string(label)));
      out.insert_or_assign(std::string(label.substr(0, equals)),
                           std::string(label.substr(equals + 1)));
    }
  return out;
}

// The proxy of the input, or one that the flags describe.
Result<topology::Proxy> choose_proxy(const mesh::Mesh& mesh, const Flags& flags) {
  auto labels = read_labels(flags.labels);
  if (!labels) return tl::unexpected(labels.error());
  auto proxy = topology::find_proxy(mesh, flags.proxy);
  if (!proxy) {
    if (labels->empty() && flags.type == Type::Guess) return proxy;
    const std::size_t dot = flags.proxy.find('.');
    proxy = topology::Proxy();
    proxy->name = flags.proxy.substr(0, dot);
    proxy->name_space =
        dot == std::string::npos ? flags.mesh.name_space : flags.proxy.substr(dot + 1);
  }
  if (!labels->empty()) proxy->labels = *std::move(labels);
  if (flags.type != Type::Guess)
    proxy->type =
        flags.type == Type::Sidecar ? topology::ProxyType::Sidecar : topology::ProxyType::Router;
  return proxy;
}

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
    if (text.empty()) say(context, fmt::format("{} has no {}", flags.proxy, table.section), 0);
    if (!text.empty() && !out.empty()) out += "\n";
    out += text;
  }
  context.out.write(out);
}

ExitCode run(Context& context, const Flags& flags) {
  const auto loaded = load_mesh(context, flags.paths, flags.mesh);
  if (!loaded) return report(context, loaded.error());
  const auto proxy = choose_proxy(*loaded->mesh, flags);
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
  command.add_option("PROXY", flags->proxy, "A pod or workload: NAME.NAMESPACE")->required();
  command.add_option("PATH", flags->paths, "Files and folders; - is standard input")->required();
  add_choice<Form>(command, "-o,--output", flags->form,
                   {{"table", Form::Table}, {"json", Form::Json}}, "Form of the result");
  add_choice<Type>(command, "--type", flags->type,
                   {{"auto", Type::Guess},
                    {"sidecar", Type::Sidecar},
                    {"gateway", Type::Gateway},
                    {"router", Type::Gateway}},
                   "What the proxy is; auto: by its pod");
  command.add_option("--labels", flags->labels, "Labels of the proxy's pod, in place of its own")
      ->type_name("KEY=VALUE,...");
  add_mesh_flags(command, flags->mesh);
  add_resource_flags(command, flags->mesh);
}

}  // namespace egressctl::cli
