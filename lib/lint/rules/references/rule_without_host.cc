// EGR0207 rule-without-host
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "lib/base/text.h"
#include "lib/lint/rules/references/hops.h"
#include "lib/lint/rules/references/references.h"
#include "lib/lint/rules/references/short_names.h"
#include "lib/mesh/host.h"
#include "lib/mesh/host_index.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0207", "rule-without-host", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/destination-rule/#DestinationRule",
    "https://istio.io/latest/docs/reference/config/analysis/ist0174/", "kiali/kiali#4049"};

class Check {
 public:
  Check(const Context& in, Diagnostics& out) : in_(in), out_(out) {
    for (const mesh::VirtualService& service : in.mesh().routes())
      for (const mesh::Route& route : service.routes)
        for (const mesh::RouteTarget& target : route.targets) destinations_.insert(target.host);
  }

  void run() {
    for (const mesh::Rule& rule : in_.mesh().rules().all())
      if (!rule.host.empty() && !applies(rule) && is_lost(rule)) report(rule);
  }

 private:
  bool applies(const mesh::Rule& rule) {
    const mesh::Registry& registry = in_.mesh().registry();
    if (!mesh::is_pattern(rule.host)) return !registry.named(rule.host).empty();
    if (!rule.host.starts_with("*.")) return true;  // the index knows whole labels only
    if (services_ == nullptr) {
      services_ = std::make_unique<mesh::HostIndex<mesh::Service>>();
      for (const mesh::Service& service : registry.all()) services_->add(service.host, &service);
    }
    return services_->overlapping(rule.host, [&](const mesh::Service& service) {
      return mesh::is_subset(service.host, rule.host);
    }) != nullptr;
  }

  // Whether what it is for would be in the input. Where a route leads to the host, that says it.
  [[nodiscard]] bool is_lost(const mesh::Rule& rule) const {
    const mesh::Mesh& mesh = in_.mesh();
    if (mesh::is_pattern(rule.host)) {
      const std::string_view domain = std::string_view(rule.host).substr(1);
      if (domain.find('.', 1) == std::string_view::npos ||
          domain.ends_with(mesh.settings().cluster_domain))
        return false;
      return should_be_there(in_, domain.substr(1));
    }
    return should_be_there(in_, rule.host) && !destinations_.contains(rule.host) &&
           !meant_service(mesh, *rule.rule->host, rule.name_space).found();
  }

  void report(const mesh::Rule& rule) {
    const mesh::Registry& registry = in_.mesh().registry();
    const resource::Text& host = rule.rule->host;
    const bool inside = !cluster_name(in_.mesh(), rule.host).name_space.empty();
    auto finding =
        out_.report(kId, host.range, "no {} has the host \"{}\", so the rule applies to nothing",
                    inside ? "Service" : "ServiceEntry", rule.host);
    finding.alias("IST0174");
    const auto covering = registry.covering(rule.host);
    if (!covering.empty() && !mesh::is_pattern(rule.host)) {
      finding
          .related(covering.front()->range,
                   fmt::format("\"{}\" covers it, but only rules for this very host, or a wider "
                               "wildcard, apply to it",
                               covering.front()->host))
          .help(fmt::format("write \"{}\", or a ServiceEntry for \"{}\"", covering.front()->host,
                            rule.host));
      return;
    }
    suggest(rule, finding);
  }

  // Offers the host that differs in a letter or two.
  void suggest(const mesh::Rule& rule, Diagnostics::Builder finding) {
    if (names_.empty())
      for (const mesh::Service& service : in_.mesh().registry().all())
        names_.emplace_back(service.host);
    const auto near = nearest(rule.host, names_);
    if (!near.has_value()) {
      finding.help("correct the name, or lint the rule together with what it is for");
      return;
    }
    finding.help(fmt::format("did you mean \"{}\"?", *near));
    if (rule.rule->host.node == nullptr) return;
    if (const auto edit = yaml::replace_string(*rule.rule->host.node, *near))
      finding.fix({.title = fmt::format("write \"{}\"", *near), .safe = false, .edits = {*edit}});
  }

  const Context& in_;
  Diagnostics& out_;
  std::unordered_set<std::string_view> destinations_;
  std::unique_ptr<mesh::HostIndex<mesh::Service>> services_;  // made when a wildcard asks for it
  std::vector<std::string_view> names_;
};

void check(const Context& in, Diagnostics& out) {
  Check(in, out).run();
}

}  // namespace

const Rule kRuleWithoutHost{
    .info = {.id = kId,
             .summary = "a DestinationRule for a host that nothing has",
             .why = "Nobody looks the rule up: there is no mTLS to the gateway, no TLS to the "
                    "destination, no subset, and no log that tells.",
             .mend = "Write the host exactly as its Service or ServiceEntry has it; for a Service "
                     "`name.namespace.svc.cluster.local`.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
