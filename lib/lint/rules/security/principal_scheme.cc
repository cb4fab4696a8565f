// EGR0523 principal-with-scheme
#include "lib/lint/context.h"
#include "lib/lint/rules/security/security.h"
#include "lib/yaml/edit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0523", "principal-with-scheme", Severity::Error};
constexpr std::string_view kReferences[] = {
    "https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source"};
constexpr resource::Kind kReads[] = {resource::Kind::AuthorizationPolicy};
constexpr std::string_view kScheme = "spiffe://";

// Source: istio/istio pilot/pkg/security/authz/matcher/string.go (StringMatcherWithPrefix), which
// puts the scheme before the value by itself.
void check_values(const resource::Texts& values, Diagnostics& out) {
  for (const resource::Text& value : *values) {
    if (!value->starts_with(kScheme)) continue;
    auto finding = out.report(kId, value.range,
                              "Istio puts \"{}\" before principals itself, so that no client is "
                              "\"{}\"",
                              kScheme, *value);
    const std::string name = value->substr(kScheme.size());
    finding.help(fmt::format("write \"{}\"", name));
    if (value.node == nullptr || name.empty()) continue;
    if (const auto edit = yaml::replace_string(*value.node, name))
      finding.fix({.title = "leave the scheme away", .safe = true, .edits = {*edit}});
  }
}

void check_one(const Context&, const resource::Resource& resource, Diagnostics& out) {
  for (const auto& rule : *resource.as<resource::AuthorizationPolicy>()->rules) {
    for (const auto& from : *rule->from) {
      check_values(from->source->principals, out);
      check_values(from->source->not_principals, out);
    }
    for (const auto& condition : *rule->when) {
      if (*condition->key != "source.principal") continue;
      check_values(condition->values, out);
      check_values(condition->not_values, out);
    }
  }
}

}  // namespace

const Rule kPrincipalWithScheme{
    .info = {.id = kId,
             .summary = "a principal with `spiffe://` before it",
             .why = "No client has it: an ALLOW rule lets nobody in, a DENY rule keeps nobody out.",
             .mend = "Write the trust domain first: `cluster.local/ns/shop/sa/web`.",
             .references = kReferences},
    .check_one = check_one,
    .reads = kReads};

}  // namespace egressctl::lint::rules
