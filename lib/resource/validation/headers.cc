#include <algorithm>
#include <string_view>

#include "lib/base/text.h"
#include "lib/resource/validation/parts.h"
#include "lib/resource/validation/route_parts.h"

namespace egressctl::resource::validation {
namespace {

constexpr std::string_view kJwtClaims = "@request.auth.claims";

bool is_internal(std::string_view header) {
  return header.starts_with(':') || to_lower(header) == "host";
}

// Reads the commands of Envoy's format strings: "%NAME%", "%NAME(arguments)%", "%%" for a percent
// sign. Source: envoyproxy.io, "Custom request/response headers".
class FormatReader {
 public:
  explicit FormatReader(std::string_view text) : rest_(text) {}

  // What is wrong, or an empty text.
  std::string_view problem() {
    while (!rest_.empty()) {
      if (!take('%')) {
        rest_.remove_prefix(1);
        continue;
      }
      if (rest_.empty()) return "a single \"%\" at the end; \"%%\" stands for the sign";
      if (take('%')) continue;
      if (const std::string_view found = command(); !found.empty()) return found;
    }
    return {};
  }

 private:
  static constexpr std::string_view kOpen = "a \"%\" opens a command that nothing closes";

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void skip_blanks() {
    while (take(' ')) {
    }
  }

  // Behind the opening '%'.
  std::string_view command() {
    const std::size_t end = rest_.find_first_of("%(");
    if (end == std::string_view::npos) return kOpen;
    const bool has_arguments = rest_[end] == '(';
    rest_.remove_prefix(end + 1);
    return has_arguments ? arguments() : std::string_view();
  }

  // Behind '(': a list of strings, or any text up to ')' that may hold such strings.
  std::string_view arguments() {
    skip_blanks();
    if (take('[')) return list_item();
    if (rest_.empty()) return kOpen;
    rest_.remove_prefix(1);  // belongs to the text, whatever it is
    return text();
  }

  // Before the quote of a list's string.
  std::string_view list_item() {
    skip_blanks();
    if (rest_.empty()) return kOpen;
    return take('"') ? text() : "a list of arguments has something that is no string";
  }

  // Inside a string or a plain argument.
  std::string_view text() {
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == ')') return closing();
      if (c == '"') return behind_string();
      if (c != '\\') continue;
      if (rest_.empty()) return "a \"\\\" at the end";
      rest_.remove_prefix(1);
    }
    return kOpen;
  }

  std::string_view behind_string() {
    skip_blanks();
    if (rest_.empty()) return kOpen;
    if (take(',')) return list_item();
    if (!take(']')) return "arguments are neither separated by \",\" nor closed by \"]\"";
    skip_blanks();
    if (rest_.empty()) return kOpen;
    return take(')') ? closing() : "a list of arguments is not followed by \")\"";
  }

  // Behind ')'.
  std::string_view closing() {
    skip_blanks();
    if (rest_.empty()) return kOpen;
    return take('%') ? std::string_view() : "a command is not closed by \"%\"";
  }

  std::string_view rest_;
};

void check_value(Report& report, const Text& value) {
  const bool has_control = std::any_of(value->begin(), value->end(), [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f';
  });
  if (has_control) {
    report.error(kInvalidHeader, value.range, "a header's value can't have control characters");
    return;
  }
  if (value->find('%') == std::string::npos) return;
  const std::string_view problem = FormatReader(*value).problem();
  if (problem.empty()) return;
  report
      .error(kInvalidHeader, value.range, "Envoy can't format the header value \"{}\": {}", *value,
             problem)
      .help("write \"%%\" for a percent sign, \"%REQ(x-name)%\" for a command");
}

enum class Names { RequestValues, Others };

void check_name(Report& report, std::string_view name, SourceRange range, Names names) {
  if (name.empty()) {
    report.error(kInvalidHeader, range, "a header has no name");
    return;
  }
  if (names == Names::RequestValues && is_authority(name)) return;
  if (!is_internal(name)) return;
  report.error(kInvalidHeader, range, "header \"{}\" can't be changed here", name)
      .help(names == Names::RequestValues
                ? "pseudo headers are the proxy's own, but for \":authority\""
                : "use \"rewrite.authority\" to change the Host header of requests");
}

void check_values(Report& report, const TextMap& values, Names names) {
  for (const auto& [name, value] : *values) {
    check_name(report, name, value.key, names);
    check_value(report, value);
  }
}

void check_operations(Report& report, const Positioned<HeaderOperations>& operations,
                      Names values) {
  if (!operations.present()) return;
  check_values(report, operations->add, values);
  check_values(report, operations->set, values);
  for (const Text& name : *operations->remove) check_name(report, *name, name.range, Names::Others);
}

}  // namespace

bool is_authority(std::string_view header) {
  const std::string lower = to_lower(header);
  return lower == "host" || lower == ":authority";
}

bool is_jwt_claim(std::string_view header) {
  if (to_lower(header.substr(0, kJwtClaims.size())) != kJwtClaims) return false;
  const std::string_view rest = header.substr(kJwtClaims.size());
  return (rest.starts_with('.') && rest.size() > 1) ||
         (rest.starts_with('[') && rest.ends_with(']') && rest.size() > 2);
}

bool is_header_name(std::string_view name) {
  // "," is no token character, but Istio takes it.
  constexpr std::string_view kOthers = "!#$%&'*+,-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

void check_headers(Report& report, const Positioned<Headers>& headers) {
  if (!headers.present()) return;
  check_operations(report, headers->request, Names::RequestValues);
  check_operations(report, headers->response, Names::Others);
}

}  // namespace egressctl::resource::validation
