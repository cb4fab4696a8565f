#include "lib/lint/rules/routing/egress_legs.h"

#include <algorithm>

#include "lib/lint/rules/routing/bindings.h"
#include "lib/mesh/host.h"

namespace egressctl::lint::rules {

namespace {

struct EgressLegs {
  explicit EgressLegs(const Context& in) {
    for (const GatewayLeg& leg : gateway_legs(in)) {
      const auto& places = leg.servers->all();
      if (std::any_of(places.begin(), places.end(),
                      [](const LegPlace& place) { return place.gateway->egress; }))
        all.push_back(leg);
    }
  }

  std::vector<GatewayLeg> all;
};

}  // namespace

const std::vector<GatewayLeg>& egress_legs(const Context& in) {
  return in.shared<EgressLegs>().all;
}

MeshNames::MeshNames(const mesh::Mesh& mesh) {
  for (const mesh::VirtualService* service : mesh.bound_to("mesh"))
    for (const mesh::Route& route : service->routes) {
      const auto names = names_at(*service, route, "mesh");
      names_.insert(names.begin(), names.end());
    }
}

bool MeshNames::takes(std::string_view name) const {
  const std::vector<std::string> patterns = mesh::covering_patterns(name);
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return names_.contains(pattern); });
}

}  // namespace egressctl::lint::rules
