#include "lib/base/fingerprint.h"

#include <cstddef>
#include <map>

#include <fmt/format.h>

#include "lib/base/text.h"

namespace egressctl {
namespace {

constexpr std::size_t kDigits = 32;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The end of a run of digits that starts at `i`; `i` itself when there is none.
std::size_t skip_digits(std::string_view text, std::size_t i) {
  while (i < text.size() && is_digit(text[i])) ++i;
  return i;
}

// Where the `<number>:<number>` that starts at `i` ends, or `i`.
std::size_t skip_position(std::string_view text, std::size_t i) {
  const std::size_t colon = skip_digits(text, i);
  if (colon == i || colon >= text.size() || text[colon] != ':') return i;
  const std::size_t end = skip_digits(text, colon + 1);
  return end > colon + 1 ? end : i;
}

// All that equal findings have in common.
std::string key_of(const Diagnostic& diagnostic) {
  const ResourceName& resource = diagnostic.resource;
  std::string key;
  for (const std::string_view part :
       {diagnostic.rule.id, std::string_view(resource.kind), std::string_view(resource.name_space),
        std::string_view(resource.name)})
    key += fmt::format("{}\n", part);
  return key + without_positions(diagnostic.message);
}

std::string fingerprint(const std::string& key, std::size_t ordinal) {
  return sha256_hex(fmt::format("{}\n{}", key, ordinal)).substr(0, kDigits);
}

}  // namespace

std::string without_positions(std::string_view message) {
  std::string out;
  for (std::size_t i = 0; i < message.size();) {
    const bool at_start = i == 0 || !is_digit(message[i - 1]);
    const std::size_t end = at_start ? skip_position(message, i) : i;
    if (end == i) {
      out += message[i++];
      continue;
    }
    // The path before it goes, too: all up to a space or an opening mark.
    if (!out.empty() && out.back() == ':') {
      const std::size_t before = out.find_last_of(" \"'(");
      out.erase(before == std::string::npos ? 0 : before + 1);
    }
    i = end;
  }
  return out;
}

std::string fingerprint(const Diagnostic& diagnostic, std::size_t ordinal) {
  return fingerprint(key_of(diagnostic), ordinal);
}

std::vector<std::string> fingerprints(const Diagnostics& diagnostics) {
  std::vector<std::string> result;
  std::map<std::string, std::size_t> seen;
  for (const Diagnostic& diagnostic : diagnostics) {
    const std::string key = key_of(diagnostic);
    result.push_back(fingerprint(key, seen[key]++));
  }
  return result;
}

}  // namespace egressctl
