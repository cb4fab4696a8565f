// EGR0913 unknown-backend
#include <algorithm>
#include <string>

#include "lib/lint/rules/gateway_api/attachments.h"
#include "lib/lint/rules/gateway_api/gateway_api.h"
#include "lib/lint/rules/references/hops.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0913", "unknown-backend", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://gateway-api.sigs.k8s.io/reference/spec/#backendref"};
constexpr resource::Kind kReads[] = {resource::Kind::HttpRoute, resource::Kind::GrpcRoute,
                                     resource::Kind::TlsRoute, resource::Kind::TcpRoute};

// The host that istiod sends to; empty for kinds that it finds by other means.
std::string host_of(const mesh::Mesh& mesh, const resource::BackendRef& backend,
                    std::string_view home) {
  if (is_hostname(backend)) return *backend.name;
  if (!is_service(backend)) return {};
  return fmt::format("{}.{}.svc.{}", *backend.name,
                     backend.name_space->empty() ? home : std::string_view(*backend.name_space),
                     mesh.settings().cluster_domain);
}

void report_absent(const Context& in, const resource::BackendRef& backend, const std::string& host,
                   Diagnostics& out) {
  const mesh::Mesh& mesh = in.mesh();
  // Another rule tells of a Gateway that is named in place of its Service.
  const mesh::ServiceName name = cluster_name(mesh, host);
  if (!should_be_there(in, host) || gateway_meant(mesh, name.name_space, name.name) != nullptr)
    return;
  auto finding = out.report(kId, backend.name.range, "no {} has the host \"{}\"",
                            kind_of_host(mesh, host), host);
  const auto covering = mesh.registry().covering(host);
  if (!covering.empty())
    finding.related(covering.front()->range, fmt::format("\"{}\" covers it, but is a destination "
                                                         "only under that very name",
                                                         covering.front()->host));
  finding.help(name.name_space.empty()
                   ? fmt::format("add a ServiceEntry for \"{}\", or correct the name", host)
                   : "correct the name or the namespace, or add the Service");
}

void check_backend(const Context& in, const resource::BackendRef& backend, std::string_view home,
                   Diagnostics& out) {
  const mesh::Mesh& mesh = in.mesh();
  const std::string host = host_of(mesh, backend, home);
  if (host.empty() || backend.name->empty()) return;
  const auto& services = mesh.registry().named(host);
  if (services.empty()) return report_absent(in, backend, host, out);
  if (!backend.port.present() || may_have_port(services, *backend.port)) return;
  out.report(kId, backend.port.range, "\"{}\" has no port {}; it has {}", host, *backend.port,
             ports_of(*services.front()))
      .related(services.front()->range, services.front()->entry != nullptr
                                            ? "the ServiceEntry is here"
                                            : "the Service is here")
      .help("name one of its ports");
}

void check_one(const Context& in, const resource::Resource& route, Diagnostics& out) {
  for (const auto& rule : *route.as<resource::KubernetesRoute>()->rules)
    for (const auto& backend : *rule->backend_refs)
      check_backend(in, *backend, in.mesh().namespace_of(route), out);
}

}  // namespace

const Rule kUnknownBackend{
    .info = {.id = kId,
             .summary = "a backend of a route that does not exist, or not on that port",
             .why = "istiod leaves the backend out (BackendNotFound): HTTP requests get 500, TLS "
                    "and TCP connections are closed.",
             .mend = "Name the Service, with its namespace, or the host of a ServiceEntry, and one "
                     "of its ports.",
             .references = kReferences},
    .check_one = check_one,
    .reads = kReads};

}  // namespace egressctl::lint::rules
