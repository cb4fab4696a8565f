// EGR0801 port-without-protocol
#include "lib/lint/context.h"
#include "lib/lint/rules/hygiene/hygiene.h"
#include "lib/mesh/injection.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0801", "port-without-protocol", Severity::Info};
constexpr resource::Kind kReads[] = {resource::Kind::Service};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/"};

// Whether sidecars look at the namespace's Services at all.
bool is_outside(const Context& in, std::string_view name_space) {
  const mesh::Injection injection = mesh::injection_of(in.mesh(), name_space);
  return name_space == "kube-system" || name_space == "kube-public" ||
         name_space == in.mesh().settings().root_namespace || injection == mesh::Injection::Off ||
         injection == mesh::Injection::Unlabelled;
}

constexpr std::int64_t kStatusPort = 15021;

// The protocol that a number stands for by itself.
std::string_view usual_protocol(std::int64_t number) {
  if (number == 80) return "http";
  if (number == 443) return "https";
  return {};
}

void check(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  const auto& service = *resource.as<resource::Service>();
  if (*service.type == resource::ServiceType::ExternalName ||
      is_outside(in, in.mesh().namespace_of(resource)))
    return;
  for (const auto& port : *service.ports) {
    // Of gateways, for probes of the node, which no proxy sends anything to.
    if (*port->port == kStatusPort) continue;
    if (!port->port.present() || mesh::protocol_of(*port) != resource::Protocol::Unsupported)
      continue;
    auto finding =
        out.report(kId, port->name.present() ? port->name.range : port->port.range,
                   "nothing says which protocol port {} of \"{}\" has: proxies guess it from the "
                   "first bytes",
                   *port->port, *resource.metadata.name);
    finding.help("set appProtocol, or begin the name with the protocol: \"tcp-\", \"http-\"")
        .alias("IST0118");
    const std::string_view usual = usual_protocol(*port->port);
    if (usual.empty() || port->app_protocol.present() || port.node == nullptr) continue;
    if (const auto edit = yaml::insert_entry(*port.node, "appProtocol", usual))
      finding.fix(
          {.title = fmt::format("declare it as {}", usual), .safe = false, .edits = {*edit}});
  }
}

}  // namespace

const Rule kPortWithoutProtocol{
    .info = {.id = kId,
             .summary = "a Service's port without a protocol",
             .why = "The sidecar waits for the client's first bytes to tell HTTP, TLS and TCP "
                    "apart. Where the server speaks first, as databases and mail servers do, the "
                    "connection stalls until a timeout.",
             .mend = "Set `appProtocol`, or begin the port's name with the protocol.",
             .references = kReferences},
    .check_one = check,
    .reads = kReads};

}  // namespace egressctl::lint::rules
