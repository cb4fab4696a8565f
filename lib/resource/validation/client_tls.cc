#include <string_view>

#include "lib/resource/validation/parts.h"
#include "lib/resource/validation/traffic.h"
#include "lib/yaml/edit.h"

namespace egressctl::resource::validation {
namespace {

constexpr std::string_view kConfigMap = "configmap://";

// "configmap://namespace/name", the namespace being the rule's own.
void check_config_map(Report& report, const Text& name) {
  if (!name->starts_with(kConfigMap)) return;
  const std::string_view rest = std::string_view(*name).substr(kConfigMap.size());
  const std::size_t slash = rest.find('/');
  const std::string_view name_space = rest.substr(0, slash);
  const std::string_view object =
      slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  if (name_space.empty() || object.substr(0, object.find('/')).empty()) {
    report.error(kInvalidClientTls, name.range,
                 "\"{}\" is not of the form \"configmap://namespace/name\"", *name);
    return;
  }
  if (name_space == report.name_space()) return;
  report
      .error(kInvalidClientTls, name.range,
             "\"credentialName\" names a ConfigMap of namespace \"{}\", but the resource is in "
             "\"{}\"",
             name_space, report.name_space())
      .help("a ConfigMap can be read from the resource's own namespace only");
}

// What verifies the server's certificate although nothing shall be verified.
void check_skip_verify(Report& report, const ClientTls& tls) {
  if (!*tls.insecure_skip_verify) return;
  const bool simple = *tls.mode == ClientTlsMode::Simple;
  if (!simple && *tls.mode != ClientTlsMode::Mutual) return;
  const auto refuse = [&](const auto& field, std::string_view key) {
    if (field->empty()) return;
    report
        .error(kInvalidClientTls, field.range,
               "\"{}\" is void: \"insecureSkipVerify\" says that the server's certificate is not "
               "verified",
               key)
        .related(tls.insecure_skip_verify.range, "the switch")
        .help("remove \"insecureSkipVerify\", so that the server is verified");
  };
  refuse(tls.ca_certificates, "caCertificates");
  // For mode MUTUAL the Secret has the client's certificate, too.
  if (simple) refuse(tls.credential_name, "credentialName");
  refuse(tls.subject_alt_names, "subjectAltNames");
}

void check_beside_credential(Report& report, const Positioned<ClientTls>& tls) {
  const auto refuse = [&](const Text& field, std::string_view key) {
    if (field->empty()) return;
    report
        .error(kIncompleteClientCredentials, field.range,
               "\"{}\" can't stand beside \"credentialName\", whose Secret has it", key)
        .related(tls->credential_name.range, "the Secret")
        .help("keep either the Secret or the files");
  };
  refuse(tls->client_certificate, "clientCertificate");
  refuse(tls->ca_certificates, "caCertificates");
  refuse(tls->private_key, "privateKey");
  refuse(tls->ca_crl, "caCrl");
}

void check_client_certificate(Report& report, const Positioned<ClientTls>& tls) {
  const auto need = [&](const Text& field, std::string_view key) {
    if (!field->empty()) return;
    report.missing(kIncompleteClientCredentials, tls, field, key, "mode MUTUAL needs \"{}\"", key)
        .help("give \"clientCertificate\" and \"privateKey\", or \"credentialName\"");
  };
  need(tls->client_certificate, "clientCertificate");
  need(tls->private_key, "privateKey");
}

// Istio accepts them and puts its own in their place.
void check_istio_mutual(Report& report, const Positioned<ClientTls>& tls) {
  const auto warn = [&](const Text& field, std::string_view key) {
    if (field->empty()) return;
    auto finding = report.own(kIstioMutualWithCertificates, field.range,
                              "mode ISTIO_MUTUAL has the mesh's own certificates, so \"{}\" is "
                              "never used",
                              key);
    finding.help(fmt::format("remove \"{}\", or use mode MUTUAL for certificates of your own", key))
        .related(tls->mode.range, "the mode");
    if (auto edit = yaml::remove_entry(*tls.node, key))
      finding.fix({.title = fmt::format("remove \"{}\"", key), .safe = true, .edits = {*edit}});
  };
  warn(tls->client_certificate, "clientCertificate");
  warn(tls->private_key, "privateKey");
  warn(tls->ca_certificates, "caCertificates");
  warn(tls->credential_name, "credentialName");
}

}  // namespace

void check_client_tls(Report& report, const Positioned<ClientTls>& tls) {
  if (!tls.present()) return;
  check_config_map(report, tls->credential_name);
  check_skip_verify(report, *tls);
  if (*tls->mode == ClientTlsMode::IstioMutual) check_istio_mutual(report, tls);
  check_spelling(report, tls->sni);
  const bool mutual = *tls->mode == ClientTlsMode::Mutual;
  if ((mutual || *tls->mode == ClientTlsMode::Simple) && !tls->credential_name->empty())
    return check_beside_credential(report, tls);
  if (mutual) check_client_certificate(report, tls);
}

}  // namespace egressctl::resource::validation
