#include "lib/resource/validation/regex.h"

#include <algorithm>
#include <cstdint>

#include <re2/re2.h>

namespace egressctl::resource::validation {
namespace {

// Whether the pattern is made of literals, '.' and single '*' and '+' behind them. Most are
// (".*", "/api/.+"), and compiling costs far more than to look.
bool is_plain(std::string_view pattern) {
  bool repeatable = false;
  for (const char c : pattern) {
    if (c == '*' || c == '+') {
      if (!repeatable) return false;
      repeatable = false;
      continue;
    }
    const bool literal = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '.' || c == '/' || c == '-' || c == '_' ||
                         c == ':' || c == '@' || c == '=' || c == '&' || c == ' ';
    if (!literal) return false;
    repeatable = true;
  }
  return true;
}

// What RE2 takes but Go's regexp, with which Istio tries patterns, does not.
bool is_refused_by_go(std::string_view pattern) {
  for (std::size_t i = 0; i + 1 < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      if (pattern[i + 1] == 'Q')
        i = std::min(pattern.find("\\E", i), pattern.size());
      else if (pattern[i + 1] == 'C')
        return true;
      ++i;
    } else if (pattern.substr(i).starts_with("(?P<")) {
      const std::string_view name = pattern.substr(i, pattern.find('>', i) - i);
      if (std::any_of(name.begin(), name.end(), [](char c) { return (c & 0x80) != 0; }))
        return true;
    }
  }
  return false;
}

// Newer releases of RE2, as Envoy has them, know "(?<name>" for "(?P<name>".
std::string with_old_groups(std::string_view pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    out += pattern[i];
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      out += pattern[++i];
    } else if (pattern.substr(i).starts_with("(?<")) {
      out += "?P<";
      i += 2;
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> regex_problem(std::string_view pattern) {
  if (is_plain(pattern)) return std::nullopt;
  re2::RE2::Options options(re2::RE2::Quiet);
  // What Istio refuses is the length, not the size of the program.
  constexpr std::int64_t kMemory = 256LL << 20;
  options.set_max_mem(kMemory);
  const std::string known = with_old_groups(pattern);
  const re2::RE2 compiled(known, options);
  if (!compiled.ok()) return compiled.error();
  if (is_refused_by_go(known)) return "Istio takes no \"\\C\" and no group names beyond ASCII";
  return std::nullopt;
}

}  // namespace egressctl::resource::validation
