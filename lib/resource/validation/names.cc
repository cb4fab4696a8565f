#include "lib/resource/validation/names.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <fmt/format.h>

#include "lib/base/host_name.h"
#include "lib/base/number.h"

namespace egressctl::resource::validation {
namespace {

constexpr std::size_t kMaxDomainBytes = 255;
constexpr std::string_view kOutboundPrefix = "outbound_";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alnum(char c) {
  return is_letter(c) || is_digit(c);
}

std::string bad_label(std::string_view label) {
  if (label.empty()) return "it has an empty label";
  if (label.size() > kMaxLabelBytes)
    return fmt::format("label \"{}\" is {} bytes long, the longest may be {}", label, label.size(),
                       kMaxLabelBytes);
  if (label.find('*') != std::string_view::npos)
    return fmt::format("label \"{}\" has a \"*\"", label);
  return fmt::format("label \"{}\" is not made of letters, digits and inner \"-\"", label);
}

std::optional<std::string> length_problem(std::string_view host) {
  if (host.empty()) return "it is empty";
  if (host.size() > kMaxDomainBytes)
    return fmt::format("it is {} bytes long, the longest may be {}", host.size(), kMaxDomainBytes);
  return std::nullopt;
}

std::optional<std::string> labels_problem(std::string_view domain) {
  const std::size_t last_dot = domain.rfind('.');
  const std::string_view top =
      last_dot == std::string_view::npos ? domain : domain.substr(last_dot + 1);
  // So Istio tells an address from a name.
  if (decimal(top)) return fmt::format("its last label \"{}\" is a number", top);
  while (true) {
    const std::size_t dot = domain.find('.');
    const std::string_view label = domain.substr(0, dot);
    // "istio.io." ends in an empty label.
    if (dot == std::string_view::npos && label.empty()) return std::nullopt;
    if (!is_label(label)) return bad_label(label);
    if (dot == std::string_view::npos) return std::nullopt;
    domain.remove_prefix(dot + 1);
  }
}

bool is_wildcard_label(std::string_view label) {
  if (label.size() > kMaxLabelBytes) return false;
  if (label.starts_with("*-")) return is_label(label.substr(2));
  if (label.starts_with('*')) return label.size() == 1 || is_label(label.substr(1));
  return is_label(label);
}

std::string_view trim_dots(std::string_view text) {
  while (text.starts_with('.')) text.remove_prefix(1);
  while (text.ends_with('.')) text.remove_suffix(1);
  return text;
}

// Takes what stands before the next '_'.
std::string_view take_part(std::string_view& text) {
  const std::size_t end = text.find('_');
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

bool is_wild(std::string_view host) {
  return host.starts_with('*');
}

bool parses_as_v6(std::string_view text) {
  in6_addr buffer{};
  return inet_pton(AF_INET6, std::string(text).c_str(), &buffer) == 1;
}

}  // namespace

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= kMaxLabelBytes && is_alnum(text.front()) &&
         is_alnum(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '-'; });
}

std::optional<std::string> domain_problem(std::string_view host) {
  if (auto problem = length_problem(host)) return problem;
  return labels_problem(host);
}

std::optional<std::string> wildcard_domain_problem(std::string_view host) {
  if (auto problem = length_problem(host)) return problem;
  const std::size_t dot = host.find('.');
  const std::string_view first = host.substr(0, dot);
  if (!is_wildcard_label(first)) return bad_label(first);
  return dot == std::string_view::npos ? std::nullopt : labels_problem(host.substr(dot + 1));
}

std::optional<std::string> gateway_host_problem(std::string_view host, bool sni) {
  if (!sni || !host.starts_with(kOutboundPrefix)) return wildcard_domain_problem(host);
  if (auto problem = length_problem(host)) return problem;
  constexpr std::string_view kForm = "\"outbound_.<port>_.<subset>_.<host>\"";
  if (std::count(host.begin(), host.end(), '_') < 3)
    return fmt::format("it is not of the form {}", kForm);
  std::string_view rest = host.substr(kOutboundPrefix.size());
  const std::string_view port = trim_dots(take_part(rest));
  take_part(rest);
  const std::string_view name = trim_dots(take_part(rest));
  if (!std::any_of(port.begin(), port.end(), is_digit))
    return fmt::format("\"{}\" is no port in the form {}", port, kForm);
  if (!std::any_of(name.begin(), name.end(), is_letter))
    return fmt::format("\"{}\" is no host in the form {}", name, kForm);
  return std::nullopt;
}

bool is_partial_wildcard(std::string_view host) {
  return host.size() != 1 && !host.starts_with("*.") && host.find('*') != std::string_view::npos;
}

bool hosts_overlap(std::string_view a, std::string_view b) {
  if (is_wild(a) && is_wild(b)) {
    a.remove_prefix(1);
    b.remove_prefix(1);
    return a.size() < b.size() ? b.ends_with(a) : a.ends_with(b);
  }
  if (is_wild(a)) return b.ends_with(a.substr(1));
  if (is_wild(b)) return a.ends_with(b.substr(1));
  return a == b;
}

bool host_within(std::string_view inner, std::string_view outer) {
  if (!is_wild(outer)) return inner == outer;
  if (is_wild(inner)) {
    if (inner.size() < outer.size()) return false;
    inner.remove_prefix(1);
  }
  return inner.ends_with(outer.substr(1));
}

bool is_address(std::string_view text) {
  if (text.find(':') == std::string_view::npos) {
    in_addr buffer{};
    return inet_pton(AF_INET, std::string(text).c_str(), &buffer) == 1;
  }
  const std::size_t zone = text.find('%');
  if (zone != std::string_view::npos && zone + 1 == text.size()) return false;
  if (text.find('/') != std::string_view::npos) return false;
  return parses_as_v6(text.substr(0, zone));
}

bool is_network(std::string_view text) {
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view address = text.substr(0, slash);
  const std::string_view length = text.substr(slash + 1);
  if (address.find('%') != std::string_view::npos || !is_address(address)) return false;
  const bool plain = std::all_of(length.begin(), length.end(), is_digit) && !length.empty() &&
                     length.size() <= 3 && (length.size() == 1 || length.front() != '0');
  if (!plain) return false;
  int bits = 0;
  for (const char c : length) bits = bits * 10 + (c - '0');
  return bits <= (address.find(':') != std::string_view::npos ? 128 : 32);
}

std::optional<std::int64_t> decimal(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  return parse_number<std::int64_t>(text);
}

}  // namespace egressctl::resource::validation
