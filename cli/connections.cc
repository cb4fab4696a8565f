#include "cli/connections.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "cli/report.h"
#include "lib/base/ip_address.h"
#include "lib/base/number.h"
#include "lib/base/text.h"
#include "lib/trace/clients.h"
#include "lib/trace/targets.h"
#include "lib/trace/words.h"

namespace egressctl::cli {
namespace {

struct HostPort {
  std::string host;
  std::uint32_t port = 443;
};

// "HOST:PORT", "HOST" for port 443, "[ADDRESS]:PORT", "ADDRESS".
Result<HostPort> read_target(std::string_view text) {
  HostPort out;
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos)
      return fail(ErrorCode::Usage, fmt::format("--to: \"{}\" lacks a \"]\"", text));
    host = text.substr(1, end - 1);
    if (end + 1 < text.size() && text[end + 1] != ':')
      return fail(ErrorCode::Usage, fmt::format("--to: \"{}\" is no HOST:PORT", text));
    if (end + 1 < text.size()) port = text.substr(end + 2);
  } else if (const std::size_t colon = text.rfind(':');
             colon != std::string_view::npos && !IpAddress::parse(text)) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  // Of a wildcard one of its names, as in a matrix.
  out.host = host.starts_with("*.") ? fmt::format("any{}", host.substr(1)) : std::string(host);
  if (!port.empty()) {
    out.port = parse_number<std::uint32_t>(port).value_or(0);
    if (out.port == 0 || out.port > 65535)
      return fail(ErrorCode::Usage, fmt::format("--to: \"{}\" is no port from 1 to 65535", port));
  }
  if (out.host.empty() || out.host.find('*') != std::string::npos)
    return fail(ErrorCode::Usage, fmt::format("--to: \"{}\" is no HOST:PORT", text));
  return out;
}

// The client of the input. One of a namespace without clients in it, or called "client", is taken
// for a sidecar without labels.
Result<topology::Proxy> read_client(Context& context, const mesh::Mesh& mesh,
                                    const std::string& name) {
  auto found = topology::find_proxy(mesh, name);
  if (found && found->type == topology::ProxyType::Router)
    return fail(ErrorCode::Usage,
                fmt::format("{} is a gateway, and no client of one: connections are followed from "
                            "an application",
                            name));
  if (found || found.error().code != ErrorCode::NotFound) return found;
  topology::Proxy out;
  const std::size_t slash = name.find('/');
  out.name = slash == std::string::npos ? name : name.substr(slash + 1);
  out.name_space =
      slash == std::string::npos ? mesh.settings().default_namespace : name.substr(0, slash);
  const std::vector<topology::Proxy> clients = trace::clients(mesh);
  std::vector<std::string_view> others;  // applications of its namespace
  for (const topology::Proxy& client : clients) {
    if (client.name_space != out.name_space) continue;
    if (client.name == out.name) return client;
    if (client.workload != nullptr) others.push_back(client.name);
  }
  if (out.name != "client" && !others.empty())
    return fail(ErrorCode::Usage, fmt::format("no client \"{}\" in namespace \"{}\"; {}", out.name,
                                              out.name_space, did_you_mean(out.name, others)));
  say(context, fmt::format("{} is not in the input: taken for a sidecar without labels", name), 0);
  return out;
}

using Clients = std::map<std::string, topology::Proxy>;  // by the names that people give them

Result<trace::Traced> trace_one(Context& context, const mesh::Mesh& mesh,
                                const trace::Tracer& tracer, Clients& clients,
                                const Expectation& wanted) {
  if (!wanted.client && !clients.contains(wanted.from)) {
    auto client = read_client(context, mesh, wanted.from);
    if (!client) return tl::unexpected(client.error());
    clients.emplace(wanted.from, *std::move(client));
  }
  auto request = read_request(wanted.client ? *wanted.client : clients.at(wanted.from), wanted.to);
  if (!request) return tl::unexpected(request.error());
  trace::Traced out;
  out.request = *std::move(request);
  out.request.sni = wanted.sni;
  out.request.inner_sni = wanted.inner_sni;
  out.request.protocol = wanted.protocol;
  out.trace = tracer.trace(out.request);
  return out;
}

}  // namespace

Result<trace::Request> read_request(topology::Proxy client, std::string_view target) {
  auto read = read_target(target);
  if (!read) return tl::unexpected(read.error());
  trace::Request out;
  out.client = std::move(client);
  out.host = std::move(read->host);
  out.port = read->port;
  return out;
}

std::vector<Expectation> every_connection(const mesh::Mesh& mesh) {
  std::vector<Expectation> out;
  const std::vector<trace::Target> targets = trace::external_targets(mesh);
  for (const topology::Proxy& client : trace::clients(mesh))
    for (const trace::Target& target : targets) {
      Expectation& wanted = out.emplace_back();
      wanted.from = fmt::format("{}/{}", client.name_space, client.name);
      wanted.client = client;
      wanted.to = trace::at(target.host, target.port);
    }
  return out;
}

Result<std::vector<trace::Traced>> trace_all(Context& context, const mesh::Mesh& mesh,
                                             const trace::Tracer& tracer,
                                             const std::vector<Expectation>& wanted) {
  std::vector<trace::Traced> out;
  Clients clients;
  for (const Expectation& one : wanted) {
    auto traced = trace_one(context, mesh, tracer, clients, one);
    if (!traced) return tl::unexpected(traced.error());
    out.push_back(*std::move(traced));
  }
  return out;
}

}  // namespace egressctl::cli
