// EGR0410 port-drops-tls
#include <algorithm>
#include <optional>
#include <string>
#include <unordered_set>

#include "lib/lint/rules/tls/client_tls.h"
#include "lib/lint/rules/tls/tls.h"
#include "lib/yaml/edit.h"
#include "lib/yaml/emit.h"

namespace egressctl::lint::rules {
namespace {

using resource::ClientTlsMode;
using resource::Positioned;
using resource::TrafficPolicy;

constexpr RuleId kId{"EGR0410", "port-drops-tls", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/destination-rule/"
    "#TrafficPolicy-PortTrafficPolicy"};

yaml::Value value_of(const yaml::Node& node) {
  if (node.is_mapping()) {
    yaml::Value::Mapping out;
    for (const yaml::Entry& entry : node.entries)
      out.emplace_back(std::string(entry.key.scalar), value_of(entry.value));
    return out;
  }
  if (node.is_sequence()) {
    yaml::Value::Sequence out;
    for (const yaml::Node& item : node.items) out.push_back(value_of(item));
    return out;
  }
  if (node.is_plain() && (node.scalar == "true" || node.scalar == "false"))
    return node.scalar == "true";
  return node.scalar;
}

class Check {
 public:
  Check(const Context& in, Diagnostics& out) : in_(in), out_(out) {}

  void run() {
    for (const mesh::Rule& rule : in_.mesh().rules().all()) {
      const TrafficPolicy& top = *rule.rule->traffic_policy;
      check(rule, top, nullptr);
      for (const auto& subset : *rule.rule->subsets) check(rule, *subset->traffic_policy, &top);
    }
  }

 private:
  void check(const mesh::Rule& rule, const TrafficPolicy& policy, const TrafficPolicy* around) {
    for (const auto& entry : *policy.port_level_settings) {
      if (entry->tls.present() || !entry->port.present()) continue;
      const std::int64_t port = *entry->port->number;
      const ClientTls* lost = policy.tls.present() ? &policy.tls : nullptr;
      if (lost == nullptr && around != nullptr) lost = client_tls(*around, port);
      if (lost == nullptr || !is_needed(rule, **lost, port)) continue;
      auto finding = out_.report(kId, entry.range,
                                 "the settings of port {} replace all that is set around them, and "
                                 "have no \"tls\": what goes to \"{}\" there is no longer {}",
                                 port, rule.host, lost->value.mode.text());
      finding.related(lost->range, "the TLS settings that are lost")
          .help("repeat \"tls\" in the settings of the port");
      if (const auto edit = yaml::insert_entry(*entry.node, "tls",
                                               yaml::emit_flow(value_of(*lost->node), 0, 2, 1000)))
        finding.fix({.title = "repeat the TLS settings", .safe = false, .edits = {*edit}});
    }
  }

  // Whether traffic to the port breaks or leaks without the settings.
  bool is_needed(const mesh::Rule& rule, const resource::ClientTls& tls, std::int64_t port) {
    const mesh::ServicePort* known = nullptr;
    bool external = false;
    const auto& services = in_.mesh().registry().named(rule.host);
    for (const mesh::Service* service : services) {
      if (known == nullptr) known = service->port(port);
      external = external || service->is_external();
    }
    if (!services.empty() && known == nullptr) return false;
    switch (*tls.mode) {
      case ClientTlsMode::IstioMutual:
        return external || !tls.sni->empty() || !has_auto_mtls() || is_egress_gateway(rule.host);
      case ClientTlsMode::Simple:
      case ClientTlsMode::Mutual: return is_plain_here(rule.host, port, known);
      case ClientTlsMode::Disable:
      case ClientTlsMode::Unknown: break;
    }
    return false;
  }

  [[nodiscard]] bool has_auto_mtls() const {
    const auto* config = in_.mesh().settings().mesh_config;
    return config == nullptr || !config->enable_auto_mtls.present() || *config->enable_auto_mtls;
  }

  // With mTLS that istiod adds by itself the SNI is not one that a gateway's servers know.
  [[nodiscard]] bool is_egress_gateway(const std::string& host) const {
    const auto& gateways = in_.gateways().behind(host);
    return std::any_of(gateways.begin(), gateways.end(),
                       [](const mesh::GatewayView* view) { return view->egress; });
  }

  // Whether proxies hold plain text for the port, so that it is theirs to make TLS of it.
  bool is_plain_here(const std::string& host, std::int64_t port, const mesh::ServicePort* known) {
    if (known == nullptr) return port != 80;
    if (resource::is_tls(known->protocol)) return routes_plain_text(host, port);
    const std::int64_t target = known->target != 0 ? known->target : port;
    return !resource::is_http(known->protocol) || target != 80;
  }

  // A gateway sends requests that it has read to a port that is declared as TLS.
  bool routes_plain_text(const std::string& host, std::int64_t port) {
    if (!plain_) {
      plain_.emplace();
      for (const mesh::VirtualService& service : in_.mesh().routes())
        for (const mesh::Route& route : service.routes)
          for (const mesh::RouteTarget& target : route.targets)
            if (route.kind != mesh::RouteKind::Tls)
              plain_->insert(name_of(target.host, *target.destination->port->number));
    }
    return plain_->contains(name_of(host, port)) || plain_->contains(name_of(host, 0));
  }

  static std::string name_of(const std::string& host, std::int64_t port) {
    return fmt::format("{}:{}", host, port);
  }

  const Context& in_;
  Diagnostics& out_;
  std::optional<std::unordered_set<std::string>> plain_;  // destinations of HTTP and TCP routes
};

void check(const Context& in, Diagnostics& out) {
  Check(in, out).run();
}

}  // namespace

const Rule kPortDropsTls{
    .info = {.id = kId,
             .summary = "settings of a port that drop the TLS settings around them",
             .why = "An entry of `portLevelSettings` counts instead of the policy around it, not "
                    "on top of it: what it leaves out has Istio's default. A connection pool for "
                    "one port so turns its TLS off, and the other end resets the connection (`UF`, "
                    "`UC`).",
             .mend = "Repeat `tls` in the entry.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
