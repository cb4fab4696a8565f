// egressctl envoy: a proxy of the manifests as a bootstrap that a real Envoy runs.
#include <algorithm>
#include <memory>
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
#include "lib/base/ip_address.h"
#include "lib/base/number.h"
#include "lib/bootstrap/bootstrap.h"
#include "lib/topology/topology.h"

namespace egressctl::cli {
namespace {

using bootstrap::Address;

constexpr std::uint32_t kLastPort = 65535;

struct Flags {
  ProxyFlags proxy;
  std::vector<std::string> paths;
  bootstrap::Form form = bootstrap::Form::YamlText;
  std::vector<std::string> endpoints;
  std::vector<std::string> listen;
  std::vector<std::string> secrets;
  std::string admin;
  std::string dns;
  bootstrap::Options options;
  MeshFlags mesh;
};

std::optional<std::uint32_t> read_port(std::string_view text) {
  const auto out = parse_number<std::uint32_t>(text);
  return out && *out <= kLastPort ? out : std::nullopt;
}

// "IP:PORT", "[IPV6]:PORT", or either without the port.
struct Place {
  std::string ip;
  std::optional<std::uint32_t> port;
};

std::optional<Place> read_place(std::string_view text) {
  Place out;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    out.ip = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    out.ip = text.substr(0, text.find(':'));
    port = text.substr(text.find(':'));
  } else {
    out.ip = text;
  }
  if (!IpAddress::parse(out.ip)) return std::nullopt;
  if (port.empty()) return out;
  out.port = read_port(port.substr(1));
  return out.port && port.front() == ':' ? std::optional(out) : std::nullopt;
}

Result<Address> read_address(std::string_view flag, std::string_view text) {
  const auto place = read_place(text);
  if (!place || !place->port)
    return fail(ErrorCode::Usage, fmt::format("{}: \"{}\" is no IP:PORT", flag, text));
  return Address{place->ip, *place->port};
}

Result<bootstrap::EndpointOverride> read_endpoint(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos || equals == 0)
    return fail(ErrorCode::Usage,
                fmt::format("--endpoint: \"{}\" is no HOST=IP:PORT or HOST:PORT=IP:PORT", text));
  auto to = read_address("--endpoint", text.substr(equals + 1));
  if (!to) return tl::unexpected(to.error());
  std::string_view host = text.substr(0, equals);
  bootstrap::EndpointOverride out{.host = {}, .port = 0, .to = *std::move(to)};
  // The names of clusters have no colon.
  if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos) {
    const auto port = read_port(host.substr(colon + 1));
    if (!port) return fail(ErrorCode::Usage, fmt::format("--endpoint: \"{}\" has no port", host));
    out.port = *port;
    host = host.substr(0, colon);
  }
  out.host = host;
  return out;
}

Result<bootstrap::ListenAt> read_listen(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  const bool named = equals != std::string_view::npos;
  const auto place = read_place(named ? text.substr(equals + 1) : text);
  if (!place)
    return fail(ErrorCode::Usage, fmt::format("--listen: \"{}\" is no [LISTENER=]IP[:PORT]", text));
  return bootstrap::ListenAt{std::string(named ? text.substr(0, equals) : ""), place->ip,
                             place->port};
}

Result<void> read_secret(std::string_view text, bootstrap::Options& options) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos || equals == 0)
    return fail(ErrorCode::Usage,
                fmt::format("--secret: \"{}\" is no NAME=CERTIFICATE,KEY or NAME=CA", text));
  const std::string_view files = text.substr(equals + 1);
  const std::size_t comma = files.find(',');
  bootstrap::SecretFiles out{std::string(files.substr(0, comma)), {}};
  if (comma != std::string_view::npos) out.key = files.substr(comma + 1);
  options.secrets.insert_or_assign(std::string(text.substr(0, equals)), std::move(out));
  return {};
}

// Reads each of the words, in their order.
template <typename T>
Result<void> read_all(const std::vector<std::string>& words, Result<T> (*read)(std::string_view),
                      std::vector<T>& out) {
  for (const std::string& word : words) {
    auto one = read(word);
    if (!one) return tl::unexpected(one.error());
    out.push_back(*std::move(one));
  }
  return {};
}

Result<bootstrap::Options> read_options(const Flags& flags) {
  bootstrap::Options out = flags.options;
  if (auto done = read_all(flags.endpoints, read_endpoint, out.endpoints); !done)
    return tl::unexpected(done.error());
  if (auto done = read_all(flags.listen, read_listen, out.listen); !done)
    return tl::unexpected(done.error());
  for (const std::string& word : flags.secrets)
    if (auto done = read_secret(word, out); !done) return tl::unexpected(done.error());
  auto admin = read_address("--admin-address", flags.admin);
  if (!admin) return tl::unexpected(admin.error());
  out.admin = *std::move(admin);
  if (flags.dns.empty()) return out;
  auto dns = read_address("--dns", flags.dns);
  if (!dns) return tl::unexpected(dns.error());
  out.dns = *std::move(dns);
  return out;
}

ExitCode run(Context& context, const Flags& flags) {
  const auto options = read_options(flags);
  if (!options) return report(context, options.error());
  const auto loaded = load_mesh(context, flags.paths, flags.mesh);
  if (!loaded) return report(context, loaded.error());
  const auto proxy = choose_proxy(*loaded->mesh, flags.proxy, flags.mesh.name_space);
  if (!proxy) return report(context, proxy.error());
  const topology::Topology topology = topology::compute(*loaded->mesh, *proxy);
  const bootstrap::Bootstrap made = bootstrap::make(*loaded->mesh, topology, *options, flags.form);
  context.out.write(made.text);
  for (const std::string& note : made.notes) say(context, note, 0);
  return loaded->exit;
}

}  // namespace

void add_envoy(CLI::App& app, Context& context) {
  const auto flags = std::make_shared<Flags>();
  flags->admin = fmt::format("{}:{}", flags->options.admin.ip, flags->options.admin.port);
  CLI::App& command = add_command(
      app, context,
      {.name = "envoy",
       .summary = "Write a proxy as the bootstrap of a stock Envoy",
       .examples =
           {"egressctl envoy sleep.default --listen 443=127.0.0.1:8443 manifests/ >sidecar.yaml",
            "egressctl envoy egressgateway.istio-egress --certs certs/ set.yaml | envoy -c "
            "/dev/stdin"}},
      [flags, &context] { return run(context, *flags); });
  add_proxy_argument(command, flags->proxy);
  command.add_option("PATH", flags->paths, "Files and folders; - is standard input")->required();
  add_choice<bootstrap::Form>(
      command, "-o,--output", flags->form,
      {{"yaml", bootstrap::Form::YamlText}, {"json", bootstrap::Form::JsonText}},
      "Form of the result");
  command
      .add_option("--endpoint", flags->endpoints,
                  "Where a host, a cluster or a name behind an SNI proxy is")
      ->type_name("HOST[:PORT]=IP:PORT");
  command
      .add_option("--listen", flags->listen,
                  "Where a listener (its name or port) or all of them listen, without iptables; "
                  "port 0 is any that is free")
      ->type_name("[LISTENER=]IP[:PORT]");
  command
      .add_option("--certs", flags->options.certificates,
                  "Folder of cert-chain.pem, key.pem, root-cert.pem, and of Secrets as "
                  "NAME/tls.crt, NAME/tls.key, NAME/ca.crt")
      ->type_name("DIR")
      ->capture_default_str();
  command
      .add_option("--secret", flags->secrets,
                  "Files of one secret: \"default\", \"ROOTCA\" or the name that clusters use")
      ->type_name("NAME=FILE[,KEY]");
  command.add_option("--admin-address", flags->admin, "Where the admin pages are")
      ->type_name("IP:PORT")
      ->capture_default_str();
  command.add_option("--access-log", flags->options.access_log, "The file of the access log")
      ->type_name("FILE")
      ->capture_default_str();
  command.add_option("--dns", flags->dns, "The name server to ask, in place of the machine's")
      ->type_name("IP:PORT");
  add_proxy_flags(command, flags->proxy);
  add_set_flags(command, flags->mesh);
}

}  // namespace egressctl::cli
