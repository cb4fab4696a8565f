#include "lib/forward/admin/certificates.h"

#include <chrono>
#include <ctime>
#include <set>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/bn.h>

#include "lib/forward/openssl.h"

namespace egressctl::forward {
namespace {

using Json = nlohmann::ordered_json;

std::string serial_number(X509* certificate) {
  const std::unique_ptr<BIGNUM, FreeWith<BN_free>> number(
      ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  std::string out;
  if (char* text = number ? BN_bn2hex(number.get()) : nullptr; text != nullptr) {
    out = text;
    OPENSSL_free(text);
  }
  for (char& c : out)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::time_t seconds_of(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? ::timegm(&parts) : 0;
}

Json certificate_json(X509* certificate, const std::string& path) {
  const std::time_t begin = seconds_of(X509_get0_notBefore(certificate));
  const std::time_t end = seconds_of(X509_get0_notAfter(certificate));
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  constexpr std::int64_t kDay = 24L * 60 * 60;
  Json names = Json::array();
  for (const std::string& name : names_of(certificate))
    names.push_back({{name.find("://") == std::string::npos ? "dns" : "uri", name}});
  // Envoy: 0 for what has ended.
  return {{"path", path},
          {"serial_number", serial_number(certificate)},
          {"subject_alt_names", names},
          {"days_until_expiration", std::to_string(end > now ? (end - now) / kDay : 0)},
          {"valid_from", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(begin))},
          {"expiration_time", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(end))}};
}

Json chain_json(const std::string& pem, const std::string& path) {
  Json out = Json::array();
  for (const CertificatePtr& certificate : read_certificates(pem))
    out.push_back(certificate_json(certificate.get(), path.empty() ? "<inline>" : path));
  return out;
}

// Many routes share a context: each is shown once.
class Page {
 public:
  void add(const std::shared_ptr<const TlsContext>& tls) {
    if (tls == nullptr || !seen_.insert(tls.get()).second) return;
    const TlsSettings& settings = tls->settings();
    certificates_.push_back(
        {{"ca_cert", chain_json(settings.credentials.authorities, settings.paths.authorities)},
         {"cert_chain",
          chain_json(settings.credentials.certificates, settings.paths.certificates)}});
  }

  void add(const RouteTable& table) {
    for (const Route& route : table.routes()) add(route);
  }

  [[nodiscard]] Json take() { return {{"certificates", std::move(certificates_)}}; }

 private:
  void add(const Route& route) {
    add(route.tls);
    for (const Route& choice : route.choices) add(choice);
    if (route.termination == nullptr) return;
    add(route.termination->tls);
    if (route.termination->inside != nullptr) add(*route.termination->inside);
  }

  std::set<const TlsContext*> seen_;
  Json certificates_ = Json::array();
};

}  // namespace

std::string certificates_page(const Forwarder& forwarder) {
  Page page;
  for (const auto& rules : forwarder.rules()) {
    page.add(rules->routes);
    page.add(rules->plain);
  }
  return page.take().dump(1) + "\n";
}

}  // namespace egressctl::forward
