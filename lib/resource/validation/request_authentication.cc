// Source: istio/istio ValidateRequestAuthentication; RFC 7517 and 7518 for the keys.
#include "lib/resource/request_authentication.h"

#include <algorithm>
#include <array>
#include <string>

#include <nlohmann/json.hpp>

#include "lib/resource/validation/kinds.h"
#include "lib/resource/validation/parts.h"

namespace egressctl::resource::validation {
namespace {

using Json = nlohmann::json;

// A type of key: what it must have, and what only its owner may know.
struct KeyType {
  std::string_view name;
  std::array<std::string_view, 3> members;
  std::string_view secret;
};

constexpr KeyType kKeyTypes[] = {{"RSA", {"n", "e", ""}, "d"},
                                 {"EC", {"crv", "x", "y"}, "d"},
                                 {"OKP", {"crv", "x", ""}, "d"},
                                 {"oct", {"k", "", ""}, "k"}};

std::string text_at(const Json& key, std::string_view name) {
  const auto found = key.find(std::string(name));
  return found != key.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const KeyType* type_of(const Json& key) {
  if (!key.is_object()) return nullptr;
  const std::string name = text_at(key, "kty");
  const auto* const found =
      std::find_if(std::begin(kKeyTypes), std::end(kKeyTypes),
                   [&](const KeyType& candidate) { return candidate.name == name; });
  return found != std::end(kKeyTypes) ? found : nullptr;
}

bool is_base64url(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '+' || c == '/' || c == '=';
  });
}

// What keeps `key` from being one, or an empty text.
std::string key_problem(const Json& key) {
  if (!key.is_object()) return "it is no object";
  const KeyType* type = type_of(key);
  if (type == nullptr) return "\"kty\" is none of RSA, EC, OKP and oct";
  for (const std::string_view name : type->members) {
    if (name.empty()) continue;
    const std::string value = text_at(key, name);
    if (value.empty() || (name != "crv" && !is_base64url(value)))
      return fmt::format("\"{}\" is missing or no text", name);
  }
  return {};
}

void check_key(Report& report, const Text& jwks, const Json& key, std::size_t index) {
  if (const std::string problem = key_problem(key); !problem.empty()) {
    report.error(kInvalidJwtRule, jwks.range, "key {} of \"jwks\" is none: {}", index + 1, problem);
    return;
  }
  if (!key.contains(std::string(type_of(key)->secret))) return;
  report
      .warning(kInvalidJwtRule, jwks.range,
               "key {} of \"jwks\" is private, and whoever reads the resource can sign with it",
               index + 1)
      .help("leave the public half only, and make a new key");
}

void check_jwks(Report& report, const Text& jwks) {
  if (jwks->empty()) return;
  const Json set = Json::parse(*jwks, nullptr, false);
  const bool list = set.is_object() && set.contains("keys");
  if (!set.is_object() || (list && !set["keys"].is_array() && !set["keys"].is_null())) {
    report.error(kInvalidJwtRule, jwks.range, "\"jwks\" is no JSON Web Key Set")
        .help("write the JSON that the issuer's jwksUri answers with: {\"keys\": [...]}");
    return;
  }
  if (!list) return check_key(report, jwks, set, 0);
  for (std::size_t i = 0; i < set["keys"].size(); ++i) check_key(report, jwks, set["keys"][i], i);
}

}  // namespace

void check(Report& report, const RequestAuthentication& policy) {
  check_policy_targets(report, policy.selector, policy.target_ref, policy.target_refs);
  for (const Positioned<JwtRule>& rule : *policy.jwt_rules) {
    if (rule->issuer->empty() && rule->jwks_uri->empty())
      report
          .missing(kInvalidJwtRule, rule, rule->issuer, "issuer",
                   "the rule has neither \"issuer\" nor \"jwksUri\", so that it is for no token")
          .help("name the issuer as its tokens do, in \"iss\"");
    check_jwks(report, rule->jwks);
  }
}

}  // namespace egressctl::resource::validation
