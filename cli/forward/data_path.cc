#include "cli/forward/data_path.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "cli/forward/proxy_source.h"
#include "cli/forward/spec_source.h"
#include "cli/mesh_input.h"
#include "lib/datapath/proxy_roles.h"
#include "lib/topology/topology.h"

namespace egressctl::cli {
namespace {

using datapath::RoleListener;
using datapath::Surroundings;

class SpecPath final : public DataPath {
 public:
  explicit SpecPath(std::unique_ptr<const PlannedSpec> spec) : spec_(std::move(spec)) {}

  [[nodiscard]] std::string name() const override { return spec_->plan.spec->name; }
  [[nodiscard]] std::string client_identity() const override {
    return datapath::client_identity(spec_->plan);
  }
  [[nodiscard]] std::string gateway_identity() const override {
    return datapath::gateway_identity(spec_->plan);
  }
  [[nodiscard]] std::vector<RoleListener> sidecar(const Surroundings& around) const override {
    return datapath::sidecar(spec_->plan, around);
  }
  [[nodiscard]] std::vector<RoleListener> gateway(const Surroundings& around) const override {
    return datapath::gateway(spec_->plan, around);
  }

 private:
  std::unique_ptr<const PlannedSpec> spec_;
};

class MeshPath final : public DataPath {
 public:
  MeshPath(MeshOfFiles loaded, const topology::Proxy& client,
           const std::optional<topology::Proxy>& gateway)
      : loaded_(std::move(loaded)), client_(topology::compute(*loaded_.mesh, client)) {
    if (gateway) gateway_ = topology::compute(*loaded_.mesh, *gateway);
  }

  [[nodiscard]] std::string name() const override {
    return fmt::format("{}.{}", client_.proxy.name, client_.proxy.name_space);
  }
  [[nodiscard]] std::string client_identity() const override { return identity_of(client_.proxy); }
  [[nodiscard]] std::string gateway_identity() const override {
    return gateway_ ? identity_of(gateway_->proxy) : std::string();
  }
  [[nodiscard]] std::vector<RoleListener> sidecar(const Surroundings& around) const override {
    return datapath::roles_of(client_, around).listeners;
  }
  [[nodiscard]] std::vector<RoleListener> gateway(const Surroundings& around) const override {
    return gateway_ ? datapath::roles_of(*gateway_, around).listeners : std::vector<RoleListener>();
  }

  void tell(Context& context) const {
    tell_not_run(context, datapath::roles_of(client_, {}).not_run);
    if (gateway_) tell_not_run(context, datapath::roles_of(*gateway_, {}).not_run);
  }

 private:
  [[nodiscard]] std::string identity_of(const topology::Proxy& proxy) const {
    return fmt::format("spiffe://{}/ns/{}/sa/{}", loaded_.mesh->settings().trust_domain,
                       proxy.name_space, proxy.service_account);
  }

  MeshOfFiles loaded_;
  topology::Topology client_;
  std::optional<topology::Topology> gateway_;
};

std::vector<topology::Proxy> proxies_of(const mesh::Mesh& mesh, topology::ProxyType type) {
  std::vector<topology::Proxy> out;
  for (const mesh::Workload& workload : mesh.workloads().all())
    if (topology::Proxy proxy = topology::proxy_of(mesh, workload); proxy.type == type)
      out.push_back(std::move(proxy));
  return out;
}

Result<topology::Proxy> client_of(const mesh::Mesh& mesh, const std::string& name) {
  if (!name.empty()) {
    auto found = topology::find_proxy(mesh, name);
    if (found && found->type == topology::ProxyType::Router)
      return fail(ErrorCode::Usage, fmt::format("{} is a gateway; --all-in-one starts at a client: "
                                                "name one with --proxy",
                                                name));
    return found;
  }
  auto clients = proxies_of(mesh, topology::ProxyType::Sidecar);
  if (clients.size() == 1) return std::move(clients.front());
  return fail(ErrorCode::Usage,
              fmt::format("the manifests have {} clients: name one with --proxy NAME.NAMESPACE",
                          clients.size()));
}

// The gateway to whose Service the client's mutual TLS leads.
std::optional<topology::Proxy> gateway_behind(const mesh::Mesh& mesh,
                                              const topology::Topology& client) {
  for (const topology::Proxy& proxy : proxies_of(mesh, topology::ProxyType::Router)) {
    const std::string domain = fmt::format(".{}.svc.", proxy.name_space);
    for (const topology::Cluster& cluster : client.clusters)
      if (cluster.tls && cluster.tls->kind == topology::TlsKind::IstioMutual &&
          cluster.service.find(domain) != std::string::npos)
        return proxy;
  }
  return std::nullopt;
}

}  // namespace

Result<std::unique_ptr<const DataPath>> load_data_path(Context& context,
                                                       const ForwardFlags& flags) {
  if (!flags.spec.empty()) {
    auto spec = load_spec(context, flags.spec);
    if (!spec) return tl::unexpected(spec.error());
    return std::make_unique<const SpecPath>(std::move(*spec));
  }
  auto loaded = load_mesh(context, flags.manifests, flags.mesh);
  if (!loaded) return tl::unexpected(loaded.error());
  const mesh::Mesh& mesh = *loaded->mesh;
  const auto client = client_of(mesh, flags.proxy);
  if (!client) return tl::unexpected(client.error());
  const auto gateway = gateway_behind(mesh, topology::compute(mesh, *client));
  auto out = std::make_unique<const MeshPath>(*std::move(loaded), *client, gateway);
  out->tell(context);
  return out;
}

std::vector<Sample> samples_of(const std::vector<RoleListener>& listeners, std::size_t most) {
  std::vector<Sample> out;
  for (const bool wrapped : {true, false})
    for (const RoleListener& listener : listeners)
      for (const bool plain : {false, true})
        for (const forward::RouteConfig& route : plain ? listener.plain : listener.routes) {
          const std::string& host = route.names.front();
          const bool is_wrapped = forward::ways_of(route).front()->tls.has_value();
          const bool in_cluster = host.find(".svc.") != std::string::npos;
          if (is_wrapped == wrapped && host != "*" && !in_cluster && out.size() < most)
            out.push_back({datapath::sample_name(route.names), listener.port, plain});
        }
  return out;
}

std::vector<std::string> internal_listeners_of(const std::vector<RoleListener>& listeners) {
  std::vector<std::string> out;
  for (const RoleListener& listener : listeners)
    for (const forward::RouteConfig& route : listener.routes)
      if (route.termination && !route.termination->listener.empty() &&
          std::find(out.begin(), out.end(), route.termination->listener) == out.end())
        out.push_back(route.termination->listener);
  return out;
}

}  // namespace egressctl::cli
