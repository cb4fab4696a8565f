// Rules over a set with what istiod makes of the Gateway API's resources.
#pragma once

#include <memory>
#include <optional>

#include "lib/base/diagnostic.h"
#include "lib/lint/context.h"
#include "lib/lint/rule.h"
#include "lib/lint/workspace.h"

namespace egressctl::lint {

// Safe to use from several threads. What it is made of must outlive it.
class WithGatewayApi {
 public:
  WithGatewayApi(const Context& written, const Workspace& workspace);
  WithGatewayApi(const WithGatewayApi&) = delete;
  WithGatewayApi& operator=(const WithGatewayApi&) = delete;

  // Runs a rule of sets: on what is written, or where it reads the Gateway API on what istiod makes
  // of that as well.
  void check(const Rule& rule, Diagnostics& out) const;

 private:
  [[nodiscard]] bool is_of_gateway_api(SourceRange range) const;

  const Context& written_;
  const Workspace& workspace_;
  std::unique_ptr<const mesh::Mesh> mesh_;
  std::optional<mesh::GatewayIndex> gateways_;
  std::optional<Context> context_;  // none: istiod makes nothing of the set
};

}  // namespace egressctl::lint
