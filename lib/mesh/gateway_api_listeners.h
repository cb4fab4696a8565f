// Listeners of the Gateway API as Istio's Gateways, and the proxies that istiod deploys for them.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/mesh/gateway_api_references.h"
#include "lib/mesh/mesh.h"

namespace egressctl::mesh::gateway_api {

// A listener, as routes attach to it.
struct ListenerParent {
  std::string gateway;  // "namespace/name" of the Gateway that is made of it
  const resource::Positioned<resource::Listener>* listener = nullptr;
  std::vector<std::string> name_spaces;  // of the routes that it allows; "*": all
  std::string host;                      // "*" where the listener has none

  // Whether the kind is among those that the listener takes.
  [[nodiscard]] bool takes(resource::Kind route) const;
  [[nodiscard]] bool allows(std::string_view name_space) const;
};

class Listeners {
 public:
  // Adds what the mesh's Gateways make to `out`.
  Listeners(const Mesh& mesh, const Grants& grants, std::deque<resource::Resource>& out);

  // The listeners of a Gateway that istiod serves; empty for others.
  [[nodiscard]] const std::vector<ListenerParent>& of(std::string_view name_space,
                                                      std::string_view name) const;

 private:
  void add(const resource::Resource& gateway);
  void add_listener(const resource::Resource& gateway, const resource::TextMap& selector,
                    const resource::Positioned<resource::Listener>& listener);
  [[nodiscard]] resource::ServerTls tls_of(const resource::Resource& gateway,
                                           const resource::Listener& listener) const;
  [[nodiscard]] std::vector<std::string> allowed_by(const resource::Resource& gateway,
                                                    const resource::Listener& listener) const;
  [[nodiscard]] resource::TextMap selector_of(const resource::Resource& gateway) const;
  [[nodiscard]] resource::TextMap deploy(const resource::Resource& gateway);

  const Mesh& mesh_;
  const Grants& grants_;
  std::deque<resource::Resource>& out_;
  std::unordered_map<std::string, std::vector<ListenerParent>> parents_;  // by "namespace/name"
};

}  // namespace egressctl::mesh::gateway_api
