#include "lib/forward/admin/certificates.h"

#include <chrono>
#include <ctime>
#include <set>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lib/forward/tls/certificate_facts.h"
#include "lib/forward/tls/openssl.h"

namespace egressctl::forward {
namespace {

using Json = nlohmann::ordered_json;

Json certificate_json(X509* certificate, const std::string& path) {
  const CertificateFacts facts = facts_of(certificate);
  const std::time_t begin = facts.from;
  const std::time_t end = facts.until;
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  constexpr std::int64_t kDay = 24L * 60 * 60;
  Json names = Json::array();
  for (const std::string& uri : facts.uris) names.push_back({{"uri", uri}});
  for (const std::string& host : facts.hosts) names.push_back({{"dns", host}});
  // Envoy: 0 for what has ended.
  return {{"path", path},
          {"serial_number", facts.serial},
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
