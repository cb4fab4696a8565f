#include "lib/bootstrap/tls.h"

#include <fmt/format.h>

#include "lib/base/ip_address.h"
#include "lib/bootstrap/written.h"

namespace egressctl::bootstrap {
namespace {

constexpr std::string_view kSocket = "envoy.transport_sockets.tls";
constexpr std::string_view kSocketType = "envoy.config.core.v3.TransportSocket";
constexpr std::string_view kFileCertificate = "file-cert:";
constexpr std::string_view kFileAuthority = "file-root:";
constexpr std::string_view kAuthorityEnding = "-cacert";

// What "file-root:system" means where Envoy's images are made of.
constexpr std::string_view kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

// Secrets are among the static resources: their names without a source.
Json reference(std::string_view name) {
  return {{"name", name}};
}

// An identity is a URI; "spiffe://DOMAIN/" stands for all that start with it.
Json matcher_of(const std::string& name) {
  const bool uri = name.find("://") != std::string::npos;
  const std::string_view kind = uri ? "URI" : IpAddress::parse(name) ? "IP_ADDRESS" : "DNS";
  return {{"san_type", kind},
          {"matcher", {{uri && name.ends_with('/') ? "prefix" : "exact", name}}}};
}

void add_validation(Build& build, const std::string& trust, const std::vector<std::string>& names,
                    Json& common) {
  if (trust.empty()) return;
  build.authorities.insert(trust);
  if (names.empty()) {
    common["validation_context_sds_secret_config"] = reference(trust);
    return;
  }
  Json matchers = Json::array();
  for (const std::string& name : names) matchers.push_back(matcher_of(name));
  common["combined_validation_context"] = {
      {"default_validation_context", {{"match_typed_subject_alt_names", std::move(matchers)}}},
      {"validation_context_sds_secret_config", reference(trust)}};
}

void add_certificates(Build& build, const std::vector<std::string>& names, Json& common) {
  for (const std::string& name : names) {
    build.certificates.insert(name);
    common["tls_certificate_sds_secret_configs"].push_back(reference(name));
  }
}

// What a patch says of certificates by name comes from the same secrets.
void point_at_secrets(Build& build, Json& common) {
  const auto drop_source = [](Json& config) { config.erase("sds_config"); };
  if (const auto found = common.find("tls_certificate_sds_secret_configs"); found != common.end())
    for (Json& config : *found) {
      drop_source(config);
      build.certificates.insert(config.value("name", ""));
    }
  const auto authority = [&](Json& holder) {
    const auto found = holder.find("validation_context_sds_secret_config");
    if (found == holder.end()) return;
    drop_source(*found);
    build.authorities.insert(found->value("name", ""));
  };
  authority(common);
  if (const auto combined = common.find("combined_validation_context"); combined != common.end())
    authority(*combined);
}

Json finish(Build& build, Json made, const topology::Written& written) {
  if (written.whole) {
    made = merged(written, kSocketType);
  } else {
    complete(made, written, kSocketType);
  }
  if (made.contains("typed_config") && made["typed_config"].contains("common_tls_context"))
    point_at_secrets(build, made["typed_config"]["common_tls_context"]);
  return made;
}

// The folder of a Secret below the one for all.
std::string folder_of(const Build& build, std::string_view name) {
  const std::size_t scheme = name.find("://");
  if (scheme != std::string_view::npos) name.remove_prefix(scheme + 3);
  return fmt::format("{}/{}", build.options.certificates, name);
}

SecretFiles certificate_files(const Build& build, std::string_view name) {
  if (const auto named = build.options.secrets.find(name); named != build.options.secrets.end())
    return named->second;
  if (name.starts_with(kFileCertificate)) {
    name.remove_prefix(kFileCertificate.size());
    const std::size_t end = name.find('~');
    return {std::string(name.substr(0, end)), std::string(name.substr(end + 1))};
  }
  if (name.find("://") == std::string_view::npos)
    return {build.options.certificates + "/cert-chain.pem",
            build.options.certificates + "/key.pem"};
  const std::string folder = folder_of(build, name);
  return {folder + "/tls.crt", folder + "/tls.key"};
}

std::string authority_file(const Build& build, std::string_view name) {
  if (const auto named = build.options.secrets.find(name); named != build.options.secrets.end())
    return named->second.certificate;
  if (name.starts_with(kFileAuthority)) {
    name.remove_prefix(kFileAuthority.size());
    return std::string(name == "system" ? kSystemAuthorities : name);
  }
  if (name.find("://") == std::string_view::npos)
    return build.options.certificates + "/root-cert.pem";
  if (name.ends_with(kAuthorityEnding)) name.remove_suffix(kAuthorityEnding.size());
  return folder_of(build, name) + "/ca.crt";
}

}  // namespace

Json transport_socket(Build& build, const topology::UpstreamTls& tls) {
  Json common = Json::object();
  if (!tls.alpn.empty()) common["alpn_protocols"] = tls.alpn;
  Json context = Json::object();
  if (!tls.written.whole) {
    add_certificates(build, tls.certificates, common);
    add_validation(build, tls.trust, tls.subject_alt_names, common);
  }
  context["common_tls_context"] = std::move(common);
  if (!tls.sni.empty()) context["sni"] = tls.sni;
  return finish(
      build, extension(kSocket, "transport_sockets.tls.v3.UpstreamTlsContext", std::move(context)),
      tls.written);
}

Json transport_socket(Build& build, const topology::DownstreamTls& tls) {
  Json common = Json::object();
  if (!tls.alpn.empty()) common["alpn_protocols"] = tls.alpn;
  if (!tls.written.whole) {
    add_certificates(build, tls.certificates, common);
    add_validation(build, tls.trust, tls.subject_alt_names, common);
  }
  Json context = {{"common_tls_context", std::move(common)},
                  {"require_client_certificate", tls.require_client_certificate}};
  return finish(
      build,
      extension(kSocket, "transport_sockets.tls.v3.DownstreamTlsContext", std::move(context)),
      tls.written);
}

Json secrets(const Build& build) {
  Json out = Json::array();
  for (const std::string& name : build.certificates) {
    const SecretFiles files = certificate_files(build, name);
    out.push_back({{"name", name},
                   {"tls_certificate",
                    {{"certificate_chain", {{"filename", files.certificate}}},
                     {"private_key", {{"filename", files.key}}}}}});
  }
  for (const std::string& name : build.authorities)
    out.push_back(
        {{"name", name},
         {"validation_context", {{"trusted_ca", {{"filename", authority_file(build, name)}}}}}});
  return out;
}

}  // namespace egressctl::bootstrap
