#include "lib/topology/upstream_tls.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/topology/downstream_tls.h"

namespace egressctl::topology {
namespace {

using resource::ClientTlsMode;

std::vector<std::string> to_strings(const resource::Texts& texts) {
  std::vector<std::string> out;
  for (const resource::Text& text : *texts) out.push_back(*text);
  return out;
}

Causes causes_of(const PolicyPart<resource::ClientTls>& tls) {
  if (!tls) return {};
  return {{tls.resource, tls->mode.present() ? tls->mode.range : tls.value->range}};
}

UpstreamTls mutual_of_mesh(const UpstreamTlsInput& input, const Cluster& cluster) {
  UpstreamTls out;
  out.kind = TlsKind::IstioMutual;
  out.certificates = {"default"};
  out.trust = "ROOTCA";
  out.alpn = {"istio-peer-exchange", "istio"};
  if (cluster.http2) out.alpn.emplace_back("h2");
  out.causes = causes_of(input.tls);
  if (input.tls) {
    out.sni = *input.tls->sni;
    out.subject_alt_names = to_strings(input.tls->subject_alt_names);
    if (input.tls->sni.present()) out.causes.push_back({input.tls.resource, input.tls->sni.range});
  }
  if (out.sni.empty()) out.sni = input.mutual_tls_name;
  if (out.subject_alt_names.empty() && input.identities != nullptr)
    out.subject_alt_names = *input.identities;
  out.auto_sni = input.dynamic && out.sni.empty();
  out.auto_san_validation = input.dynamic;
  return out;
}

// Whether the proxy may ask istiod for a Secret of that name: a sidecar may for a DestinationRule
// that is for chosen workloads, since such a rule says whom the Secret is for.
bool may_use_credential(const View& view, const UpstreamTlsInput& input) {
  const std::string& name = *input.tls->credential_name;
  return view.is_router() || input.rule_has_selector || name.empty() ||
         name.starts_with("configmap://");
}

std::optional<UpstreamTls> written(const View& view, const UpstreamTlsInput& input,
                                   const Cluster& cluster, bool mutual) {
  const resource::ClientTls& tls = **input.tls.value;
  if (!may_use_credential(view, input)) return std::nullopt;
  const bool unchecked = *tls.insecure_skip_verify;
  UpstreamTls out;
  out.kind = mutual ? TlsKind::Mutual : TlsKind::Simple;
  out.sni = *tls.sni;
  out.causes = causes_of(input.tls);
  if (tls.sni.present()) out.causes.push_back({input.tls.resource, tls.sni.range});
  out.auto_sni = tls.sni->empty();
  out.auto_san_validation =
      !unchecked && (input.dynamic || (out.auto_sni && tls.subject_alt_names->empty()));
  if (cluster.http2) out.alpn = {"h2"};
  std::vector<std::string> names = to_strings(tls.subject_alt_names);
  if (names.empty() && input.external_service && input.identities != nullptr)
    names = *input.identities;
  if (!tls.credential_name->empty()) {
    const std::string secret = secret_name(*tls.credential_name);
    if (mutual) out.certificates = {secret};
    if (!unchecked) out.trust = secret_name(*tls.credential_name + "-cacert");
  } else {
    if (mutual) {
      std::string files = file_secret_name(*tls.client_certificate, *tls.private_key);
      if (files.empty()) return std::nullopt;
      out.certificates = {std::move(files)};
    }
    const std::string& authorities = *tls.ca_certificates;
    if (!unchecked)
      out.trust = fmt::format("file-root:{}", authorities.empty() ? "system" : authorities);
  }
  if (!unchecked) out.subject_alt_names = std::move(names);
  return out;
}

}  // namespace

void set_upstream_tls(const View& view, const UpstreamTlsInput& input, Cluster& cluster) {
  if (input.tls) {
    switch (*input.tls->mode) {
      case ClientTlsMode::Disable:
      case ClientTlsMode::Unknown: return;
      case ClientTlsMode::Simple: cluster.tls = written(view, input, cluster, false); return;
      case ClientTlsMode::Mutual: cluster.tls = written(view, input, cluster, true); return;
      case ClientTlsMode::IstioMutual: cluster.tls = mutual_of_mesh(input, cluster); return;
    }
  }
  if (!input.auto_mutual_tls) return;
  UpstreamTls tls = mutual_of_mesh(input, cluster);
  // No endpoint of such a cluster is known, so that no label of one could be looked at.
  if (cluster.type == ClusterType::OriginalDst) {
    cluster.tls = std::move(tls);
    return;
  }
  cluster.tls_matches = {{"tlsMode-istio", std::move(tls)}, {"tlsMode-disabled", std::nullopt}};
}

bool uses_auto_mutual_tls(const View& view, const Service& service, const mesh::ServicePort& port,
                          bool passthrough) {
  const resource::MeshConfig* config = view.snapshot.mesh.settings().mesh_config;
  if (config != nullptr && config->enable_auto_mtls.present() && !*config->enable_auto_mtls)
    return false;
  if (service.external) return false;
  if (service.resolution == Resolution::Passthrough || passthrough) {
    const auto instances = view.snapshot.endpoints.of(service.host, service.name_space).at(port);
    if (instances.empty() ||
        std::any_of(instances.begin(), instances.end(),
                    [](const Instance* instance) { return !instance->mutual_tls; }))
      return false;
  }
  return view.snapshot.peers.of_namespace(service.name_space) != MutualTlsMode::Disable;
}

}  // namespace egressctl::topology
