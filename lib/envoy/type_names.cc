#include "lib/envoy/type_names.h"

#include "lib/resource/validation/old_filter_names.h"

namespace egressctl::envoy {
namespace {

struct Renamed {
  std::string_view old_name;
  std::string_view new_name;
};

constexpr Renamed kRenamedLoggers[] = {
    {"envoy.file_access_log", "envoy.access_loggers.file"},
    {"envoy.http_grpc_access_log", "envoy.access_loggers.http_grpc"},
    {"envoy.tcp_grpc_access_log", "envoy.access_loggers.tcp_grpc"},
};

struct Removed {
  std::string_view name;
  std::string_view reason;
};

constexpr std::string_view kGone = "it is not in Istio's proxy any more";
constexpr std::string_view kMixer = "Istio removed it with Mixer in 1.8";
constexpr std::string_view kCompressor = "Envoy replaced it by envoy.filters.http.compressor";
constexpr std::string_view kSquash = "Envoy removed it";

constexpr Removed kRemoved[] = {
    {"forward_downstream_sni", kGone},
    {"envoy.filters.network.forward_downstream_sni", kGone},
    {"sni_verifier", kGone},
    {"envoy.filters.network.sni_verifier", kGone},
    {"mixer", kMixer},
    {"envoy.filters.network.mixer", kMixer},
    {"istio_authn", kGone},
    {"istio.authn", kGone},
    {"jwt-auth", "Istio replaced it by envoy.filters.http.jwt_authn"},
    {"istio-auth", kMixer},
    {"envoy.filters.http.gzip", kCompressor},
    {"envoy.gzip", kCompressor},
    {"envoy.filters.http.squash", kSquash},
    {"envoy.squash", kSquash},
};

// Starts of type names.
constexpr Removed kRemovedTypes[] = {
    {"istio.mixer.", kMixer},
    {"istio.authentication.", kGone},
    {"istio.envoy.config.filter.http.authn.", kGone},
    {"istio.envoy.config.filter.network.forward_downstream_sni.", kGone},
    {"istio.envoy.config.filter.network.sni_verifier.", kGone},
    {"envoy.extensions.filters.http.squash.", kSquash},
};

}  // namespace

std::string_view new_name(std::string_view name, bool http) {
  if (http && name == "envoy.ext_authz") return "envoy.filters.http.ext_authz";
  if (http && name == "envoy.ratelimit") return "envoy.filters.http.ratelimit";
  for (const Renamed& each : kRenamedLoggers)
    if (each.old_name == name) return each.new_name;
  return resource::validation::new_filter_name(name);
}

std::string_view removal_of_name(std::string_view name) {
  for (const Removed& each : kRemoved)
    if (each.name == name) return each.reason;
  return {};
}

std::string_view removal_of_type(std::string_view type) {
  for (const Removed& each : kRemovedTypes)
    if (type.starts_with(each.name)) return each.reason;
  return {};
}

bool is_v2_type(std::string_view type) {
  if (!type.starts_with("envoy.")) return false;
  for (const std::string_view version : {".v2.", ".v2alpha.", ".v2alpha1.", ".v1alpha1.", ".v1."})
    if (type.find(version) != std::string_view::npos) return true;
  return type.starts_with("envoy.config.cluster.redis.");
}

std::string_view extension_of_type(std::string_view type) {
  constexpr std::string_view kExtensions = "envoy.extensions.";
  if (!type.starts_with(kExtensions)) return {};
  type.remove_prefix(kExtensions.size());
  const std::size_t version = type.find(".v3");
  return version == std::string_view::npos ? std::string_view() : type.substr(0, version);
}

}  // namespace egressctl::envoy
