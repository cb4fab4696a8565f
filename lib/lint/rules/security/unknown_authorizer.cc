// EGR0526 unknown-authorizer
#include <algorithm>
#include <string>
#include <vector>

#include "lib/base/text.h"
#include "lib/lint/context.h"
#include "lib/lint/rules/mesh_place.h"
#include "lib/lint/rules/security/security.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0526", "unknown-authorizer", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/tasks/security/authorization/authz-custom/"};
constexpr resource::Kind kReads[] = {resource::Kind::AuthorizationPolicy};

// Source: istio/istio pilot/pkg/security/authz/builder/extauthz.go (processExtensionProvider),
// builder.go (build: what is not resolved is denied).
bool is_authorizer(const resource::Positioned<resource::ExtensionProvider>& provider) {
  return provider.node != nullptr && (provider.node->find("envoyExtAuthzGrpc") != nullptr ||
                                      provider.node->find("envoyExtAuthzHttp") != nullptr);
}

void check_one(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  const mesh::Settings& settings = in.mesh().settings();
  const auto& policy = *resource.as<resource::AuthorizationPolicy>();
  const resource::Text& name = policy.provider->name;
  if (*policy.action != resource::AuthorizationAction::Custom || name->empty() ||
      settings.mesh_config == nullptr)
    return;
  const auto& providers = *settings.mesh_config->extension_providers;
  std::vector<std::string_view> names;
  for (const auto& provider : providers) {
    if (!is_authorizer(provider)) continue;
    if (*provider->name == *name) return;
    names.push_back(*provider->name);
  }
  if (other_config_has(in.mesh(), "extensionProviders")) return;
  const bool other = std::any_of(providers.begin(), providers.end(),
                                 [&](const auto& provider) { return *provider->name == *name; });
  auto finding = out.report(
      kId, name.range, "the MeshConfig has {} \"{}\": istiod denies all that the policy is about",
      other ? "no external authorizer under the name" : "no extension provider", *name);
  const auto near = nearest(*name, names);
  if (!near) {
    finding.help("add it to extensionProviders, with envoyExtAuthzGrpc or envoyExtAuthzHttp");
    return;
  }
  finding.help(fmt::format("did you mean \"{}\"?", *near));
  if (const auto edit = yaml::replace_string(*name.node, *near))
    finding.fix({.title = fmt::format("name provider \"{}\"", *near), .edits = {*edit}});
}

}  // namespace

const Rule kUnknownAuthorizer{
    .info = {.id = kId,
             .summary = "a CUSTOM policy whose provider the MeshConfig does not have",
             .why = "istiod makes filters that deny what the policy's rules match, and says so in "
                    "its own log alone: `403 RBAC: access denied`, and every TCP connection is "
                    "closed.",
             .mend = "Name one of `extensionProviders` that is an external authorizer.",
             .references = kReferences},
    .check_one = check_one,
    .reads = kReads};

}  // namespace egressctl::lint::rules
