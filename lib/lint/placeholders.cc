#include "lib/lint/placeholders.h"

#include <cctype>
#include <string_view>
#include <unordered_set>

namespace egressctl::lint {
namespace {

constexpr std::size_t kLongest = 512;  // of a value; what is longer is a text with code in it

bool is_upper(char c) {
  return (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_word(char c) {
  return is_upper(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

std::string_view word_at(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && is_word(text[end])) ++end;
  return text.substr(0, end);
}

// The variable that `text` starts with, from its `$` on; empty when it is none. A lone `$` before
// lower case is the end of a regular expression, or a group of one.
std::string_view variable_at(std::string_view text) {
  if (text.size() < 3) return {};
  const char open = text[1];
  if (open == '{' || open == '(') {
    const std::string_view name = word_at(text.substr(2));
    const std::size_t close = text.find(open == '{' ? '}' : ')', 2);
    if (name.empty() || close == std::string_view::npos) return {};
    // Defaults: "${DOMAIN:=example.com}".
    const bool whole = close == 2 + name.size() || (open == '{' && text[2 + name.size()] == ':');
    return whole ? text.substr(0, close + 1) : std::string_view();
  }
  const std::string_view name = word_at(text.substr(1));
  if (name.size() < 2) return {};
  for (const char c : name)
    if (!is_upper(c) && !(c >= '0' && c <= '9')) return {};
  return text.substr(0, 1 + name.size());
}

std::string_view first_variable(std::string_view value) {
  for (std::size_t at = value.find('$'); at != std::string_view::npos; at = value.find('$', at + 1))
    if (const std::string_view found = variable_at(value.substr(at)); !found.empty()) return found;
  return {};
}

// The variable in the value that a finding is about, or that its message compares with others.
std::string_view variable_of(const Diagnostic& finding) {
  const std::string_view value = finding.range.text();
  const bool scalar = value.size() <= kLongest && value.find('\n') == std::string_view::npos;
  const std::string_view own = scalar ? first_variable(value) : std::string_view();
  return own.empty() ? first_variable(finding.message) : own;
}

}  // namespace

Diagnostics without_placeholders(const Diagnostics& findings, const Workspace& workspace) {
  Diagnostics out;
  std::unordered_set<const resource::Resource*> told;
  for (const Diagnostic& finding : findings) {
    const std::string_view variable = variable_of(finding);
    const resource::Resource* resource = variable.empty() ? nullptr : workspace.at(finding.range);
    if (resource == nullptr) {
      out.add(finding);
    } else if (told.insert(resource).second) {
      out.report(kUnsubstituted, finding.range,
                 "\"{}\" stands for a value that another program fills in: what it is part of is "
                 "not checked",
                 variable)
          .field(finding.field)
          .resource(finding.resource)
          .help("lint what that program writes: flux build, kustomize build, envsubst");
    }
  }
  return out;
}

}  // namespace egressctl::lint
