#include "lib/resource/validation/regex.h"

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
  const re2::RE2 compiled(with_old_groups(pattern), options);
  if (compiled.ok()) return std::nullopt;
  return compiled.error();
}

}  // namespace egressctl::resource::validation
