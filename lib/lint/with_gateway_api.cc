#include "lib/lint/with_gateway_api.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "lib/mesh/gateway_api.h"

namespace egressctl::lint {

WithGatewayApi::WithGatewayApi(const Context& written, const Workspace& workspace)
    : written_(written),
      workspace_(workspace),
      mesh_(mesh::with_gateway_api(written.mesh(), written.options().mesh)) {
  if (mesh_ == nullptr) return;
  gateways_.emplace(*mesh_);
  context_.emplace(*mesh_, *gateways_, written.options());
}

bool WithGatewayApi::is_of_gateway_api(SourceRange range) const {
  const resource::Resource* resource = workspace_.at(range);
  return resource != nullptr && mesh::is_converted(*resource);
}

void WithGatewayApi::check(const Rule& rule, Diagnostics& out) const {
  if (!context_ || !rule.reads_gateway_api) return rule.check(written_, out);
  Diagnostics found;
  rule.check(*context_, found);
  // A route makes as many VirtualServices as it has hosts and parents: their mistakes are one.
  std::set<std::tuple<const Source*, std::uint32_t, std::uint32_t>> told;
  for (Diagnostic finding : found) {
    if (is_of_gateway_api(finding.range)) {
      if (!told.emplace(finding.range.source, finding.range.begin, finding.range.end).second)
        continue;
      // It would mend what is not written.
      finding.fix.reset();
    } else if (finding.fix) {
      const auto& edits = finding.fix->edits;
      if (std::any_of(edits.begin(), edits.end(),
                      [&](const auto& edit) { return is_of_gateway_api(edit.range); }))
        finding.fix.reset();
    }
    out.add(std::move(finding));
  }
}

}  // namespace egressctl::lint
