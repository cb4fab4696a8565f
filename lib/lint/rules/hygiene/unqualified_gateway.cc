// EGR0804 unqualified-gateway
#include <string>
#include <unordered_map>

#include "lib/lint/context.h"
#include "lib/lint/rules/hygiene/hygiene.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0804", "unqualified-gateway", Severity::Info};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/networking/virtual-service/"};

// The Gateways of each name, in the order of the input.
using ByName = std::unordered_map<std::string_view, std::vector<const resource::Resource*>>;

// A VirtualService of another namespace that is bound to the gateway, too; nullptr: none is.
const mesh::VirtualService* foreign_user(const mesh::Mesh& mesh, const std::string& gateway,
                                         std::string_view name_space) {
  for (const mesh::VirtualService* service : mesh.bound_to(gateway))
    if (service->name_space != name_space) return service;
  return nullptr;
}

void report(const resource::Text& written, const std::string& qualified, std::string_view why,
            SourceRange other, std::string_view what, Diagnostics& out) {
  auto finding =
      out.report(kId, written.range, "\"{}\" means \"{}\" here, and {}", *written, qualified, why);
  finding.related(other, std::string(what)).help(fmt::format("write \"{}\"", qualified));
  if (written.node == nullptr) return;
  if (const auto edit = yaml::replace_string(*written.node, qualified))
    finding.fix({.title = "name its namespace", .safe = true, .edits = {*edit}});
}

void check(const Context& in, Diagnostics& out) {
  const mesh::Mesh& mesh = in.mesh();
  ByName by_name;
  for (const resource::Resource* gateway : mesh.all(resource::Kind::Gateway))
    by_name[*gateway->metadata.name].push_back(gateway);
  std::unordered_map<std::string, const mesh::VirtualService*> foreign;
  for (const mesh::VirtualService& service : mesh.routes())
    for (const resource::Text& written : *service.service->gateways) {
      if (*written == "mesh" || written->find('/') != std::string::npos) continue;
      const std::string qualified = mesh::resolve_gateway(*written, service.name_space);
      if (mesh.gateway(qualified) == nullptr) continue;
      for (const resource::Resource* gateway : by_name[*written])
        if (mesh.namespace_of(*gateway) != service.name_space) {
          report(written, qualified, "another namespace has a Gateway of that name, too",
                 gateway->metadata.name.range, "the other Gateway", out);
          break;
        }
      if (by_name[*written].size() > 1) continue;
      const auto [user, first] = foreign.try_emplace(qualified, nullptr);
      if (first) user->second = foreign_user(mesh, qualified, service.name_space);
      if (user->second != nullptr)
        report(written, qualified, "other namespaces use that Gateway, too",
               user->second->resource->metadata.name.range, "a VirtualService of another namespace",
               out);
    }
}

}  // namespace

const Rule kUnqualifiedGateway{
    .info = {.id = kId,
             .summary = "a Gateway that several teams use, named without its namespace",
             .why = "The name stands for a Gateway of the VirtualService's own namespace. Moved to "
                    "another one, or copied by another team, the VirtualService is bound to "
                    "nothing, or to another team's Gateway.",
             .mend = "Write `namespace/name`.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
