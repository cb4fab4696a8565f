// The proxy whose configuration is asked for.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/mesh/mesh.h"
#include "lib/resource/positioned.h"

namespace egressctl::topology {

enum class ProxyType {
  Sidecar,
  Router,  // a gateway
};

using Labels = std::map<std::string, std::string, std::less<>>;

enum class IpMode { V4, V6, Dual };

struct Proxy {
  ProxyType type = ProxyType::Sidecar;
  std::string name;  // of the pod or workload
  std::string name_space;
  Labels labels;
  std::string service_account = "default";
  std::vector<std::string> addresses;  // of the pod; empty: one IPv4 address that no one knows
  const mesh::Workload* workload = nullptr;  // nullptr when it is not in the input

  [[nodiscard]] IpMode ip_mode() const;
};

// Whether all of `selector` is among `labels`.
[[nodiscard]] bool selects(const resource::TextMap& selector, const Labels& labels);

// The proxy of a Pod, or of the pods of a Deployment and the like. It is a gateway when its pods
// are made of a gateway's template, hold nothing but a proxy, or are what a Gateway selects.
[[nodiscard]] Proxy proxy_of(const mesh::Mesh& mesh, const mesh::Workload& workload);

// The proxy of that name: "NAME.NAMESPACE", "NAMESPACE/NAME", "NAME", or with a kind before the
// name
// ("deploy/NAME"). Without a namespace that of `mesh`'s settings counts; a pod of a Deployment may
// be named by the Deployment. Fails with ErrorCode::NotFound when there is none, and with
// ErrorCode::Usage when several workloads that differ have the name.
[[nodiscard]] Result<Proxy> find_proxy(const mesh::Mesh& mesh, std::string_view name);

}  // namespace egressctl::topology
