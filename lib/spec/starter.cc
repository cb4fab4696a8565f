// The spec that `egressctl init` prints.
#include <fmt/format.h>

#include "lib/spec/read.h"
#include "lib/yaml/emit.h"

namespace egressctl::spec {
namespace {

constexpr std::string_view kBefore =
    R"(# What may leave the mesh, and how. Check and turn it into manifests with
#   egressctl generate egress.yaml
apiVersion: egressctl/v1
kind: Egress
metadata:
  name: )";

constexpr std::string_view kAfter = R"(
spec:
  istio:
    version: "1.30"   # of the mesh; quoted, because 1.30 is the number 1.3

  # Who may leave. Without this list, every namespace may.
  clients:
    - namespace: default
      # serviceAccounts: [web]     # these alone; else every one of the namespace
      # selector: {app: web}       # pods with these labels alone

  # Where the gateway is, or shall be. These are the defaults.
  gateway:
    namespace: istio-egress
    name: istio-egressgateway
    selector: {istio: egressgateway}
    create: true                   # false: use a gateway that is there already

  # What is refused, and where. These are the defaults.
  policy:
    outbound: REGISTRY_ONLY        # sidecars drop what no destination lists
    networkPolicy: true            # no way past the sidecar and the gateway
    authorize: true                # only the clients may use the gateway
    innerSni: allow-list           # off, allow-list or strict

  # Where traffic may go.
  destinations:
    # Named hosts: the gateway dials each of them.
    - name: cnn
      hosts: [edition.cnn.com]
      via: gateway

    # A wildcard all of whose names one host serves: the gateway dials that host.
    # The wildcard does not cover wikipedia.org itself, so it is listed.
    - name: wikipedia
      hosts: ["*.wikipedia.org", wikipedia.org]
      via: common-host
      commonHost: www.wikipedia.org

    # Any wildcard: the gateway resolves the name that the client asks for.
    # - name: open
    #   hosts: ["*.com", "*.org"]
    #   via: sni-proxy

    # From the client's sidecar, without the gateway.
    # - name: time
    #   hosts: [time.example.net]
    #   via: direct

    # Clients speak plain HTTP, and the gateway TLS.
    # - name: api
    #   hosts: [api.example.net]
    #   via: originate
)";

}  // namespace

std::string starter(std::string_view name) {
  return fmt::format("{}{}{}", kBefore, yaml::emit_string(name), kAfter);
}

}  // namespace egressctl::spec
