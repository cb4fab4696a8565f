#include "lib/spec/host_index.h"

#include <fmt/format.h>

#include "lib/base/host_name.h"
#include "lib/spec/quoted.h"
#include "lib/spec/rules.h"

namespace egressctl::spec {

void HostIndex::add(const Destination& destination, std::string_view path,
                    Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < destination.hosts.size(); ++i) {
    const Located<std::string>& host = destination.hosts[i];
    const auto [at, fresh] = claims_.try_emplace(*host, Claim{host.range, &destination});
    if (fresh) continue;
    const Claim& first = at->second;
    const bool same = first.destination == &destination;
    const std::string whose =
        same ? std::string("listed twice")
             : fmt::format("claimed by destination {} already", quoted(*first.destination->name));
    diagnostics.report(kDuplicateHost, host.range, "host {} is {}", quoted(*host), whose)
        .related(first.range, "first listed here")
        .field(fmt::format("{}.hosts[{}]", path, i))
        .help(same ? "remove one of them"
                   : "keep it in one of the two; unlike equal hosts, wildcards may overlap others");
  }
}

bool HostIndex::covers(std::string_view name) const {
  if (claims_.contains(name)) return true;
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos;
       dot = name.find('.', dot + 1))
    if (claims_.contains(fmt::format("*{}", name.substr(dot)))) return true;
  return false;
}

}  // namespace egressctl::spec
