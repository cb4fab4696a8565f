#include "lib/mesh/identity.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/base/text.h"

namespace egressctl::mesh {
namespace {

constexpr std::string_view kPointer = "cluster.local";
constexpr std::size_t kParts = 5;  // of "TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT"

std::vector<std::string> own_domains(const Settings& settings) {
  std::vector<std::string> out = {settings.trust_domain};
  if (settings.mesh_config != nullptr)
    for (const resource::Text& alias : *settings.mesh_config->trust_domain_aliases)
      out.push_back(*alias);
  return out;
}

bool ends_like(std::string_view text, std::string_view pattern) {
  return pattern.starts_with('*') && text.ends_with(pattern.substr(1));
}

bool begins_like(std::string_view text, std::string_view pattern) {
  return pattern.ends_with('*') && text.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool is_alike(std::string_view a, std::string_view b) {
  return a == b || ends_like(a, b) || ends_like(b, a) || begins_like(a, b) || begins_like(b, a);
}

}  // namespace

std::string principal_of(const Settings& settings, std::string_view name_space,
                         std::string_view account) {
  return fmt::format("{}/ns/{}/sa/{}", settings.trust_domain, name_space, account);
}

std::string spiffe_id(const Settings& settings, std::string_view name_space,
                      std::string_view account) {
  return "spiffe://" + principal_of(settings, name_space, account);
}

std::vector<std::string> principals_meant(const Settings& settings, std::string_view principal) {
  std::vector<std::string> alone = {std::string(principal)};
  const std::string_view domain = principal.substr(0, principal.find('/'));
  if (split(principal, '/').size() != kParts || domain == "*") return alone;
  const std::vector<std::string> own = own_domains(settings);
  const bool is_own = std::any_of(own.begin(), own.end(),
                                  [&](const std::string& one) { return is_alike(domain, one); });
  if (!is_own && domain != kPointer) return alone;
  std::vector<std::string> out;
  for (const std::string& one : own) {
    std::string meant = ends_like(one, domain) ? std::string(principal)
                                               : one + std::string(principal.substr(domain.size()));
    if (std::find(out.begin(), out.end(), meant) == out.end()) out.push_back(std::move(meant));
  }
  return out;
}

std::vector<std::string> trust_domains_meant(const Settings& settings,
                                             std::string_view trust_domain) {
  std::vector<std::string> own = own_domains(settings);
  if (std::find(own.begin(), own.end(), trust_domain) != own.end()) return own;
  return {std::string(trust_domain)};
}

}  // namespace egressctl::mesh
