#include "lib/mesh/injection.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/base/number.h"
#include "lib/base/text.h"

namespace egressctl::mesh {
namespace {

constexpr std::string_view kProxyContainer = "istio-proxy";
constexpr std::string_view kProxyId = "1337";  // of its user and its group
constexpr std::string_view kInject = "sidecar.istio.io/inject";
constexpr std::string_view kRevision = "istio.io/rev";
constexpr std::string_view kDataplaneMode = "istio.io/dataplane-mode";
constexpr std::string_view kWaypoint = "istio.io/use-waypoint";
constexpr std::string_view kMode = "sidecar.istio.io/interceptionMode";
constexpr std::string_view kInterfaces = "traffic.sidecar.istio.io/excludeInterfaces";
constexpr std::string_view kPorts = "traffic.sidecar.istio.io/excludeOutboundPorts";
constexpr std::string_view kExcluded = "traffic.sidecar.istio.io/excludeOutboundIPRanges";
constexpr std::string_view kIncluded = "traffic.sidecar.istio.io/includeOutboundIPRanges";
constexpr std::string_view kIncludedPorts = "traffic.sidecar.istio.io/includeOutboundPorts";

// That of a pod's way to the rest of the cluster and the internet.
constexpr std::string_view kUsualInterface = "eth0";

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool is_everything(std::string_view text) {
  return text == "*" || text == "0.0.0.0/0" || text == "::/0";
}

// 0.0.0.0/0 starts with an address that is none of the internet.
bool has_public(std::string_view text) {
  if (is_everything(text)) return true;
  const auto range = IpRange::parse(text);
  return range && internal_kind(range->start()).empty();
}

bool contains(std::string_view range, const IpAddress& address) {
  if (is_everything(range)) return true;
  const auto parsed = IpRange::parse(range);
  return parsed && parsed->contains(address);
}

std::vector<std::string_view> words_of(const resource::Text* list) {
  std::vector<std::string_view> out;
  if (list == nullptr) return out;
  for (const std::string_view part : split(**list, ','))
    if (const std::string_view word = trim(part); !word.empty()) out.push_back(word);
  return out;
}

bool runs_proxy(const Workload& pod) {
  if (pod.resource->kind != resource::Kind::Pod || pod.spec == nullptr) return false;
  const auto is_proxy = [](const auto& container) { return *container->name == kProxyContainer; };
  return std::any_of(pod.spec->containers->begin(), pod.spec->containers->end(), is_proxy) ||
         std::any_of(pod.spec->init_containers->begin(), pod.spec->init_containers->end(),
                     is_proxy);
}

// The field of a security context by which a process is taken for the proxy; nullptr: none.
const yaml::Node* proxy_user(const yaml::Node* context) {
  if (context == nullptr) return nullptr;
  for (const std::string_view field : {"runAsUser", "runAsGroup"})
    if (const yaml::Node* id = context->find(field); id != nullptr && id->scalar == kProxyId)
      return id;
  return nullptr;
}

// The PodSpec of a Pod, or of a template.
const yaml::Node* spec_node(const Workload& pod) {
  const yaml::Node* spec = pod.resource->node->find("spec");
  if (pod.resource->kind == resource::Kind::Pod || spec == nullptr) return spec;
  const yaml::Node* pods = spec->find("template");
  return pods != nullptr ? pods->find("spec") : nullptr;
}

// Containers that run as the proxy does, by their own word or by the pod's.
void add_users(const Workload& pod, std::vector<Exclusion>& out) {
  const yaml::Node* spec = spec_node(pod);
  const yaml::Node* context = spec != nullptr ? spec->find("securityContext") : nullptr;
  for (const auto& container : *pod.spec->containers) {
    if (container.node == nullptr || *container->name == kProxyContainer) continue;
    const yaml::Node* own = container.node->find("securityContext");
    const bool decides = own != nullptr && own->find("runAsUser") != nullptr;
    const yaml::Node* id = proxy_user(own);
    if (id == nullptr && !decides) id = proxy_user(context);
    if (id == nullptr) continue;
    Exclusion& one = out.emplace_back();
    one.kind = Exclusion::Kind::User;
    one.word = *container->name;
    one.range = id->range;
  }
}

NoSidecar because(const resource::Resource* resource, SourceRange range, std::string_view why) {
  return {.why = why, .ambient = false, .resource = resource, .range = range};
}

NoSidecar in_ambient(const resource::Resource* resource, SourceRange range) {
  return {.why = "ambient: ztunnel lets hosts pass that no waypoint takes",
          .ambient = true,
          .resource = resource,
          .range = range};
}

}  // namespace

Injection injection_of(const Mesh& mesh, std::string_view name_space) {
  const resource::Resource* object = mesh.namespace_object(name_space);
  if (object == nullptr) return Injection::Unknown;
  const resource::TextMap& labels = object->metadata.labels;
  const auto has = [&](std::string_view key, std::string_view value) {
    const resource::Text* label = labels->find(key);
    return label != nullptr && (value.empty() || **label == value);
  };
  if (has("istio-injection", "disabled")) return Injection::Off;
  if (has("istio-injection", "enabled") || has("istio.io/rev", "")) return Injection::Sidecar;
  if (has("istio.io/dataplane-mode", "ambient")) return Injection::Ambient;
  return Injection::Unlabelled;
}

const resource::Text* injection_word(const Workload& pod) {
  const resource::Text* label = pod.labels != nullptr ? (*pod.labels)->find(kInject) : nullptr;
  if (label != nullptr || pod.annotations == nullptr) return label;
  return (*pod.annotations)->find(kInject);
}

std::optional<NoSidecar> no_sidecar(const Mesh& mesh, const Workload& pod) {
  if (pod.resource == nullptr || runs_proxy(pod)) return std::nullopt;
  if (pod.spec != nullptr && pod.spec->host_network.present() && *pod.spec->host_network)
    return because(pod.resource, pod.spec->host_network.range,
                   "hostNetwork: its pods have no sidecar");
  const resource::Text* word = injection_word(pod);
  if (word != nullptr && **word == "false")
    return because(pod.resource, word->range, "injection is switched off");
  const resource::Resource* home = mesh.namespace_object(pod.name_space);
  const Injection injection = injection_of(mesh, pod.name_space);
  if (injection == Injection::Off)
    return because(home, home->range, "injection is switched off in its namespace");
  const resource::TextMap& labels = *pod.labels;
  const resource::Text* inject = labels->find(kInject);  // the webhook does not see annotations
  if (injection == Injection::Sidecar || (inject != nullptr && **inject == "true") ||
      labels->find(kRevision) != nullptr)
    return std::nullopt;
  const resource::Text* mode = labels->find(kDataplaneMode);
  if (mode != nullptr && **mode == "none")
    return because(pod.resource, mode->range, "its pods are out of the mesh");
  if (mode != nullptr && **mode == "ambient") return in_ambient(pod.resource, mode->range);
  if (injection == Injection::Ambient) return in_ambient(home, home->range);
  if (injection == Injection::Unlabelled)
    return because(home, home->range, "injection is not on in its namespace");
  return std::nullopt;
}

const resource::Text* waypoint_label(const Mesh& mesh, const resource::Resource& resource) {
  const resource::Text* label = resource.metadata.labels->find(kWaypoint);
  if (label == nullptr)
    if (const auto* home = mesh.namespace_object(mesh.namespace_of(resource)))
      label = home->metadata.labels->find(kWaypoint);
  return label != nullptr && **label != "none" ? label : nullptr;
}

bool Exclusion::covers(const std::optional<IpAddress>& address, std::int64_t number) const {
  switch (kind) {
    case Kind::Everything:
    case Kind::User: return true;
    case Kind::Interface: return word == kUsualInterface;
    case Kind::Port: return !port || *port == number;
    case Kind::Range: return address ? contains(word, *address) : is_everything(word);
    case Kind::NotIncluded: break;
  }
  if (std::find(kept.begin(), kept.end(), number) != kept.end()) return false;
  const std::vector<std::string_view> taken = words_of(annotation);
  return std::none_of(taken.begin(), taken.end(), [&](std::string_view one) {
    return address ? contains(one, *address) : has_public(one);
  });
}

std::string describe(const Exclusion& exclusion) {
  switch (exclusion.kind) {
    case Exclusion::Kind::Everything: return "no connection is led to the sidecar";
    case Exclusion::Kind::User:
      return fmt::format(
          "container \"{}\" runs as the proxy's own user, whose connections are let "
          "pass",
          exclusion.word);
    case Exclusion::Kind::Interface:
      return fmt::format("what leaves by interface {} goes around the sidecar", exclusion.word);
    case Exclusion::Kind::Port:
      return exclusion.port ? fmt::format("port {} goes around the sidecar", *exclusion.port)
                            : std::string("every port goes around the sidecar");
    case Exclusion::Kind::Range:
      return fmt::format("range {} goes around the sidecar", exclusion.word);
    case Exclusion::Kind::NotIncluded: break;
  }
  std::vector<std::string> kept(exclusion.word.empty() ? 0 : 1, std::string(exclusion.word));
  for (const std::int64_t port : exclusion.kept) kept.push_back(fmt::format("port {}", port));
  if (kept.empty()) return "every connection goes around the sidecar";
  return fmt::format("all but {} goes around the sidecar", join(kept, ", "));
}

std::vector<Exclusion> exclusions_of(const Workload& pod) {
  using Kind = Exclusion::Kind;
  std::vector<Exclusion> out;
  if (pod.spec != nullptr) add_users(pod, out);
  if (pod.annotations == nullptr) return out;
  const resource::TextMap& annotations = *pod.annotations;
  const auto add = [&](Kind kind, std::string_view word,
                       const resource::Text* annotation) -> Exclusion& {
    Exclusion& one = out.emplace_back();
    one.kind = kind;
    one.word = word;
    one.annotation = annotation;
    if (annotation != nullptr) one.range = annotation->range;
    return one;
  };
  if (const resource::Text* mode = annotations->find(kMode); mode != nullptr && **mode == "NONE")
    add(Kind::Everything, **mode, mode);
  const resource::Text* interfaces = annotations->find(kInterfaces);
  for (const std::string_view word : words_of(interfaces)) add(Kind::Interface, word, interfaces);
  const resource::Text* ports = annotations->find(kPorts);
  for (const std::string_view word : words_of(ports)) {
    const auto port = parse_number<std::int64_t>(word);
    if (port || word == "*") add(Kind::Port, word, ports).port = port;
  }
  const resource::Text* excluded = annotations->find(kExcluded);
  for (const std::string_view word : words_of(excluded))
    if (has_public(word)) add(Kind::Range, word, excluded);
  const resource::Text* included = annotations->find(kIncluded);
  const std::vector<std::string_view> ranges = words_of(included);
  if (included == nullptr || std::any_of(ranges.begin(), ranges.end(), is_everything)) return out;
  Exclusion& rest = add(Kind::NotIncluded, trim(**included), included);
  for (const std::string_view word : words_of(annotations->find(kIncludedPorts)))
    if (const auto port = parse_number<std::int64_t>(word)) rest.kept.push_back(*port);
  return out;
}

}  // namespace egressctl::mesh
