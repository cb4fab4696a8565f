// Collects the manifests of one spec: fills templates and keeps the variables they share.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/generate/manifest.h"
#include "lib/generate/plan.h"
#include "lib/generate/template.h"
#include "lib/generate/template_set.h"

namespace egressctl::generate {

// Which resource a template becomes.
struct Identity {
  std::string name_space;
  std::string name;
  std::string helm_name_space;  // expression in a chart; empty: the namespace itself
};

// When a chart contains a manifest: an expression over its values; empty: always.
struct ChartScope {
  std::string condition;
};

// Not safe to share between threads. Refers to the plan and the templates, which must outlive it.
class SetBuilder {
 public:
  SetBuilder(const Plan& plan, const TemplateSet& templates, Target target)
      : plan_(plan), templates_(templates), target_(target) {}

  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] const spec::Spec& spec() const { return *plan_.spec; }
  [[nodiscard]] Target target() const { return target_; }

  // Fills `template_name` with `variables` and those that every template has: name, namespace,
  // partOf, networkingApi, securityApi, telemetryApi. `kind` is the resource's kind.
  void add(ApplyOrder order, std::string_view kind, std::string_view template_name,
           const Identity& identity, Variables variables, const ChartScope& scope = {});

  [[nodiscard]] std::vector<Manifest> take() { return std::move(manifests_); }

 private:
  const Plan& plan_;
  const TemplateSet& templates_;
  Target target_;
  std::vector<Manifest> manifests_;
};

// Makes values of plain containers.
[[nodiscard]] yaml::Value list_value(const std::vector<std::string>& items);
[[nodiscard]] yaml::Value map_value(const std::map<std::string, std::string>& entries);

// A list's value, or null for an empty one: `exportTo` is left out for every namespace.
[[nodiscard]] yaml::Value list_or_null(const std::vector<std::string>& items);

// Which API group versions the spec's Istio serves.
[[nodiscard]] std::string networking_api(IstioVersion version);
[[nodiscard]] std::string security_api(IstioVersion version);
[[nodiscard]] std::string telemetry_api(IstioVersion version);

// The gateway's namespace and `name` in it, with the chart's expression for the namespace.
[[nodiscard]] Identity in_gateway_namespace(const Plan& plan, std::string name);

// Variables that several emitters need, under the names that templates use.
[[nodiscard]] Variable gateway_selector(const Plan& plan);
[[nodiscard]] Variable gateway_host(const Plan& plan);
[[nodiscard]] Variable export_to(const Plan& plan);

// The chart's condition for what belongs to one destination.
[[nodiscard]] ChartScope destination_scope(const DestinationPlan& destination);

}  // namespace egressctl::generate
