#include "cli/connections.h"

#include <charconv>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "cli/matrix.h"
#include "cli/report.h"

namespace egressctl::cli {
namespace {

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
  auto request = read_request(clients.at(wanted.from), wanted.to);
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
  const std::vector<std::string> targets = external_targets(mesh);
  for (const std::string& client : client_names(mesh))
    for (const std::string& target : targets) {
      Expectation& wanted = out.emplace_back();
      wanted.from = client;
      wanted.to = target;
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
