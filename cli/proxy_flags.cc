#include "cli/proxy_flags.h"

#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/flags.h"
#include "lib/base/text.h"

namespace egressctl::cli {
namespace {

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

}  // namespace

void add_proxy_argument(CLI::App& command, ProxyFlags& flags) {
  command.add_option("PROXY", flags.name, "A pod or workload: NAME.NAMESPACE")->required();
}

void add_proxy_flags(CLI::App& command, ProxyFlags& flags) {
  add_choice<ProxyFlags::Type>(command, "--type", flags.type,
                               {{"auto", ProxyFlags::Type::Guess},
                                {"sidecar", ProxyFlags::Type::Sidecar},
                                {"gateway", ProxyFlags::Type::Gateway},
                                {"router", ProxyFlags::Type::Gateway}},
                               "What the proxy is; auto: by its pod");
  command.add_option("--labels", flags.labels, "Labels of the proxy's pod, in place of its own")
      ->type_name("KEY=VALUE,...");
}

Result<topology::Proxy> choose_proxy(const mesh::Mesh& mesh, const ProxyFlags& flags,
                                     std::string_view name_space) {
  auto labels = read_labels(flags.labels);
  if (!labels) return tl::unexpected(labels.error());
  auto proxy = topology::find_proxy(mesh, flags.name);
  if (!proxy) {
    if (labels->empty() && flags.type == ProxyFlags::Type::Guess) return proxy;
    const std::size_t dot = flags.name.find('.');
    proxy = topology::Proxy();
    proxy->name = flags.name.substr(0, dot);
    proxy->name_space =
        dot == std::string::npos ? std::string(name_space) : flags.name.substr(dot + 1);
  }
  if (!labels->empty()) proxy->labels = *std::move(labels);
  if (flags.type != ProxyFlags::Type::Guess)
    proxy->type = flags.type == ProxyFlags::Type::Sidecar ? topology::ProxyType::Sidecar
                                                          : topology::ProxyType::Router;
  return proxy;
}

}  // namespace egressctl::cli
