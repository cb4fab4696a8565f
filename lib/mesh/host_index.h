// Finds things by hosts that overlap with the one asked for, wildcards among them.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/mesh/host.h"

namespace egressctl::mesh {

// Keeps pointers under hosts: names, "*.example.com" or "*". Points into the hosts that were added.
// Safe to read from several threads once filled.
template <typename T>
class HostIndex {
 public:
  void add(std::string_view host, const T* item) {
    exact_[host].push_back(item);
    for (std::size_t dot = host.find('.'); dot != std::string_view::npos;
         dot = host.find('.', dot + 1))
      below_[host.substr(dot)].push_back(item);
    all_.push_back(item);
  }

  // All items whose host has a name in common with `host`, in any order; one that was added under
  // several such hosts more than once.
  [[nodiscard]] std::vector<const T*> all_overlapping(std::string_view host) const {
    if (host == "*") return all_;
    std::vector<const T*> out;
    const auto add = [&](const Lists& lists, std::string_view key) {
      if (const auto found = lists.find(key); found != lists.end())
        out.insert(out.end(), found->second.begin(), found->second.end());
    };
    for (const std::string& pattern : covering_patterns(host)) add(exact_, pattern);
    if (is_pattern(host)) add(below_, host.substr(1));
    return out;
  }

  // The first item that `wanted` accepts whose host has a name in common with `host`, the same
  // host first, or nullptr.
  template <typename Wanted>
  [[nodiscard]] const T* overlapping(std::string_view host, const Wanted& wanted) const {
    if (exact_.empty()) return nullptr;
    for (const std::string& pattern : covering_patterns(host))
      if (const T* found = first(exact_, pattern, wanted)) return found;
    if (host == "*") return first(all_, wanted);
    return is_pattern(host) ? first(below_, host.substr(1), wanted) : nullptr;
  }

 private:
  using Lists = std::unordered_map<std::string_view, std::vector<const T*>>;

  template <typename Wanted>
  static const T* first(const std::vector<const T*>& items, const Wanted& wanted) {
    for (const T* item : items)
      if (wanted(*item)) return item;
    return nullptr;
  }

  template <typename Wanted>
  static const T* first(const Lists& lists, std::string_view key, const Wanted& wanted) {
    const auto found = lists.find(key);
    return found != lists.end() ? first(found->second, wanted) : nullptr;
  }

  Lists exact_;
  Lists below_;  // ".example.com" -> what ends in it
  std::vector<const T*> all_;
};

}  // namespace egressctl::mesh
