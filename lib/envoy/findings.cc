#include "lib/envoy/findings.h"

#include <string>

#include "lib/envoy/rules.h"
#include "lib/resource/field_path.h"
#include "lib/resource/value_type.h"

namespace egressctl::envoy {

Diagnostics::Builder Findings::wrong_type(const yaml::Node& node, std::string_view expected) {
  Diagnostics found;
  resource::report_wrong_type(found, node, resource_.field_path(node.range), expected);
  Diagnostic finding = found[0];
  finding.rule = kWrongType;
  finding.resource = resource_.resource_name();
  finding.aliases.emplace_back(kIstioError);
  return diagnostics_.add(std::move(finding));
}

std::string Findings::path_below(const yaml::Node& parent, std::string_view key) const {
  return resource::join_path(resource_.field_path(parent.range), key);
}

}  // namespace egressctl::envoy
