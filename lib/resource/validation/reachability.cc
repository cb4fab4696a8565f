#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lib/resource/validation/route_parts.h"
#include "lib/resource/validation/rules.h"

namespace egressctl::resource::validation {
namespace {

// How istioctl calls them.
constexpr std::string_view kUnreachable = "IST0130";
constexpr std::string_view kIneffective = "IST0131";

template <typename... Args>
Diagnostics::Builder warn(Report& report, std::string_view code, SourceRange range,
                          fmt::format_string<Args...> format, Args&&... args) {
  auto finding = report.own(kUnreachableRoute, range, format, std::forward<Args>(args)...);
  finding.alias(std::string(code));
  return finding;
}

// A text that is equal for matches that mean the same.
class MatchText {
 public:
  void add(std::string_view value) {
    text_ += std::to_string(value.size());
    text_ += ':';
    text_ += value;
  }
  void add(const Number& number) { add(std::to_string(*number)); }
  void add(const Texts& texts) {
    add(std::to_string(texts->size()));
    for (const Text& text : *texts) add(*text);
  }
  void add(const StringMatch& match) {
    add(std::to_string(static_cast<int>(match.kind)));
    add(*match.text);
  }
  void add(const Positioned<StringMatch>& match) {
    if (match.present()) add(*match);
    add(";");
  }
  void add(const TextMap& map) {
    add_sorted(*map, [this](const Text& value) { add(*value); });
  }
  void add(const Positioned<Map<StringMatch>>& map) {
    add_sorted(*map, [this](const Positioned<StringMatch>& match) { add(*match); });
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  template <typename T, typename Add>
  void add_sorted(const Map<T>& map, const Add& add_value) {
    std::map<std::string_view, const Positioned<T>*> sorted;
    for (const auto& [name, value] : map) sorted[name] = &value;
    add(std::to_string(sorted.size()));
    for (const auto& [name, value] : sorted) {
      add(name);
      add_value(*value);
    }
  }

  std::string text_;
};

std::string text_of(const HttpMatch& match) {
  MatchText text;
  text.add(match.uri);
  text.add(match.scheme);
  text.add(match.method);
  text.add(match.authority);
  text.add(match.headers);
  text.add(match.without_headers);
  text.add(match.query_params);
  text.add(*match.ignore_uri_case ? "1" : "0");
  text.add(match.port);
  text.add(match.source_labels);
  text.add(*match.source_namespace);
  text.add(*match.stat_prefix);
  text.add(match.gateways);
  return text.take();
}

std::string text_of(const TlsMatch& match) {
  MatchText text;
  text.add(match.sni_hosts);
  text.add(match.destination_subnets);
  text.add(match.port);
  text.add(match.source_labels);
  text.add(*match.source_namespace);
  text.add(match.gateways);
  return text.take();
}

std::string text_of(const TcpMatch& match) {
  MatchText text;
  text.add(match.destination_subnets);
  text.add(match.port);
  text.add(*match.source_subnet);
  text.add(match.source_labels);
  text.add(*match.source_namespace);
  text.add(match.gateways);
  return text.take();
}

// Tells matches that stand in the list before, and routes behind one that takes everything. `take`
// is called with every match that is none of these.
template <typename Route, typename Take>
void check_duplicates(Report& report, const List<Route>& routes, const Take& take) {
  struct Place {
    SourceRange range;
  };
  std::unordered_map<std::string, Place> seen;
  const Positioned<Route>* catch_all = nullptr;
  for (const Positioned<Route>& route : *routes) {
    if (catch_all != nullptr) {
      warn(report, kUnreachable, route.range,
           "no traffic reaches the route: one before it has no match, so it takes all")
          .related(catch_all->range, "the route without a match")
          .help("move the route without a match to the end");
      if (!route->match->empty()) continue;
    }
    if (route->match->empty()) {
      catch_all = &route;
      continue;
    }
    std::size_t duplicates = 0;
    for (const auto& match : *route->match) {
      const auto [first, is_new] = seen.emplace(text_of(*match), Place{match.range});
      if (is_new) {
        take(match);
        continue;
      }
      ++duplicates;
      warn(report, kIneffective, match.range, "the match is the same as an earlier one")
          .related(first->second.range, "the first one")
          .help("the first route that matches takes the traffic");
    }
    if (duplicates == route->match->size())
      warn(report, kUnreachable, route.range,
           "no traffic reaches the route: earlier ones have all of its matches");
  }
}

// What Istio compares of a match by prefix: exact values and prefixes, as "e:x" and "p:x"; a method
// that is not given is GET to it.
std::string compared(const Positioned<StringMatch>& match) {
  if (!match.present() || match->text->empty()) return {};
  if (match->kind == StringMatchKind::Exact) return "e:" + *match->text;
  return match->kind == StringMatchKind::Prefix ? "p:" + *match->text : std::string();
}

bool covers(const std::string& earlier, const std::string& later) {
  return earlier.starts_with(later);
}

bool covers(const Map<StringMatch>& earlier, const Map<StringMatch>& later) {
  if (earlier.size() != later.size()) return false;
  return std::all_of(earlier.begin(), earlier.end(), [&](const auto& named) {
    const Positioned<StringMatch>* other = later.find(named.name);
    const Positioned<StringMatch>& value = named.entry;
    return other != nullptr && covers(compared(value), compared(*other));
  });
}

std::string method_of(const HttpMatch& match) {
  std::string method = compared(match.method);
  return method.empty() ? "e:GET" : method;
}

// Whether the rest of two matches, of which the earlier one has a prefix of the later one's prefix,
// lets Istio take the later one for covered.
bool covers(const HttpMatch& earlier, const HttpMatch& later) {
  return *earlier.port == *later.port && covers(method_of(earlier), method_of(later)) &&
         covers(compared(earlier.authority), compared(later.authority)) &&
         covers(*earlier.headers, *later.headers) &&
         covers(*earlier.query_params, *later.query_params) &&
         covers(*earlier.without_headers, *later.without_headers);
}

// Matches by prefix, for those that begin with the prefix of an earlier one. Looks up each
// beginning of a prefix, not all pairs.
class Prefixes {
 public:
  explicit Prefixes(Report& report) : report_(report) {}

  void add(const Positioned<HttpMatch>& match) {
    const Positioned<StringMatch>& uri = match->uri;
    if (!uri.present() || uri->kind != StringMatchKind::Prefix || uri->text->empty()) return;
    const std::string_view prefix = *uri->text;
    for (const std::size_t length : lengths_) {
      if (length >= prefix.size()) break;
      const auto found = by_prefix_.find(prefix.substr(0, length));
      if (found == by_prefix_.end()) continue;
      const auto cover =
          std::find_if(found->second.begin(), found->second.end(),
                       [&](const auto* earlier) { return covers(**earlier, *match); });
      if (cover == found->second.end()) continue;
      warn(report_, kIneffective, uri->text.range,
           "no request reaches the match: prefix \"{}\" before it takes all that \"{}\" would",
           *(**cover)->uri->text, prefix)
          .related((**cover)->uri->text.range, "the shorter prefix")
          .help("put the longer prefix before the shorter one");
      break;
    }
    lengths_.insert(prefix.size());
    by_prefix_[prefix].push_back(&match);
  }

 private:
  Report& report_;
  std::set<std::size_t> lengths_;
  std::unordered_map<std::string_view, std::vector<const Positioned<HttpMatch>*>> by_prefix_;
};

}  // namespace

void check_reachability(Report& report, const VirtualService& service) {
  const auto nothing = [](const auto&) {};
  Prefixes prefixes(report);
  const bool several_http = service.http->size() > 1 ||
                            (service.http->size() == 1 && service.http->front()->match->size() > 1);
  if (several_http)
    check_duplicates(report, service.http, [&](const auto& match) { prefixes.add(match); });
  check_duplicates(report, service.tcp, nothing);
  check_duplicates(report, service.tls, nothing);
}

}  // namespace egressctl::resource::validation
