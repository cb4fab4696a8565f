// isURL(), url() and the parts of a URL.
//
// Source: Go's net/url as Kubernetes uses it (ParseRequestURI): an absolute URI or an absolute
// path.
#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "lib/cel/functions.h"

namespace egressctl::cel {
namespace {

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Whether every % starts an escape.
bool well_escaped(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '%' && (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])))
      return false;
  return true;
}

// The scheme with what follows its colon; an empty one when there is none, std::nullopt when the
// text starts with the colon.
std::optional<std::pair<std::string_view, std::string_view>> split_scheme(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_letter(c)) continue;
    if (c == ':') {
      if (i == 0) return std::nullopt;
      return std::pair(text.substr(0, i), text.substr(i + 1));
    }
    const bool inner = is_digit(c) || c == '+' || c == '-' || c == '.';
    if (!inner || i == 0) break;
  }
  return std::pair(std::string_view(), text);
}

bool valid_port(std::string_view port) {
  return port.empty() || (port[0] == ':' && std::all_of(port.begin() + 1, port.end(), is_digit));
}

bool valid_host(std::string_view host) {
  if (host.starts_with('[')) {
    const std::size_t end = host.rfind(']');
    return end != std::string_view::npos && valid_port(host.substr(end + 1));
  }
  const std::size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && !valid_port(host.substr(colon))) return false;
  constexpr std::string_view kAllowed = "!$&'()*+,;=:[]<>\"-_.~%";
  return well_escaped(host) && std::all_of(host.begin(), host.end(), [&](char c) {
           return is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80U ||
                  kAllowed.find(c) != std::string_view::npos;
         });
}

bool valid_user(std::string_view user) {
  constexpr std::string_view kAllowed = "-._:~!$&'()*+,;=%@";
  return std::all_of(user.begin(), user.end(), [&](char c) {
    return is_letter(c) || is_digit(c) || kAllowed.find(c) != std::string_view::npos;
  });
}

std::string unescaped(std::string_view text) {
  std::string out;
  const auto value = [](char c) {
    return static_cast<unsigned>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2])) {
      out += static_cast<char>(value(text[i + 1]) * 16 + value(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> read_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    if (part.empty() || part.find(';') != std::string_view::npos || !well_escaped(part)) continue;
    const std::size_t equals = part.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
    out.emplace_back(unescaped(part.substr(0, equals)), unescaped(value));
  }
  return out;
}

std::optional<Url> parse_url(std::string_view text) {
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20U || c == 0x7F;
  });
  if (text.empty() || control) return std::nullopt;
  const auto parts = split_scheme(text);
  if (!parts) return std::nullopt;
  Url out;
  for (const char c : parts->first) out.scheme += static_cast<char>(is_letter(c) ? c | 0x20 : c);
  std::string_view rest = parts->second;
  const std::size_t fragment = rest.find('#');
  if (fragment != std::string_view::npos && !well_escaped(rest.substr(fragment)))
    return std::nullopt;
  rest = rest.substr(0, fragment);
  const std::size_t query = rest.find('?');
  if (query != std::string_view::npos) out.query = read_query(rest.substr(query + 1));
  rest = rest.substr(0, query);
  // What has a scheme and no slash has no parts: "mailto:someone".
  if (!rest.starts_with('/')) {
    if (out.scheme.empty()) return std::nullopt;
    return out;
  }
  if (!out.scheme.empty() && rest.starts_with("//") && !rest.starts_with("///")) {
    rest.remove_prefix(2);
    const std::string_view authority = rest.substr(0, rest.find('/'));
    rest.remove_prefix(authority.size());
    const std::size_t at = authority.rfind('@');
    const std::size_t host = at == std::string_view::npos ? 0 : at + 1;
    if (!valid_host(authority.substr(host)) || !valid_user(authority.substr(0, host)))
      return std::nullopt;
    out.host = authority.substr(host);
  } else if (!out.scheme.empty() && rest.starts_with("///")) {
    rest.remove_prefix(2);
  }
  if (!well_escaped(rest)) return std::nullopt;
  out.path = rest;
  return out;
}

const Url* url_in(const Call& call) {
  const auto* const url = call.arguments[0].as<std::shared_ptr<const Url>>();
  return url != nullptr ? url->get() : nullptr;
}

Outcome is_url(const Call& call) {
  if (call.arguments[0].as<Text>() == nullptr) return no_overload("isURL", call.arguments);
  return Value(parse_url(call.arguments[0].text()).has_value());
}

Outcome to_url(const Call& call) {
  if (url_in(call) != nullptr) return call.arguments[0];
  if (call.arguments[0].as<Text>() == nullptr) return no_overload("url", call.arguments);
  auto url = parse_url(call.arguments[0].text());
  if (!url)
    return tl::unexpected<std::string>(fmt::format("\"{}\" is no URL", call.arguments[0].text()));
  return Value(std::make_shared<const Url>(std::move(*url)));
}

Outcome scheme(const Call& call) {
  const Url* url = url_in(call);
  return url != nullptr ? Outcome(Value::of_text(url->scheme))
                        : no_overload("getScheme", call.arguments);
}

Outcome host(const Call& call) {
  const Url* url = url_in(call);
  return url != nullptr ? Outcome(Value::of_text(url->host))
                        : no_overload("getHost", call.arguments);
}

// The host without brackets and port, and the port.
std::pair<std::string, std::string> split_host(const Url& url) {
  const std::string_view text = url.host;
  const std::size_t end = text.starts_with('[') ? text.find(']') : std::string_view::npos;
  const std::size_t colon = text.rfind(':');
  const bool port =
      colon != std::string_view::npos && (end == std::string_view::npos || colon > end);
  const std::string_view name = port ? text.substr(0, colon) : text;
  return {std::string(end == std::string_view::npos ? name : text.substr(1, end - 1)),
          std::string(port ? text.substr(colon + 1) : std::string_view())};
}

Outcome hostname(const Call& call) {
  const Url* url = url_in(call);
  return url != nullptr ? Outcome(Value::of_text(split_host(*url).first))
                        : no_overload("getHostname", call.arguments);
}

Outcome port(const Call& call) {
  const Url* url = url_in(call);
  return url != nullptr ? Outcome(Value::of_text(split_host(*url).second))
                        : no_overload("getPort", call.arguments);
}

Outcome path(const Call& call) {
  const Url* url = url_in(call);
  return url != nullptr ? Outcome(Value::of_text(url->path))
                        : no_overload("getEscapedPath", call.arguments);
}

Outcome query(const Call& call) {
  const Url* url = url_in(call);
  if (url == nullptr) return no_overload("getQuery", call.arguments);
  std::vector<std::pair<std::string, Items>> lists;
  for (const auto& [name, value] : url->query) {
    const auto same = [&known = name](const auto& entry) { return entry.first == known; };
    auto at = std::find_if(lists.begin(), lists.end(), same);
    if (at == lists.end()) at = lists.insert(lists.end(), {name, Items()});
    at->second.push_back(Value::of_text(value));
  }
  Pairs pairs;
  for (auto& list : lists)
    pairs.emplace_back(Value::of_text(list.first), Value::of_items(std::move(list.second)));
  return Value(std::make_shared<const Pairs>(std::move(pairs)));
}

constexpr Function kFunctions[] = {
    {"isURL", false, 1, 1, is_url},        {"url", false, 1, 1, to_url},
    {"getScheme", true, 1, 1, scheme},     {"getHost", true, 1, 1, host},
    {"getHostname", true, 1, 1, hostname}, {"getPort", true, 1, 1, port},
    {"getEscapedPath", true, 1, 1, path},  {"getQuery", true, 1, 1, query},
};

}  // namespace

std::span<const Function> url_functions() {
  return kFunctions;
}

}  // namespace egressctl::cel
