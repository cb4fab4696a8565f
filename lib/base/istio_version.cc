#include "lib/base/istio_version.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/base/number.h"
#include "lib/base/text.h"

namespace egressctl {
namespace {

// A number of one to three digits, without leading zeros.
std::optional<int> parse_part(std::string_view text) {
  constexpr std::size_t kMostDigits = 3;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || text.size() > kMostDigits || (text.size() > 1 && text.front() == '0') ||
      !std::all_of(text.begin(), text.end(), is_digit))
    return std::nullopt;
  return parse_number<int>(text);
}

}  // namespace

std::optional<IstioVersion> parse_istio_version(std::string_view text) {
  const auto parts = split(text, '.');
  if (parts.size() < 2 || parts.size() > 3 || parts[0] != "1") return std::nullopt;
  const auto minor = parse_part(parts[1]);
  if (!minor || (parts.size() == 3 && !parse_part(parts[2]))) return std::nullopt;
  return IstioVersion{*minor};
}

std::optional<IstioVersion> guess_istio_version(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  text = text.substr(0, text.find_first_not_of("0123456789."));
  auto version = parse_istio_version(text);
  if (version && split(text, '.').size() == 2 && split(text, '.')[1].size() == 1)
    version->minor *= 10;
  return version && is_supported(*version) ? version : std::nullopt;
}

bool is_supported(IstioVersion version) {
  return version >= kOldestIstio && version <= kNewestIstio;
}

std::string to_string(IstioVersion version) {
  return fmt::format("1.{}", version.minor);
}

}  // namespace egressctl
