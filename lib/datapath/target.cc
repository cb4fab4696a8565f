#include "lib/datapath/target.h"

#include <algorithm>

#include "lib/base/ip_address.h"
#include "lib/base/number.h"

namespace egressctl::datapath {
namespace {

constexpr std::string_view kUnix = "unix:";

// Names of a cluster or of this machine may have one label or an underscore; more can't be said.
bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
}

}  // namespace

std::optional<Target> parse_target(std::string_view text) {
  if (text.starts_with(kUnix))
    return text.size() > kUnix.size() ? std::optional(Target{std::string(text), 0}) : std::nullopt;
  Target out;
  if (const auto ip = IpAddress::parse(text)) {
    out.host = ip->to_string();
    return out;
  }
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && !text.ends_with(']')) {
    out.port = parse_number<decltype(out.port)>(text.substr(colon + 1)).value_or(0);
    if (out.port == 0) return std::nullopt;
    text = text.substr(0, colon);
  }
  const bool bracketed = text.starts_with('[') && text.ends_with(']');
  if (bracketed) text = text.substr(1, text.size() - 2);
  const auto ip = IpAddress::parse(text);
  if (bracketed ? !ip || ip->is_v4() : !ip && !is_name(text)) return std::nullopt;
  out.host = text;
  return out;
}

}  // namespace egressctl::datapath
