#include "lib/spec/formats.h"

#include <algorithm>

#include "lib/base/text.h"

namespace egressctl::spec {
namespace {

constexpr std::size_t kMaxLabelTextBytes = 63;
constexpr std::size_t kMaxTrustDomainBytes = 255;

bool is_lower_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_alnum(char c) {
  return is_lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

bool is_made_of(std::string_view text, std::size_t max_bytes, std::string_view marks) {
  return !text.empty() && text.size() <= max_bytes &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return is_lower_alnum(c) || marks.find(c) != std::string_view::npos;
         });
}

// A subdomain's words may be longer than a DNS label: Kubernetes bounds the whole alone.
bool is_subdomain_word(std::string_view word) {
  return is_made_of(word, kMaxHostBytes, "-") && word.front() != '-' && word.back() != '-';
}

}  // namespace

bool is_dns_subdomain(std::string_view text) {
  if (text.size() > kMaxHostBytes) return false;
  const auto words = split(text, '.');
  return std::all_of(words.begin(), words.end(), is_subdomain_word);
}

bool is_destination_name(std::string_view text) {
  return is_made_of(text, kMaxHostBytes, "-.");
}

bool is_trust_domain(std::string_view text) {
  return is_made_of(text, kMaxTrustDomainBytes, "-_.");
}

bool is_label_value(std::string_view text) {
  if (text.empty()) return true;
  const auto inner = [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; };
  return text.size() <= kMaxLabelTextBytes && is_alnum(text.front()) && is_alnum(text.back()) &&
         std::all_of(text.begin(), text.end(), inner);
}

bool is_label_key(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    if (!is_dns_subdomain(text.substr(0, slash))) return false;
    text.remove_prefix(slash + 1);
  }
  return !text.empty() && is_label_value(text);
}

}  // namespace egressctl::spec
