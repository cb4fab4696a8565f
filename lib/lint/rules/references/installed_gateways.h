// Gateways whose Services an installation of the input makes, so that they are not written in it.
#pragma once

#include <string_view>
#include <vector>

#include "lib/lint/context.h"
#include "lib/mesh/host.h"

namespace egressctl::lint::rules {

// A gateway that an IstioOperator (`components.ingressGateways`, `egressGateways`) or a
// ServiceMeshControlPlane (`gateways`) of the input makes.
//
// Source: istio/istio operator/pkg/component/component.go (Component.Get: namespaces, and that what
// is listed is on unless it says otherwise), operator/pkg/render/manifest.go (labels), manifests/
// charts/gateways/*/values.yaml; maistra.io/v2 ServiceMeshControlPlane (a gateway of the control
// plane is on unless it says otherwise, and stands in its namespace).
struct InstalledGateway {
  std::string_view name;  // of its Service
  std::string_view name_space;
  std::string_view istio;              // the label that the chart gives its pods
  const yaml::Node* labels = nullptr;  // others, which go before the chart's

  [[nodiscard]] std::string_view label(std::string_view key) const;
};

// Immutable once built; see Context::shared.
class InstalledGateways {
 public:
  explicit InstalledGateways(const Context& in);

  // Whether one of them has the Service.
  [[nodiscard]] bool have(const mesh::ServiceName& service) const;

  // Whether the pods of one of them have all of the labels.
  [[nodiscard]] bool have_pods(const resource::TextMap& labels) const;

 private:
  std::vector<InstalledGateway> all_;
};

}  // namespace egressctl::lint::rules
