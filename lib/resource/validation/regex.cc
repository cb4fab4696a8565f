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

re2::RE2::Options patient_options() {
  re2::RE2::Options options(re2::RE2::Quiet);
  // What Istio refuses is the length, not the size of the program.
  constexpr std::int64_t kMemory = 256LL << 20;
  options.set_max_mem(kMemory);
  return options;
}

// RE2 tells what it stumbled over, but not where. It reads from the left, so it is where the text
// up to there is wrong in the same way.
std::size_t place_of(const std::string& pattern, const re2::RE2& failed) {
  const std::string& culprit = failed.error_arg();
  if (culprit.empty()) return std::string::npos;
  for (std::size_t at = pattern.find(culprit); at != std::string::npos;
       at = pattern.find(culprit, at + 1)) {
    const re2::RE2 until(pattern.substr(0, at + culprit.size()), patient_options());
    if (until.error_code() == failed.error_code() && until.error_arg() == culprit) return at;
  }
  return pattern.find(culprit);
}

RegexProblem problem_of(std::string_view pattern, const std::string& known,
                        const re2::RE2& failed) {
  RegexProblem out{failed.error(), 0, 0};
  const std::size_t at = place_of(known, failed);
  // Where groups were rewritten the places have moved.
  if (at == std::string::npos || known != pattern) return out;
  out.begin = at;
  out.end = at + failed.error_arg().size();
  return out;
}

}  // namespace

std::optional<RegexProblem> regex_problem(std::string_view pattern) {
  if (is_plain(pattern)) return std::nullopt;
  const std::string known = with_old_groups(pattern);
  const re2::RE2 compiled(known, patient_options());
  if (!compiled.ok()) return problem_of(pattern, known, compiled);
  if (is_refused_by_go(known))
    return RegexProblem{"Istio takes no \"\\C\" and no group names beyond ASCII", 0, 0};
  return std::nullopt;
}

std::optional<std::size_t> regex_program_size(std::string_view pattern) {
  if (is_plain(pattern)) return pattern.size();
  const re2::RE2 compiled(with_old_groups(pattern), re2::RE2::Quiet);
  if (!compiled.ok()) return std::nullopt;
  return static_cast<std::size_t>(compiled.ProgramSize());
}

}  // namespace egressctl::resource::validation
