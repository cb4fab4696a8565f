#include <algorithm>
#include <string_view>

#include "lib/base/text.h"
#include "lib/resource/validation/authorization.h"
#include "lib/resource/validation/names.h"
#include "lib/resource/validation/parts.h"

namespace egressctl::resource::validation {
namespace {

constexpr std::size_t kMostServiceAccounts = 16;
constexpr std::size_t kLongestServiceAccount = 320;
constexpr std::string_view kOneSegment = "{*}";
constexpr std::string_view kManySegments = "{**}";

bool is_port_text(std::string_view text) {
  const std::size_t zeros = std::min(text.find_first_not_of('0'), text.size());
  const std::string_view digits = text.substr(zeros);
  if (text.empty() || digits.size() > 5) return false;
  int number = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + (c - '0');
  }
  return number <= 65535;
}

// RFC 3986's pchar, as Envoy takes it in templates.
bool is_path_literal(std::string_view text) {
  constexpr std::string_view kOthers = "-._~%!$&'()+,;:@=";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

// What is wrong with a path, or an empty text.
std::string_view path_problem(std::string_view path) {
  const bool is_template = path.find(kOneSegment) != std::string_view::npos ||
                           path.find(kManySegments) != std::string_view::npos;
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  bool many = false;
  for (const std::string_view segment : split(path, '/')) {
    if (segment == kOneSegment || segment == kManySegments) {
      if (many) return "\"{**}\" must be the last template";
      many = segment == kManySegments;
      continue;
    }
    if (segment.find_first_of("{}") != std::string_view::npos)
      return "braces are only for \"{*}\" and \"{**}\" as whole segments";
    if (is_template && !is_path_literal(segment))
      return "beside a template a segment can't be empty or have \"*\" or blanks";
  }
  return {};
}

}  // namespace

void check_not_empty(Report& report, const Texts& values) {
  for (const Text& value : *values)
    if (value->empty())
      report.error(kInvalidCondition, value.range, "an empty value matches nothing");
}

void check_ip_blocks(Report& report, const Texts& values) {
  for (const Text& value : *values) {
    if (is_address(*value) || is_network(*value)) continue;
    report.error(kInvalidAddress, value.range,
                 "\"{}\" is neither an IP address nor a network such as \"10.0.0.0/8\"", *value);
  }
}

void check_port_values(Report& report, const Texts& values) {
  for (const Text& value : *values)
    if (!is_port_text(*value))
      report.error(kInvalidPort, value.range, "\"{}\" is no port number", *value);
}

void check_service_accounts(Report& report, const Texts& values) {
  if (values->size() > kMostServiceAccounts)
    report
        .error(kInvalidCondition, values.key, "the list has {} service accounts, the most are {}",
               values->size(), kMostServiceAccounts)
        .help("write several rules");
  for (const Text& value : *values) {
    const std::size_t slash = value->find('/');
    const bool has_namespace = slash != std::string::npos;
    if (value->find('*') != std::string::npos)
      report
          .error(kInvalidCondition, value.range,
                 "service account \"{}\" can't have a \"*\", which stands for nothing here", *value)
          .help("use \"principals\" or \"namespaces\" for wildcards");
    else if (value->size() > kLongestServiceAccount)
      report.error(kInvalidCondition, value.range,
                   "the service account has {} bytes, the most may be {}", value->size(),
                   kLongestServiceAccount);
    else if (value->empty() ||
             (has_namespace && (slash == 0 || slash + 1 == value->size() ||
                                value->find('/', slash + 1) != std::string::npos)))
      report.error(kInvalidCondition, value.range,
                   "service account \"{}\" is neither \"name\" nor \"namespace/name\"", *value);
  }
}

void check_wildcard_values(Report& report, const Texts& values) {
  check_not_empty(report, values);
  for (const Text& value : *values) {
    const auto stars = std::count(value->begin(), value->end(), '*');
    if (stars == 0) continue;
    if (stars == 1 && (value->starts_with('*') || value->ends_with('*'))) continue;
    report.error(kInvalidCondition, value.range,
                 "\"{}\" may have one \"*\", at its start or at its end", *value);
  }
}

void check_trust_domains(Report& report, const Texts& values) {
  check_wildcard_values(report, values);
  for (const Text& value : *values)
    if (value->find('/') != std::string::npos)
      report
          .error(kInvalidCondition, value.range, "\"{}\" is no trust domain: it has a \"/\"",
                 *value)
          .help("\"principals\" have the trust domain before their first \"/\"");
}

void check_paths(Report& report, const Texts& values) {
  for (const Text& value : *values) {
    const std::string_view problem = path_problem(*value);
    if (!problem.empty())
      report.error(kInvalidCondition, value.range, "path \"{}\" can't be matched: {}", *value,
                   problem);
  }
}

namespace {

using CheckValues = void (*)(Report&, const Texts&);

enum class KeyForm { Plain, Map };  // "source.ip", "request.headers[x]"

struct Attribute {
  std::string_view name;
  KeyForm form;
  CheckValues check;  // nullptr: any text
};

constexpr Attribute kAttributes[] = {
    {"request.headers", KeyForm::Map, nullptr},
    {"source.ip", KeyForm::Plain, check_ip_blocks},
    {"remote.ip", KeyForm::Plain, check_ip_blocks},
    {"source.namespace", KeyForm::Plain, nullptr},
    {"source.serviceAccount", KeyForm::Plain, check_service_accounts},
    {"source.principal", KeyForm::Plain, nullptr},
    {"source.trustDomain", KeyForm::Plain, check_wildcard_values},
    {"request.auth.principal", KeyForm::Plain, nullptr},
    {"request.auth.audiences", KeyForm::Plain, nullptr},
    {"request.auth.presenter", KeyForm::Plain, nullptr},
    {"request.auth.claims", KeyForm::Map, nullptr},
    {"destination.ip", KeyForm::Plain, check_ip_blocks},
    {"destination.port", KeyForm::Plain, check_port_values},
    {"connection.sni", KeyForm::Plain, nullptr},
    {"experimental.envoy.filters.", KeyForm::Map, nullptr}};

const Attribute* find_attribute(std::string_view key) {
  const auto* const found =
      std::find_if(std::begin(kAttributes), std::end(kAttributes), [&](const Attribute& each) {
        return each.form == KeyForm::Map ? key.starts_with(each.name) : key == each.name;
      });
  return found != std::end(kAttributes) ? found : nullptr;
}

bool is_map_key(std::string_view key) {
  const std::size_t open = key.find('[');
  return key.ends_with(']') && open != std::string_view::npos && open > 0 && open + 2 < key.size();
}

void report_unknown_key(Report& report, const Text& key) {
  std::string help;
  if (*key == "destination.namespace") {
    help = "a policy holds in its own namespace";
  } else if (key->starts_with("destination.labels")) {
    help = "use the policy's \"selector\"";
  } else {
    std::string_view words[std::size(kAttributes)];
    std::transform(std::begin(kAttributes), std::end(kAttributes), words,
                   [](const Attribute& each) { return each.name; });
    help = did_you_mean(*key, words);
    if (help.empty())
      help = "attributes are listed at istio.io/docs/reference/config/security/conditions/";
  }
  report.error(kInvalidCondition, key.range, "Istio has no attribute \"{}\"", *key)
      .help(std::move(help));
}

}  // namespace

void check_condition(Report& report, const Positioned<AuthorizationCondition>& condition) {
  if (!condition.node->is_mapping()) return;
  const Text& key = condition->key;
  if (key->empty()) {
    report.missing(kInvalidCondition, condition, key, "key", "the condition has no key");
    return;
  }
  if (condition->values->empty() && condition->not_values->empty()) {
    report.missing(kInvalidCondition, condition, condition->values, "values",
                   "the condition on \"{}\" has neither \"values\" nor \"notValues\"", *key);
    return;
  }
  check_not_empty(report, condition->values);
  check_not_empty(report, condition->not_values);
  const Attribute* attribute = find_attribute(*key);
  if (attribute == nullptr) return report_unknown_key(report, key);
  if (attribute->form == KeyForm::Map && !is_map_key(*key))
    report.error(kInvalidCondition, key.range, "\"{}\" names nothing: expected \"{}[name]\"", *key,
                 attribute->name);
  if (attribute->check == nullptr) return;
  attribute->check(report, condition->values);
  attribute->check(report, condition->not_values);
}

}  // namespace egressctl::resource::validation
