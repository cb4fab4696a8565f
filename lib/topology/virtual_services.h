// VirtualServices as istiod works with them: names resolved, delegates merged in, filed by gateway.
//
// Source: istio/istio pilot/pkg/model/virtualservice.go and virtualservice_controller.go.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/mesh/mesh.h"
#include "lib/topology/cause.h"
#include "lib/topology/proxy.h"

namespace egressctl::topology {

// A destination with its host as a fully qualified name.
struct RouteTarget {
  std::string host;
  std::string_view subset;
  std::optional<std::uint32_t> port;
  std::uint32_t weight = 0;
  bool present = true;  // false: a route without a destination
  Cause cause;          // the destination
};

// What all matches have in common.
struct MatchScope {
  std::vector<std::string>
      gateways;           // "mesh" or "namespace/name"; empty: all of the VirtualService
  std::int64_t port = 0;  // 0: every port
  std::map<std::string_view, std::string_view> source_labels;
  std::string_view source_namespace;

  // Whether it may hold for connections through any of the gateways.
  [[nodiscard]] bool through(std::string_view gateway) const;
  [[nodiscard]] bool from(const Proxy& proxy) const;
};

// A match of a TLS or a TCP route.
struct L4Match {
  MatchScope scope;
  std::vector<std::string> sni_hosts;  // of TLS routes
  std::vector<std::string> subnets;    // of the destination
  Cause cause;
};

struct L4Rule {
  std::vector<L4Match> matches;
  std::vector<RouteTarget> targets;
  Cause cause;
};

using StringMatches = std::map<std::string_view, const resource::StringMatch*>;

struct HttpMatchRule {
  MatchScope scope;
  std::string name;
  const resource::StringMatch* uri = nullptr;  // each nullptr when absent
  const resource::StringMatch* scheme = nullptr;
  const resource::StringMatch* method = nullptr;
  const resource::StringMatch* authority = nullptr;
  StringMatches headers;
  StringMatches without_headers;
  StringMatches query_params;
  bool ignore_uri_case = false;
  Cause cause;
};

struct HttpRule {
  std::string name;
  std::vector<HttpMatchRule> matches;
  std::vector<RouteTarget> targets;
  std::vector<RouteTarget> mirrors;
  const resource::HttpRedirect* redirect = nullptr;
  const yaml::Node* direct_response = nullptr;
  const resource::HttpFault* fault = nullptr;
  bool rewrite = false;
  Cause cause;
};

struct VirtualService {
  const mesh::VirtualService* source = nullptr;
  std::vector<HttpRule> http;
  std::vector<L4Rule> tls;
  std::vector<L4Rule> tcp;

  [[nodiscard]] const resource::Resource& resource() const { return *source->resource; }
  [[nodiscard]] const std::vector<std::string>& hosts() const { return source->hosts; }
  [[nodiscard]] std::string_view name_space() const { return source->name_space; }

  // The hosts and ports that its routes lead to, of those for clients in a namespace ("": any). A
  // port of 0 means every port.
  [[nodiscard]] std::map<std::string_view, std::set<std::uint32_t>> destinations(
      std::string_view client) const;
};

// Immutable; safe to use from several threads.
class VirtualServiceIndex {
 public:
  explicit VirtualServiceIndex(const mesh::Mesh& mesh);
  VirtualServiceIndex(const VirtualServiceIndex&) = delete;
  VirtualServiceIndex& operator=(const VirtualServiceIndex&) = delete;

  // The VirtualServices bound to "mesh" or "namespace/name" that a namespace sees, in the order in
  // which they count: first its own private ones, then those exported to it, then the public ones,
  // of which its own routes of the Gateway API come first.
  [[nodiscard]] std::vector<const VirtualService*> bound_to(std::string_view gateway,
                                                            std::string_view client) const;

 private:
  struct Bound {
    std::unordered_map<std::string_view, std::vector<const VirtualService*>> own;  // by namespace
    std::unordered_map<std::string_view, std::vector<const VirtualService*>>
        exported;  // to namespace
    std::vector<const VirtualService*> everyone;
  };

  // VirtualServices without hosts, by "namespace/name".
  using Delegates = std::unordered_map<std::string, const mesh::VirtualService*>;

  static void add_http(const mesh::Mesh& mesh, const Delegates& delegates, VirtualService& service);
  void file(const VirtualService& service);

  std::deque<VirtualService> services_;
  std::unordered_map<std::string_view, Bound> by_gateway_;
};

}  // namespace egressctl::topology
