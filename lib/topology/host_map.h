// Finds what is filed under the most specific host that covers another.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

namespace egressctl::topology {

// Of hosts and wildcards ("*", "*.b.c" and, as for Istio, "*b.c" too) the longest that covers the
// needle. Keys must outlive the map. A lookup takes time in the length of the needle, not in the
// number of hosts.
//
// Source: istio/istio pilot/pkg/model/config.go (MostSpecificHostMatch).
template <typename T>
class HostMap {
 public:
  T& operator[](std::string_view host) {
    return host.starts_with('*') ? wildcards_[host.substr(1)] : exact_[host];
  }

  // What is filed under exactly this text, or nullptr.
  [[nodiscard]] const T* at(std::string_view host) const {
    return host.starts_with('*') ? get(wildcards_, host.substr(1)) : get(exact_, host);
  }

  [[nodiscard]] const T* most_specific(std::string_view needle) const {
    if (const T* found = at(needle)) return found;
    if (wildcards_.empty()) return nullptr;
    if (needle.starts_with('*')) needle.remove_prefix(1);
    for (std::size_t i = 0; i <= needle.size(); ++i)
      if (const T* found = get(wildcards_, needle.substr(i))) return found;
    return nullptr;
  }

 private:
  using Map = std::unordered_map<std::string_view, T>;

  static const T* get(const Map& map, std::string_view key) {
    const auto found = map.find(key);
    return found != map.end() ? &found->second : nullptr;
  }

  Map exact_;
  Map wildcards_;  // by what follows the "*"
};

}  // namespace egressctl::topology
