#include "lib/generate/set_builder.h"

#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace egressctl::generate {
namespace {

// networking, security (all kinds) and telemetry reached v1 together.
// Source: Istio 1.22 release notes, "promoted to v1".
constexpr IstioVersion kV1Apis{22};

std::string action(std::string_view text) {
  return fmt::format("{{{{- {} }}}}\n", text);
}

}  // namespace

void SetBuilder::add(ApplyOrder order, std::string_view kind, std::string_view template_name,
                     const Identity& identity, Variables variables, const ChartScope& scope) {
  const IstioVersion version = *spec().istio.version;
  variables.try_emplace("name", Variable{identity.name, {}});
  variables.try_emplace("namespace", Variable{identity.name_space, identity.helm_name_space});
  variables.try_emplace("partOf", Variable{spec().name, {}});
  variables.try_emplace("networkingApi", Variable{networking_api(version), {}});
  variables.try_emplace("securityApi", Variable{security_api(version), {}});
  variables.try_emplace("telemetryApi", Variable{telemetry_api(version), {}});
  Manifest manifest;
  manifest.order = order;
  manifest.kind = kind;
  manifest.name_space = identity.name_space;
  manifest.name = identity.name;
  manifest.text = templates_.get(template_name).fill(variables, target_);
  if (target_ == Target::HelmChart && !scope.condition.empty()) {
    manifest.helm_begin = action("if " + scope.condition);
    manifest.helm_end = action("end");
  }
  manifests_.push_back(std::move(manifest));
}

yaml::Value list_value(const std::vector<std::string>& items) {
  yaml::Value::Sequence list;
  list.reserve(items.size());
  for (const std::string& item : items) list.emplace_back(item);
  return list;
}

yaml::Value map_value(const std::map<std::string, std::string>& entries) {
  yaml::Value::Mapping map;
  for (const auto& [key, value] : entries) map.emplace_back(key, value);
  return map;
}

yaml::Value list_or_null(const std::vector<std::string>& items) {
  return items.empty() ? yaml::Value() : list_value(items);
}

std::string networking_api(IstioVersion version) {
  return version < kV1Apis ? "networking.istio.io/v1beta1" : "networking.istio.io/v1";
}

std::string security_api(IstioVersion version) {
  return version < kV1Apis ? "security.istio.io/v1beta1" : "security.istio.io/v1";
}

std::string telemetry_api(IstioVersion version) {
  return version < kV1Apis ? "telemetry.istio.io/v1alpha1" : "telemetry.istio.io/v1";
}

Identity in_gateway_namespace(const Plan& plan, std::string name) {
  return {plan.spec->gateway.name_space, std::move(name), "$.Values.gateway.namespace"};
}

Variable gateway_selector(const Plan& plan) {
  return {map_value(plan.spec->gateway.selector), "toJson $.Values.gateway.selector"};
}

Variable gateway_host(const Plan& plan) {
  return {plan.gateway_host, "include \"egress.gatewayHost\" $"};
}

Variable export_to(const Plan& plan) {
  return {list_or_null(plan.export_to), {}};
}

ChartScope destination_scope(const DestinationPlan& destination) {
  return {fmt::format("(index $.Values.destinations \"{}\").enabled", destination.id)};
}

}  // namespace egressctl::generate
