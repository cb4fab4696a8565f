// How the checks of this folder report: with field and resource filled in.
#pragma once

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "lib/base/diagnostic.h"
#include "lib/resource/resource.h"
#include "lib/yaml/node.h"

namespace egressctl::envoy {

// What `istioctl analyze` calls what Istio's validation refuses, and what it warns of.
inline constexpr std::string_view kIstioError = "IST0106";
inline constexpr std::string_view kIstioWarning = "IST0133";

// Takes the findings about one resource. Lives on the stack of one check.
class Findings {
 public:
  Findings(const resource::Resource& resource, Diagnostics& diagnostics)
      : resource_(resource), diagnostics_(diagnostics) {}

  [[nodiscard]] const resource::Resource& resource() const { return resource_; }

  // About what stands at `range`.
  template <typename... Args>
  Diagnostics::Builder report(const RuleId& rule, SourceRange range,
                              fmt::format_string<Args...> format, Args&&... args) {
    auto builder = diagnostics_.report(rule, range, format, std::forward<Args>(args)...);
    builder.field(resource_.field_path(range)).resource(resource_.resource_name());
    return builder;
  }

  // About the field `key`, which the mapping `parent` lacks; `head` is the mapping's own key, or
  // what stands for it.
  template <typename... Args>
  Diagnostics::Builder missing(const RuleId& rule, const yaml::Node& parent, SourceRange head,
                               std::string_view key, fmt::format_string<Args...> format,
                               Args&&... args) {
    auto builder = report(rule, head, format, std::forward<Args>(args)...);
    builder.field(path_below(parent, key));
    return builder;
  }

  // A value of the wrong type.
  Diagnostics::Builder wrong_type(const yaml::Node& node, std::string_view expected);

 private:
  [[nodiscard]] std::string path_below(const yaml::Node& parent, std::string_view key) const;

  const resource::Resource& resource_;
  Diagnostics& diagnostics_;
};

}  // namespace egressctl::envoy
