// Envoy's own configuration, as EnvoyFilters hold it, read into the model.
//
// Source: envoy.config.{listener,cluster,route}.v3; protobuf.dev/programming-guides/json: keys are
// in snake_case or lowerCamelCase.
#pragma once

#include <vector>

#include "lib/topology/cluster.h"
#include "lib/topology/listener.h"
#include "lib/topology/route.h"
#include "lib/yaml/node.h"

namespace egressctl::topology {

// The value of a patch. The node must outlive what is made of it.
class PatchValue {
 public:
  PatchValue(const yaml::Node& node, Cause cause, bool replaces_lists = false)
      : node_(node), cause_(cause), replaces_lists_(replaces_lists) {}

  // Sets the fields that the value has, as protobuf merges messages: what is repeated is added to
  // what is there, unless lists are replaced.
  void merge_into(Listener& out) const;
  void merge_into(FilterChain& out) const;
  void merge_into(ListenerFilter& out) const;
  void merge_into(NetworkFilter& out) const;
  void merge_into(Cluster& out) const;
  void merge_into(RouteConfiguration& out) const;
  void merge_into(VirtualHost& out) const;
  void merge_into(Route& out) const;
  void merge_into(UpstreamTls& out) const;    // of a transport socket
  void merge_into(DownstreamTls& out) const;  // of a transport socket

  template <typename T>
  [[nodiscard]] T made() const {
    T out;
    merge_into(out);
    if constexpr (requires { out.written; }) out.written.whole = true;
    return out;
  }

  // The transport socket in the value, or nullptr; and whether it is one for TLS.
  [[nodiscard]] const yaml::Node* transport_socket() const;
  [[nodiscard]] static bool is_tls(const yaml::Node& transport_socket);

  // The same for a part of the value.
  [[nodiscard]] PatchValue part(const yaml::Node& node) const {
    return {node, cause_, replaces_lists_};
  }

 private:
  void merge_into(FilterChainMatch& out) const;
  void merge_into(RouteMatch& out) const;
  void merge_into(Target& out) const;

  void note(Causes& causes, Written& written) const;

  template <typename T>
  void append(std::string_view key, std::vector<T>& out) const;
  void append_texts(std::string_view key, std::vector<std::string>& out) const;
  void append_ranges(std::string_view key, std::vector<std::string>& out) const;
  void append_endpoints(std::vector<Endpoint>& out) const;

  const yaml::Node& node_;
  Cause cause_;
  bool replaces_lists_;
};

}  // namespace egressctl::topology
