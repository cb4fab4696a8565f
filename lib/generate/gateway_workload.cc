// The gateway's own Kubernetes objects, after Istio's gateway chart (manifests/charts/gateway).
#include <string>
#include <utility>

#include <fmt/format.h>

#include "lib/generate/emitters.h"

namespace egressctl::generate {
namespace {

constexpr int kReadinessPort = 15021;
constexpr int kMetricsPort = 15090;
constexpr std::string_view kCreate = "$.Values.gateway.create";

yaml::Value number(std::uint16_t port) {
  return static_cast<std::int64_t>(port);
}

// `tls-443`: sidecars take the protocol from the name's first word.
std::string port_name(const GatewayPort& port) {
  return fmt::format("tls-{}", port.service);
}

yaml::Value service_ports(const Plan& plan) {
  yaml::Value::Sequence ports;
  ports.push_back(yaml::Value::Mapping{{"name", "status-port"},
                                       {"port", kReadinessPort},
                                       {"targetPort", kReadinessPort},
                                       {"protocol", "TCP"}});
  for (const GatewayPort& port : plan.gateway_ports)
    ports.push_back(yaml::Value::Mapping{{"name", port_name(port)},
                                         {"port", number(port.service)},
                                         {"targetPort", number(port.target)},
                                         {"protocol", "TCP"}});
  return ports;
}

yaml::Value container_ports(const Plan& plan) {
  yaml::Value::Sequence ports;
  for (const GatewayPort& port : plan.gateway_ports)
    ports.push_back(yaml::Value::Mapping{
        {"name", port_name(port)}, {"containerPort", number(port.target)}, {"protocol", "TCP"}});
  ports.push_back(yaml::Value::Mapping{
      {"name", "http-envoy-prom"}, {"containerPort", kMetricsPort}, {"protocol", "TCP"}});
  return ports;
}

// The selector's labels and `own`, which win.
Variable labels_with(const Plan& plan, const std::map<std::string, std::string>& own) {
  auto labels = own;
  labels.insert(plan.spec->gateway.selector.begin(), plan.spec->gateway.selector.end());
  std::string dict;
  for (const auto& [key, value] : own) dict += fmt::format(" \"{}\" \"{}\"", key, value);
  return {map_value(labels),
          fmt::format("merge (dict{}) $.Values.gateway.selector | toJson", dict)};
}

Variable object_labels(const Plan& plan) {
  return labels_with(plan, {{"app.kubernetes.io/managed-by", "egressctl"},
                            {"app.kubernetes.io/part-of", plan.spec->name}});
}

Variable pod_labels(const Plan& plan) {
  std::map<std::string, std::string> own{{"sidecar.istio.io/inject", "true"}};
  if (!plan.spec->istio.revision.empty()) own["istio.io/rev"] = plan.spec->istio.revision;
  return labels_with(plan, own);
}

bool reads_secrets(const Plan& plan) {
  for (const spec::Destination& destination : plan.spec->destinations)
    if (!destination.tls.credential_name.empty()) return true;
  return false;
}

void add_identity(SetBuilder& set, const ChartScope& created) {
  const spec::Spec& spec = set.spec();
  const std::string& revision = spec.istio.revision;
  set.add(ApplyOrder::Namespace, "Namespace", "namespace", {"", spec.gateway.name_space, ""},
          {{"namespace", {spec.gateway.name_space, "$.Values.gateway.namespace"}},
           {"injection", {revision.empty() ? yaml::Value("enabled") : yaml::Value(), {}}},
           {"revision", {revision.empty() ? yaml::Value() : yaml::Value(revision), {}}}},
          created);
  const std::string& account = spec.gateway.service_account;
  set.add(ApplyOrder::Identity, "ServiceAccount", "serviceaccount",
          in_gateway_namespace(set.plan(), account), {}, created);
  if (!reads_secrets(set.plan())) return;
  const std::string role = resource_name(spec.gateway.name, "secrets");
  const Identity identity = in_gateway_namespace(set.plan(), role);
  set.add(ApplyOrder::Identity, "Role", "role", identity, {}, created);
  set.add(ApplyOrder::Identity, "RoleBinding", "rolebinding", identity,
          {{"role", {role, {}}}, {"serviceAccount", {account, {}}}}, created);
}

}  // namespace

void add_gateway_workload(SetBuilder& set) {
  const spec::Gateway& gateway = set.spec().gateway;
  if (!gateway.create && set.target() == Target::Manifest) return;
  const Plan& plan = set.plan();
  const ChartScope created{std::string(kCreate)};
  const Identity identity = in_gateway_namespace(plan, gateway.name);
  const Variable selector = gateway_selector(plan);
  const Variable labels = object_labels(plan);
  add_identity(set, created);
  set.add(ApplyOrder::Workload, "Service", "service", identity,
          {{"labels", labels}, {"selector", selector}, {"ports", {service_ports(plan), {}}}},
          created);
  const std::string values = "$.Values.gateway.";
  const std::string resources = values + "resources.";
  set.add(ApplyOrder::Workload, "Deployment", "deployment", identity,
          {{"labels", labels},
           {"selector", selector},
           {"podLabels", pod_labels(plan)},
           {"serviceAccount", {gateway.service_account, {}}},
           {"ports", {container_ports(plan), {}}},
           {"cpuRequest", {gateway.cpu_request, resources + "requests.cpu | quote"}},
           {"memoryRequest", {gateway.memory_request, resources + "requests.memory | quote"}},
           {"cpuLimit", {gateway.cpu_limit, resources + "limits.cpu | quote"}},
           {"memoryLimit", {gateway.memory_limit, resources + "limits.memory | quote"}}},
          created);
  set.add(ApplyOrder::Workload, "HorizontalPodAutoscaler", "horizontalpodautoscaler", identity,
          {{"minReplicas", {gateway.min_replicas, values + "replicas.min"}},
           {"maxReplicas", {gateway.max_replicas, values + "replicas.max"}}},
          created);
  set.add(ApplyOrder::Workload, "PodDisruptionBudget", "poddisruptionbudget", identity,
          {{"selector", selector}}, created);
}

}  // namespace egressctl::generate
