#include "lib/forward/route_table.h"

#include <algorithm>
#include <utility>

#include "lib/base/host_name.h"

namespace egressctl::forward {

bool Route::resolves_name() const {
  if (termination != nullptr) return false;
  if (choices.empty()) return host.empty() && !original_destination;
  return std::any_of(choices.begin(), choices.end(),
                     [](const Route& choice) { return choice.resolves_name(); });
}

const Route& Route::taken(std::uint64_t random) const {
  if (choices.empty()) return *this;
  std::uint64_t sum = 0;
  for (const Route& choice : choices) sum += choice.weight;
  if (sum == 0) return choices.front().taken(random);
  std::uint64_t at = random % sum;
  auto choice = choices.begin();
  for (; at >= choice->weight; ++choice) at -= choice->weight;
  return choice->taken(random / sum);
}

RouteTable::RouteTable(std::vector<Route> routes) : routes_(std::move(routes)) {
  for (std::size_t i = 0; i < routes_.size(); ++i)
    for (const std::string& name : routes_[i].names) {
      if (name == "*") {
        if (!any_) any_ = i;
      } else if (is_wildcard(name)) {
        wildcards_.try_emplace(name.substr(2), i);
      } else {
        exact_.try_emplace(name, i);
      }
    }
}

const Route* RouteTable::find(std::string_view name) const {
  if (const auto found = exact_.find(std::string(name)); found != exact_.end())
    return &routes_[found->second];
  if (wildcards_.empty()) return nullptr;
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos;
       dot = name.find('.', dot + 1))
    if (const auto found = wildcards_.find(std::string(name.substr(dot + 1)));
        found != wildcards_.end())
      return &routes_[found->second];
  return nullptr;
}

std::string_view refusal_of(std::string_view name) {
  if (is_wildcard(name)) return "not a host name";
  switch (host_problem(name)) {
    case HostProblem::None: return {};
    case HostProblem::Empty: return "no name";
    case HostProblem::IpAddress: return "an IP address";
    case HostProblem::SingleLabel: return "no domain";
    default: return "not a host name";
  }
}

}  // namespace egressctl::forward
