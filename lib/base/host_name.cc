#include "lib/base/host_name.h"

#include <arpa/inet.h>

#include <algorithm>

#include "lib/base/text.h"

namespace egressctl {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower_alnum(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c);
}

HostProblem label_problem(std::string_view label) {
  if (label.empty()) return HostProblem::EmptyLabel;
  if (label.size() > kMaxLabelBytes) return HostProblem::LabelTooLong;
  return is_dns_label(label) ? HostProblem::None : HostProblem::BadCharacter;
}

}  // namespace

HostProblem host_problem(std::string_view host) {
  if (host.empty()) return HostProblem::Empty;
  if (host == "*") return HostProblem::BareWildcard;
  std::string_view name = host;
  if (is_wildcard(name)) name.remove_prefix(2);
  if (name.find('*') != std::string_view::npos) return HostProblem::InnerWildcard;
  if (is_ip_or_cidr(name)) return HostProblem::IpAddress;
  if (std::any_of(name.begin(), name.end(), [](char c) { return (c & 0x80) != 0; }))
    return HostProblem::NotAscii;
  if (std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; }))
    return HostProblem::UpperCase;
  if (name.size() > 1 && name.ends_with('.')) return HostProblem::TrailingDot;
  if (host.size() > kMaxHostBytes) return HostProblem::TooLong;
  for (const std::string_view label : split(name, '.'))
    if (const HostProblem problem = label_problem(label); problem != HostProblem::None)
      return problem;
  if (host.find('.') == std::string_view::npos) return HostProblem::SingleLabel;
  return HostProblem::None;
}

bool is_dns_label(std::string_view text) {
  return !text.empty() && text.size() <= kMaxLabelBytes && text.front() != '-' &&
         text.back() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
           return is_lower_alnum(c) || c == '-';
         });
}

bool is_ip_or_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const std::string_view bits = text.substr(slash + 1);
    if (bits.empty() || bits.size() > 3 || !std::all_of(bits.begin(), bits.end(), is_digit))
      return false;
  }
  std::string address(text.substr(0, slash));
  if (address.size() > 2 && address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
  in6_addr buffer{};
  return inet_pton(AF_INET, address.c_str(), &buffer) == 1 ||
         inet_pton(AF_INET6, address.c_str(), &buffer) == 1;
}

bool host_covers(std::string_view pattern, std::string_view host) {
  if (pattern == host) return true;
  if (!is_wildcard(pattern)) return false;
  const std::string_view suffix = pattern.substr(1);  // ".a.org"
  return host.size() > suffix.size() && host.ends_with(suffix) && host != pattern;
}

std::string to_dns_label(std::string_view text) {
  if (is_dns_label(text)) return std::string(text);
  constexpr std::size_t kHashDigits = 8;
  std::string label;
  for (const char c : to_lower(text)) label += is_lower_alnum(c) ? c : '-';
  label.resize(std::min(label.size(), kMaxLabelBytes - kHashDigits - 1));
  const std::size_t first = label.find_first_not_of('-');
  label = first == std::string::npos ? "x" : label.substr(first);
  while (label.back() == '-') label.pop_back();
  return label + "-" + sha256_hex(text).substr(0, kHashDigits);
}

}  // namespace egressctl
