// EGR0213 missing-secret
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "lib/lint/rules/references/hops.h"
#include "lib/lint/rules/references/references.h"
#include "lib/lint/rules/references/secrets.h"
#include "lib/lint/rules/tls/client_tls.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0213", "missing-secret", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings",
    "https://istio.io/latest/docs/reference/config/networking/destination-rule/"
    "#ClientTLSSettings",
    "https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway-tls-origination/",
    "istio/istio#16453"};

// The name alone; empty for what is no Secret of the proxy's own namespace, such as
// "configmap://x" or "kubernetes-gateway://ns/x".
//
// Source: istio/istio pilot/pkg/model/credentials/resource.go (ParseResourceName).
std::string_view secret_name(std::string_view credential) {
  constexpr std::string_view kPrefix = "kubernetes://";
  if (credential.starts_with(kPrefix)) credential.remove_prefix(kPrefix.size());
  return credential.find('/') == std::string_view::npos ? credential : std::string_view();
}

class Check {
 public:
  Check(const Context& in, Diagnostics& out) : in_(in), out_(out), secrets_(in.mesh()) {}

  void run() {
    for (const mesh::GatewayView& gateway : in_.gateways().all())
      for (const auto& server : *gateway.gateway->servers) check_server(gateway, *server->tls);
    check_clients();
  }

 private:
  void check_server(const mesh::GatewayView& gateway, const resource::ServerTls& tls) {
    using resource::ServerTlsMode;
    const std::string_view name = secret_name(*tls.credential_name);
    if (name.empty() || *tls.mode == ServerTlsMode::Passthrough) return;
    for (const std::string_view place : gateway.namespaces) {
      if (!check_there(tls.credential_name, name, place, "the gateway's pods run", "IST0101"))
        return;
      const resource::Resource* secret = secrets_.find(place, name);
      if (secret == nullptr) continue;
      if (!Secrets::has_key(*secret, {"tls.crt", "cert"}) ||
          !Secrets::has_key(*secret, {"tls.key", "key"})) {
        report_key(tls.credential_name, *secret, "tls.crt and tls.key");
      } else if (*tls.mode == ServerTlsMode::Mutual && tls.ca_cert_credential_name->empty() &&
                 !Secrets::has_key(*secret, {"ca.crt", "cacert"}) &&
                 !secrets_.has(place, fmt::format("{}-cacert", name))) {
        report_key(tls.credential_name, *secret,
                   "ca.crt, to check clients' certificates with (nor is there a Secret of that "
                   "name with \"-cacert\")");
      }
    }
  }

  // The settings by which proxies make TLS, with the namespaces of the proxies.
  void check_clients() {
    const Hops& hops = in_.shared<Hops>();
    std::unordered_set<const ClientTls*> at_gateways;
    std::unordered_map<const ClientTls*, const Hop*> at_sidecars;
    for (const Hop& hop : hops.all()) {
      if (hop.client.empty()) continue;
      const ClientTls* tls = client_tls(in_, hop, port_of(hop));
      if (tls == nullptr || !originates(*tls) || (*tls)->credential_name->empty()) continue;
      if (hop.gateway == nullptr) {
        at_sidecars.try_emplace(tls, &hop);
        continue;
      }
      at_gateways.insert(tls);
      check_client(*tls, hop.client);
    }
    for (const mesh::Rule& rule : in_.mesh().rules().all()) {
      for_each_client_tls(*rule.rule, [&](const ClientTls& tls) {
        if (at_gateways.contains(&tls)) return;
        const auto hop = at_sidecars.find(&tls);
        check_sidecars(rule, tls, hop != at_sidecars.end() ? hop->second : nullptr);
      });
    }
  }

  [[nodiscard]] std::int64_t port_of(const Hop& hop) const {
    const auto& port = hop.target->destination->port;
    if (port.present()) return *port->number;
    const auto& services = in_.mesh().registry().named(hop.target->host);
    return !services.empty() && !services.front()->ports.empty()
               ? services.front()->ports.front().number
               : 0;
  }

  // Sidecars read Secrets only for rules that choose their workloads.
  void check_sidecars(const mesh::Rule& rule, const ClientTls& tls, const Hop* hop) {
    const resource::Text& credential = tls->credential_name;
    if (!originates(tls) || secret_name(*credential).empty()) return;
    if (rule.rule->workload_selector.present()) {
      check_client(tls, rule.name_space);
    } else if (hop != nullptr && told_.insert(&credential).second) {
      out_.report(kId, credential.range,
                  "sidecars send to \"{}\" by this rule, and read no Secret for a rule without "
                  "\"workloadSelector\"",
                  rule.host)
          .related(hop->target->range, "where sidecars send to it")
          .help("add \"workloadSelector\", and the Secret to the namespace of its workloads");
    }
  }

  void check_client(const ClientTls& tls, std::string_view place) {
    const std::string_view name = secret_name(*tls->credential_name);
    if (name.empty() ||
        !check_there(tls->credential_name, name, place, "the proxies that make TLS run", ""))
      return;
    const resource::Resource* secret = secrets_.find(place, name);
    if (secret == nullptr || *tls->mode != resource::ClientTlsMode::Mutual) return;
    if (!Secrets::has_key(*secret, {"tls.crt", "cert"}) ||
        !Secrets::has_key(*secret, {"tls.key", "key"}))
      report_key(tls->credential_name, *secret, "tls.crt and tls.key");
  }

  // Whether the Secret is there, or may be; reports it otherwise.
  bool check_there(const resource::Text& credential, std::string_view name, std::string_view place,
                   std::string_view who, std::string_view alias) {
    if (secrets_.has(place, name) || secrets_.has(place, fmt::format("{}-cacert", name)))
      return true;
    const auto& elsewhere = secrets_.named(name);
    if (elsewhere.empty() && !secrets_.knows(place)) return true;
    if (!told_.insert(&credential).second) return false;
    auto finding =
        out_.report(kId, credential.range,
                    "there is no Secret \"{}\" in namespace \"{}\", where {}", name, place, who);
    if (!alias.empty()) finding.alias(std::string(alias));
    if (elsewhere.empty()) {
      finding.help(fmt::format("create it in namespace \"{}\", or correct the name", place));
      return false;
    }
    finding
        .related(elsewhere.front()->metadata.name.range,
                 fmt::format("namespace \"{}\" has one of that name, which they can't read",
                             in_.mesh().namespace_of(*elsewhere.front())))
        .help(fmt::format("create it in namespace \"{}\"", place));
    return false;
  }

  void report_key(const resource::Text& credential, const resource::Resource& secret,
                  std::string_view what) {
    if (!told_.insert(&credential).second) return;
    out_.report(kId, credential.range, "the Secret \"{}\" lacks {}", *secret.metadata.name, what)
        .related(secret.metadata.name.range, "the Secret is here")
        .help("add what it lacks; kubectl create secret generic takes --from-file=tls.crt=...");
  }

  const Context& in_;
  Diagnostics& out_;
  Secrets secrets_;
  std::unordered_set<const resource::Text*> told_;
};

void check(const Context& in, Diagnostics& out) {
  Check(in, out).run();
}

}  // namespace

const Rule kMissingSecret{
    .info = {.id = kId,
             .summary = "a credentialName whose Secret the proxy can't read",
             .why = "A proxy gets Secrets of its own namespace alone: for a Gateway that of the "
                    "gateway's pods, for TLS to a destination that of the proxy which makes it. "
                    "Without it the listener or cluster waits for its certificate for ever: "
                    "connections are reset (`UF`), and the log says `secret not found`.",
             .mend = "Create the Secret in the namespace of the proxy's pods; for sidecars add "
                     "`workloadSelector` to the DestinationRule.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
