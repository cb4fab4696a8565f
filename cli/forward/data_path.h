// A client's sidecar and the gateway behind it, whoever described them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/forward/flags.h"
#include "lib/base/result.h"
#include "lib/datapath/spec_roles.h"

namespace egressctl::cli {

// A host to try.
struct Sample {
  std::string host;
  std::uint16_t port = 443;  // that a client dials
  bool plain = false;        // HTTP without TLS
};

class DataPath {
 public:
  DataPath() = default;
  DataPath(const DataPath&) = delete;
  DataPath& operator=(const DataPath&) = delete;
  virtual ~DataPath() = default;

  [[nodiscard]] virtual std::string name() const = 0;
  [[nodiscard]] virtual std::string client_identity() const = 0;   // SPIFFE ids
  [[nodiscard]] virtual std::string gateway_identity() const = 0;  // empty: there is no gateway

  [[nodiscard]] virtual std::vector<datapath::RoleListener> sidecar(
      const datapath::Surroundings& around) const = 0;
  [[nodiscard]] virtual std::vector<datapath::RoleListener> gateway(
      const datapath::Surroundings& around) const = 0;
};

// What --spec, or --proxy and the manifests, describe. Says on `context.err` what is wrong with
// them, and what can't be run. Fails with ErrorCode::Usage when the manifests have several clients
// to choose from, or none.
[[nodiscard]] Result<std::unique_ptr<const DataPath>> load_data_path(Context& context,
                                                                     const ForwardFlags& flags);

// A host of each route, those of wildcards below them, at most `most`; those that leave through the
// gateway first, none of the cluster.
[[nodiscard]] std::vector<Sample> samples_of(const std::vector<datapath::RoleListener>& listeners,
                                             std::size_t most);

// Internal listeners of a gateway.
[[nodiscard]] std::vector<std::string> internal_listeners_of(
    const std::vector<datapath::RoleListener>& listeners);

}  // namespace egressctl::cli
