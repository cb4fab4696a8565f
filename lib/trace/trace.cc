#include "lib/trace/trace.h"

#include <array>
#include <map>
#include <mutex>
#include <tuple>
#include <utility>

#include "lib/mesh/network_policies.h"
#include "lib/trace/walk.h"

namespace egressctl::trace {
namespace {

constexpr std::array<std::string_view, 6> kWords = {"delivered", "misrouted", "reset",
                                                    "blocked",   "bypass",    "unresolvable"};

}  // namespace

// Proxies are told apart by what decides their configuration.
class Tracer::State {
 public:
  explicit State(const mesh::Mesh& source) : mesh(source), policies(source), computer(source) {}

  const topology::Topology& topology_of(const topology::Proxy& proxy) {
    const Key key{proxy.type, proxy.name_space, proxy.labels, proxy.addresses};
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = topologies_.find(key); found != topologies_.end())
        return *found->second;
    }
    auto made = std::make_unique<const topology::Topology>(computer.compute(proxy));
    const std::lock_guard lock(mutex_);
    return *topologies_.try_emplace(key, std::move(made)).first->second;
  }

  const mesh::Mesh& mesh;
  const mesh::NetworkPolicyIndex policies;
  const topology::Computer computer;

 private:
  using Key =
      std::tuple<topology::ProxyType, std::string, topology::Labels, std::vector<std::string>>;

  std::mutex mutex_;
  std::map<Key, std::unique_ptr<const topology::Topology>> topologies_;
};

std::string_view to_string(Verdict verdict) {
  return kWords[static_cast<std::size_t>(verdict)];
}

std::optional<Verdict> verdict_of(std::string_view word) {
  for (std::size_t i = 0; i < kWords.size(); ++i)
    if (kWords[i] == word) return static_cast<Verdict>(i);
  return std::nullopt;
}

Tracer::Tracer(const mesh::Mesh& mesh) : state_(std::make_unique<State>(mesh)) {}

Tracer::~Tracer() = default;

const topology::Topology& Tracer::topology_of(const topology::Proxy& proxy) const {
  return state_->topology_of(proxy);
}

Trace Tracer::trace(const Request& request) const {
  return walk(
      state_->mesh, state_->policies, request, [this](const topology::Proxy& proxy) -> const auto& {
        return state_->topology_of(proxy);
      });
}

}  // namespace egressctl::trace
