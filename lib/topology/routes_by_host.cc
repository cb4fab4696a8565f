#include "lib/topology/routes_by_host.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "lib/mesh/host.h"

namespace egressctl::topology {
namespace {

bool is_odd(std::string_view host) {
  return mesh::is_pattern(host) && host != "*" && !host.starts_with("*.");
}

}  // namespace

RoutesByHost::RoutesByHost(std::vector<const VirtualService*> routes) : routes_(std::move(routes)) {
  for (const Place& place : routes_) {
    const std::vector<std::string>& hosts = place->hosts();
    for (const std::string& host : hosts) by_host_.add(host, &place);
    if (std::any_of(hosts.begin(), hosts.end(), is_odd)) odd_.push_back(&place);
  }
}

std::vector<const VirtualService*> RoutesByHost::overlapping(
    const std::vector<std::string_view>& hosts) const {
  std::vector<const Place*> places = odd_;
  for (const std::string_view host : hosts) {
    // An odd one may end inside of a label.
    const auto found = by_host_.all_overlapping(is_odd(host) ? "*" : host);
    places.insert(places.end(), found.begin(), found.end());
  }
  std::sort(places.begin(), places.end(), std::less<>());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  std::vector<const VirtualService*> out;
  for (const Place* place : places)
    if (std::any_of((*place)->hosts().begin(), (*place)->hosts().end(), [&](const auto& own) {
          return std::any_of(hosts.begin(), hosts.end(),
                             [&](std::string_view host) { return mesh::hosts_overlap(own, host); });
        }))
      out.push_back(*place);
  return out;
}

}  // namespace egressctl::topology
