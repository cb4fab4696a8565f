#include "lib/spec/read.h"

#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "lib/base/host_name.h"
#include "lib/spec/amounts.h"
#include "lib/spec/contradictions.h"
#include "lib/spec/destination_reader.h"
#include "lib/spec/fields.h"
#include "lib/spec/ports.h"
#include "lib/spec/quoted.h"
#include "lib/spec/rules.h"
#include "lib/spec/tables.h"

namespace egressctl::spec {
namespace {

constexpr int kFirstUnprivilegedPort = 1024;

template <typename T>
void set(T& into, std::optional<Located<T>> read) {
  if (read) into = std::move(read->value);
}

template <typename T>
void set(Located<T>& into, std::optional<Located<T>> read) {
  if (read) into = *std::move(read);
}

void read_istio(Fields fields, Istio& istio) {
  set(istio.version, fields.version("version"));
  set(istio.revision, fields.text("revision"));
  set(istio.root_namespace, fields.text("rootNamespace"));
  set(istio.trust_domain, fields.text("trustDomain"));
  set(istio.cluster_domain, fields.text("clusterDomain"));
}

void read_clients(Fields& spec_fields, Spec& spec, Diagnostics& diagnostics) {
  const yaml::Node* node = spec_fields.node("clients");
  spec.clients_range = node != nullptr ? node->range : spec_fields.range();
  std::unordered_map<std::string, SourceRange> first;
  for (Fields& fields : spec_fields.mappings("clients")) {
    Client client;
    set(client.name_space, fields.text("namespace"));
    client.service_accounts = fields.texts("serviceAccounts");
    if (auto labels = fields.labels("selector")) client.selector = *std::move(labels);
    const SourceRange range = client.name_space.range;
    if (range.known()) {
      const auto [at, fresh] = first.try_emplace(*client.name_space, range);
      if (!fresh)
        diagnostics
            .report(kDuplicateClient, range, "namespace \"{}\" is listed twice", *client.name_space)
            .related(at->second, "first listed here")
            .field(fields.path("namespace"))
            .help("merge the two: serviceAccounts takes several");
    }
    spec.clients.push_back(std::move(client));
  }
}

void read_replicas(Fields fields, Gateway& gateway, Diagnostics& diagnostics) {
  const auto least = fields.integer("min");
  const auto most = fields.integer("max");
  set(gateway.min_replicas, least);
  set(gateway.max_replicas, most);
  if (gateway.min_replicas <= gateway.max_replicas) return;
  // A value that could not be read has been reported; its default says nothing.
  if ((!least && fields.node("min") != nullptr) || (!most && fields.node("max") != nullptr)) return;
  auto builder = diagnostics.report(kReplicasReversed, least ? least->range : most->range,
                                    "replicas.min is {}{}, above max, {}{}", gateway.min_replicas,
                                    least ? "" : " by default", gateway.max_replicas,
                                    most ? "" : " by default");
  builder.field(fields.path(least ? "min" : "max"));
  if (least && most) builder.related(most->range, "max is given here");
  builder.help(most ? "raise max, or lower min"
                    : fmt::format("add max: {} or above", gateway.min_replicas));
}

void check_request(const char* what, const std::string& request, const std::string& limit,
                   const std::optional<Located<std::string>>& given_request,
                   const std::optional<Located<std::string>>& given_limit,
                   Diagnostics& diagnostics) {
  if (*parse_quantity(request) <= *parse_quantity(limit)) return;
  auto builder = diagnostics.report(
      kRequestAboveLimit, given_request ? given_request->range : given_limit->range,
      "the request for {}, {}{}, is above the limit, {}{}", what, request,
      given_request ? "" : " by default", limit, given_limit ? "" : " by default");
  if (given_request && given_limit) builder.related(given_limit->range, "the limit is given here");
  builder.field(
      fmt::format("spec.gateway.resources.{}.{}", given_request ? "requests" : "limits", what));
  builder.help("raise the limit, or lower the request; Kubernetes refuses such a pod");
}

void read_resources(Fields fields, Gateway& gateway, Diagnostics& diagnostics) {
  Fields requests = fields.mapping("requests");
  Fields limits = fields.mapping("limits");
  const auto cpu_request = requests.quantity("cpu");
  const auto memory_request = requests.quantity("memory");
  const auto cpu_limit = limits.quantity("cpu");
  const auto memory_limit = limits.quantity("memory");
  set(gateway.cpu_request, cpu_request);
  set(gateway.memory_request, memory_request);
  set(gateway.cpu_limit, cpu_limit);
  set(gateway.memory_limit, memory_limit);
  check_request("cpu", gateway.cpu_request, gateway.cpu_limit, cpu_request, cpu_limit, diagnostics);
  check_request("memory", gateway.memory_request, gateway.memory_limit, memory_request,
                memory_limit, diagnostics);
}

void read_gateway_ports(Fields& fields, Gateway& gateway, Diagnostics& diagnostics) {
  if (const auto port = fields.integer("port"))
    if (check_not_istio(*port, fields.path("port"), diagnostics))
      gateway.port = static_cast<std::uint16_t>(**port);
  const auto target = fields.integer("targetPort");
  if (!target || !check_not_istio(*target, fields.path("targetPort"), diagnostics)) return;
  gateway.target_port = static_cast<std::uint16_t>(**target);
  if (**target < kFirstUnprivilegedPort)
    diagnostics
        .report(kPrivilegedTargetPort, target->range,
                "Envoy can't listen on port {}: it does not run as root", **target)
        .field(fields.path("targetPort"))
        .help("use 1024 or above, such as 8443; \"port\" alone is what clients see");
}

void read_gateway(Fields fields, Gateway& gateway, Diagnostics& diagnostics) {
  set(gateway.name_space, fields.text("namespace"));
  set(gateway.name, fields.text("name"));
  gateway.service_account = gateway.name;
  set(gateway.service_account, fields.text("serviceAccount"));
  if (auto labels = fields.labels("selector")) gateway.selector = *std::move(labels);
  set(gateway.create, fields.flag("create"));
  read_gateway_ports(fields, gateway, diagnostics);
  read_replicas(fields.mapping("replicas"), gateway, diagnostics);
  read_resources(fields.mapping("resources"), gateway, diagnostics);
}

void read_policy(Fields fields, Policy& policy) {
  set(policy.outbound, fields.choice<Outbound>("outbound"));
  set(policy.inner_sni, fields.choice<InnerSni>("innerSni"));
  set(policy.network_policy, fields.flag("networkPolicy"));
  set(policy.authorize, fields.flag("authorize"));
  set(policy.cluster_traffic, fields.flag("clusterTraffic"));
}

void read_dns(Fields fields, Dns& dns) {
  if (const auto family = fields.word("lookupFamily")) dns.lookup_family = (**family)->text;
  set(dns.refresh_seconds, fields.seconds("refresh"));
  set(dns.host_ttl_seconds, fields.seconds("hostTtl"));
  set(dns.max_hosts, fields.integer("maxHosts"));
}

void read_destinations(Fields& spec_fields, Spec& spec, Diagnostics& diagnostics) {
  std::vector<ReadDestination> read;
  for (Fields& fields : spec_fields.mappings("destinations")) {
    read.push_back(read_destination(fields, spec.istio.cluster_domain, diagnostics));
    check_destination(read.back(), spec.istio, diagnostics);
  }
  check_destinations(read, spec.policy, diagnostics);
  for (ReadDestination& destination : read)
    spec.destinations.push_back(std::move(destination.value));
}

void read_spec(Fields fields, Spec& spec, Diagnostics& diagnostics) {
  read_istio(fields.mapping("istio"), spec.istio);
  read_clients(fields, spec, diagnostics);
  read_gateway(fields.mapping("gateway"), spec.gateway, diagnostics);
  read_policy(fields.mapping("policy"), spec.policy);
  set(spec.access_log, fields.mapping("observe").flag("accessLog"));
  read_dns(fields.mapping("dns"), spec.dns);
  check_policy(spec, diagnostics);
  read_destinations(fields, spec, diagnostics);
}

bool says(const yaml::Node& root, std::string_view key, std::span<const Word> words) {
  const yaml::Node* node = root.find(key);
  return node != nullptr && node->is_scalar() && node->scalar == words.front().text;
}

// Whether the document is meant for us: half of its apiVersion and kind is right. Reports one that
// is not.
bool is_ours(const yaml::Document& document, Diagnostics& diagnostics) {
  const yaml::Node& root = document.root();
  if (says(root, "apiVersion", kApiVersionWords) || says(root, "kind", kKindWords)) return true;
  const yaml::Node* kind = root.find("kind");
  const bool named = kind != nullptr && kind->is_scalar();
  diagnostics
      .report(kNotAnEgressSpec, named ? kind->range : document.range(),
              "{} is no egress spec; expected apiVersion: {} and kind: {}",
              named ? quoted(kind->scalar) : std::string("the document"),
              kApiVersionWords.front().text, kKindWords.front().text)
      .help("egressctl init prints a spec to start from");
  return false;
}

}  // namespace

std::optional<Spec> read(const yaml::Document& document, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.count(Severity::Error);
  if (!is_ours(document, diagnostics)) return std::nullopt;
  Fields fields(document.root(), document_table(), {}, diagnostics);
  Spec spec;
  spec.range = document.range();
  (void)fields.word("apiVersion");
  (void)fields.word("kind");
  set(spec.name, fields.mapping("metadata").text("name"));
  Fields body = fields.mapping("spec");
  if (body.is_mapping()) read_spec(std::move(body), spec, diagnostics);
  if (diagnostics.count(Severity::Error) > before) return std::nullopt;
  return spec;
}

}  // namespace egressctl::spec
