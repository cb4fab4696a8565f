#include "lib/lint/rules/references/installed_gateways.h"

#include <algorithm>
#include <array>

#include "lib/yaml/scalar.h"

namespace egressctl::lint::rules {
namespace {

std::string_view text_of(const yaml::Node& parent, std::string_view key) {
  const yaml::Node* value = parent.find(key);
  return value != nullptr && value->is_scalar() ? value->scalar : std::string_view();
}

bool is_on(const yaml::Node& part) {
  const yaml::Node* enabled = part.find("enabled");
  return enabled == nullptr || yaml::as_bool(*enabled).value_or(true);
}

std::string_view first_of(std::string_view one, std::string_view other) {
  return one.empty() ? other : one;
}

// A kind of gateways: where they are listed, and what the chart calls one that has no name.
struct Type {
  std::string_view components;  // of an IstioOperator
  std::string_view part;        // of a ServiceMeshControlPlane
  std::string_view additional;
  std::string_view name;
  std::string_view istio;
};

constexpr Type kTypes[] = {
    {"egressGateways", "egress", "additionalEgress", "istio-egressgateway", "egressgateway"},
    {"ingressGateways", "ingress", "additionalIngress", "istio-ingressgateway", "ingressgateway"},
};

void add_operator(const resource::Resource& install, std::vector<InstalledGateway>& out) {
  const yaml::Node* components = install.as<resource::IstioOperator>()->components.node;
  if (components == nullptr) return;
  const std::string_view home = first_of(*install.metadata.name_space, "istio-system");
  for (const Type& type : kTypes) {
    const yaml::Node* items = components->find(type.components);
    if (items == nullptr) continue;
    for (const yaml::Node& item : items->items)
      if (is_on(item))
        out.push_back({.name = first_of(text_of(item, "name"), type.name),
                       .name_space = first_of(text_of(item, "namespace"), home),
                       .istio = type.istio,
                       .labels = item.find("label")});
  }
}

void add_control_plane(const resource::Resource& plane, std::vector<InstalledGateway>& out) {
  constexpr std::array<std::string_view, 2> kGateways{"spec", "gateways"};
  constexpr std::array<std::string_view, 3> kLabels{"service", "metadata", "labels"};
  const yaml::Node* gateways = plane.node->path(kGateways);
  const std::string_view home = *plane.metadata.name_space;
  if (gateways != nullptr && !is_on(*gateways)) return;
  for (const Type& type : kTypes) {
    const yaml::Node* part = gateways != nullptr ? gateways->find(type.part) : nullptr;
    if (part == nullptr || is_on(*part))
      out.push_back({.name = type.name,
                     .name_space = home,
                     .istio = type.istio,
                     .labels = part != nullptr ? part->path(kLabels) : nullptr});
    const yaml::Node* more = gateways != nullptr ? gateways->find(type.additional) : nullptr;
    if (more == nullptr) continue;
    for (const yaml::Entry& entry : more->entries)
      if (is_on(entry.value))
        out.push_back({.name = entry.key.scalar,
                       .name_space = first_of(text_of(entry.value, "namespace"), home),
                       .istio = type.istio,
                       .labels = entry.value.path(kLabels)});
  }
}

}  // namespace

std::string_view InstalledGateway::label(std::string_view key) const {
  if (labels != nullptr)
    if (const std::string_view own = text_of(*labels, key); !own.empty()) return own;
  if (key == "istio") return istio;
  return key == "app" ? name : std::string_view();
}

InstalledGateways::InstalledGateways(const Context& in) {
  const mesh::Mesh& mesh = in.mesh();
  for (const resource::Resource* install : mesh.all(resource::Kind::IstioOperator))
    add_operator(*install, all_);
  for (const resource::Resource* other : mesh.all(resource::Kind::Unknown))
    if (other->api_version.group == "maistra.io" && *other->kind_name == "ServiceMeshControlPlane")
      add_control_plane(*other, all_);
}

bool InstalledGateways::have(const mesh::ServiceName& service) const {
  return std::any_of(all_.begin(), all_.end(), [&](const InstalledGateway& gateway) {
    return gateway.name == service.name && gateway.name_space == service.name_space;
  });
}

bool InstalledGateways::have_pods(const resource::TextMap& labels) const {
  return std::any_of(all_.begin(), all_.end(), [&](const InstalledGateway& gateway) {
    return std::all_of(labels->begin(), labels->end(), [&](const auto& wanted) {
      return gateway.label(wanted.name) == *wanted.entry;
    });
  });
}

}  // namespace egressctl::lint::rules
