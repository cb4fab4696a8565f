// EGR0180 regex-too-large, EGR0181 regex-never-matches; and EGR0141 invalid-regex where Istio's own
// validation does not look.
//
// Source: istio/istio pilot/pkg/networking/core/route (translateRouteMatch, translateCORSPolicy,
// util.ConvertToEnvoyMatch), pilot/pkg/config/kube/gateway (HTTPRoute); Envoy's RegexMatcher
// matches the whole text, RegexMatchAndSubstitute any part, and a path without its query.
#include "lib/lint/rules/regexes.h"

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

#include <fmt/format.h>

#include "lib/envoy/visit.h"
#include "lib/lint/context.h"
#include "lib/resource/validation/regex.h"
#include "lib/resource/validation/regex_language.h"
#include "lib/resource/validation/rules.h"
#include "lib/yaml/part.h"

namespace egressctl::lint::rules {
namespace {

using resource::Resource;
using resource::StringMatch;
using resource::StringMatchKind;
using resource::validation::Extent;
using resource::validation::kMaxRegexBytes;
using resource::validation::kMaxRegexProgram;
using resource::validation::Subject;

constexpr RuleId kTooLarge{"EGR0180", "regex-too-large", Severity::Error};
constexpr RuleId kNeverMatches{"EGR0181", "regex-never-matches", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://www.envoyproxy.io/docs/envoy/latest/api-v3/type/matcher/v3/regex.proto",
    "https://github.com/google/re2/wiki/Syntax"};

constexpr resource::Kind kReads[] = {resource::Kind::VirtualService, resource::Kind::HttpRoute,
                                     resource::Kind::EnvoyFilter};

// A regular expression of a resource.
struct Found {
  const yaml::Node* node = nullptr;  // a scalar
  Subject subject = Subject::Any;
  Extent extent = Extent::Whole;
};

using Take = std::function<void(const Found&)>;

void visit_match(const resource::Positioned<StringMatch>& match, Subject subject,
                 const Take& take) {
  if (match->kind == StringMatchKind::Regex && match->text.node != nullptr)
    take({match->text.node, subject, Extent::Whole});
}

void visit_matches(const resource::Positioned<resource::Map<StringMatch>>& matches,
                   const Take& take) {
  for (const auto& named : *matches) visit_match(named.entry, Subject::Header, take);
}

void visit(const resource::VirtualService& service, const Take& take) {
  for (const auto& route : *service.http) {
    for (const auto& match : *route->match) {
      visit_match(match->uri, Subject::Path, take);
      visit_match(match->scheme, Subject::Scheme, take);
      visit_match(match->method, Subject::Header, take);
      visit_match(match->authority, Subject::Header, take);
      visit_matches(match->headers, take);
      visit_matches(match->without_headers, take);
      visit_matches(match->query_params, take);
    }
    for (const auto& origin : *route->cors_policy->allow_origins)
      visit_match(origin, Subject::Header, take);
    const auto& rewrite = route->rewrite->uri_regex_rewrite->match;
    if (rewrite.node != nullptr) take({rewrite.node, Subject::Path, Extent::Part});
  }
}

const yaml::Node* scalar_at(const yaml::Node& node, std::string_view key) {
  const yaml::Node* value = node.find(key);
  return value != nullptr && value->is_scalar() ? value : nullptr;
}

// A match of the Gateway API: {type: RegularExpression, value: ...}.
void visit_typed(const yaml::Node& match, Subject subject, const Take& take) {
  const yaml::Node* type = scalar_at(match, "type");
  const yaml::Node* value = scalar_at(match, "value");
  if (type != nullptr && type->scalar == "RegularExpression" && value != nullptr)
    take({value, subject, Extent::Whole});
}

void visit(const resource::KubernetesRoute& route, const Take& take) {
  for (const auto& rule : *route.rules) {
    if (rule->matches.node == nullptr) continue;
    for (const yaml::Node& match : rule->matches.node->items) {
      if (const yaml::Node* path = match.find("path")) visit_typed(*path, Subject::Path, take);
      for (const std::string_view key : {"headers", "queryParams"}) {
        const yaml::Node* list = match.find(key);
        if (list == nullptr) continue;
        for (const yaml::Node& item : list->items) visit_typed(item, Subject::Header, take);
      }
    }
  }
}

void visit(const resource::EnvoyFilter& filter, const Take& take) {
  for (const auto& item : *filter.config_patches) {
    const yaml::Node* value = item->patch->value.node;
    const envoy::MessageType* type = envoy::patched_type(*item->apply_to);
    if (value == nullptr || type == nullptr) continue;
    std::unordered_set<const yaml::Node*> substituted;
    envoy::visit_messages(*value, *type, [&](const yaml::Node& node, const auto& message) {
      if (message.name == "envoy.type.matcher.v3.RegexMatchAndSubstitute") {
        if (const yaml::Node* pattern = envoy::find_value(node, "pattern"))
          substituted.insert(pattern);
      } else if (message.name == "envoy.type.matcher.v3.RegexMatcher") {
        const yaml::Node* regex = envoy::find_value(node, "regex");
        if (regex != nullptr && regex->is_scalar())
          take({regex, Subject::Any, substituted.contains(&node) ? Extent::Part : Extent::Whole});
      }
    });
  }
}

void visit(const Resource& resource, const Take& take) {
  if (const auto* service = resource.as<resource::VirtualService>()) visit(*service, take);
  if (const auto* route = resource.as<resource::KubernetesRoute>()) visit(*route, take);
  if (const auto* filter = resource.as<resource::EnvoyFilter>()) visit(*filter, take);
}

// Whether it compiles; where not, and nothing else says so, it is reported.
bool compiles(const Resource& resource, const Found& found, Diagnostics& out) {
  const std::string_view pattern = found.node->scalar;
  const auto problem = resource::validation::regex_problem(pattern);
  if (!problem) return true;
  if (resource.kind != resource::Kind::VirtualService)
    out.report(resource::validation::kInvalidRegex,
               yaml::part_of(*found.node, problem->begin, problem->end),
               "\"{}\" is no regular expression of RE2: {}", pattern, problem->message);
  return false;
}

void check_size(const Context& /*in*/, const Resource& resource, Diagnostics& out) {
  visit(resource, [&](const Found& found) {
    const std::string_view pattern = found.node->scalar;
    if (pattern.empty() || !compiles(resource, found, out)) return;
    const auto size = resource::validation::regex_program_size(pattern);
    if (size && *size <= kMaxRegexProgram) return;
    const std::string how_much =
        size ? fmt::format("{} instructions, and {} are the most that Istio lets a proxy take",
                           *size, kMaxRegexProgram)
             : "more instructions than RE2 has memory for";
    out.report(kTooLarge, found.node->range, "the regular expression compiles to {}", how_much)
        .help("split it into several matches, or repeat less: \"{1000}\" is a thousand copies");
  });
}

std::string_view what_is_matched(Subject subject) {
  switch (subject) {
    case Subject::Path: return "path of a request";
    case Subject::Scheme: return "scheme of a request";
    case Subject::Header: return "value without a line break";
    case Subject::Any: break;
  }
  return "text";
}

std::string_view help_for(Subject subject) {
  switch (subject) {
    case Subject::Path:
      return "a path begins with \"/\", and is matched without its query; queryParams matches that";
    case Subject::Scheme: return "schemes are \"http\" and \"https\"";
    case Subject::Header:
    case Subject::Any: break;
  }
  return "look for \"^\" and \"$\" in the middle, and for classes that exclude everything";
}

void check_matches(const Context& /*in*/, const Resource& resource, Diagnostics& out) {
  visit(resource, [&](const Found& found) {
    const std::string_view pattern = found.node->scalar;
    if (pattern.empty() || pattern.size() > kMaxRegexBytes ||
        resource::validation::regex_problem(pattern))
      return;
    if (!never_matches(pattern, found.subject, found.extent)) return;
    // What is wrong in itself is told as such.
    const Subject subject =
        never_matches(pattern, Subject::Any, found.extent) ? Subject::Any : found.subject;
    out.report(kNeverMatches, found.node->range, "no {} matches \"{}\"{}", what_is_matched(subject),
               pattern, found.extent == Extent::Whole ? ", which must match the whole of it" : "")
        .help(std::string(help_for(subject)));
  });
}

}  // namespace

const Rule kRegexTooLarge = {
    .info = {.id = kTooLarge,
             .summary = "a regular expression that is too large for a proxy",
             .why = "istiod takes it, but every proxy that gets the route refuses it (\"regex "
                    "program size\") and keeps the configuration that it had: later changes of "
                    "any route of that listener do not arrive either.",
             .mend = "Split it into several matches, or repeat less.",
             .references = kReferences},
    .check_one = check_size,
    .reads = kReads};

const Rule kRegexNeverMatches = {
    .info = {.id = kNeverMatches,
             .summary = "a regular expression that nothing can match",
             .why = "Envoy matches the whole text, a path without its query. The route is never "
                    "taken, so requests go on to the next one or get a 404.",
             .mend = "Write an expression of the whole text: `/api/.*` for paths below `/api/`.",
             .references = kReferences},
    .check_one = check_matches,
    .reads = kReads};

}  // namespace egressctl::lint::rules
