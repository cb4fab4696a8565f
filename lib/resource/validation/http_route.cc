#include <algorithm>
#include <string>
#include <string_view>

#include "lib/resource/validation/parts.h"
#include "lib/resource/validation/regex.h"
#include "lib/resource/validation/route_parts.h"
#include "lib/yaml/edit.h"

namespace egressctl::resource::validation {
namespace {

template <typename T, typename U>
void refuse_both(Report& report, const Positioned<T>& first, std::string_view first_name,
                 const Positioned<U>& second, std::string_view second_name) {
  report
      .error(kConflictingRoute, second.key, "a route can't have both \"{}\" and \"{}\"", first_name,
             second_name)
      .related(first.key, "the other one");
}

// A route that only names the VirtualService that has the rest of it.
void check_root(Report& report, const HttpRoute& route) {
  if (route.redirect.present())
    refuse_both(report, route.delegate, "delegate", route.redirect, "redirect");
  if (!route.route->empty()) refuse_both(report, route.delegate, "delegate", route.route, "route");
}

// A redirect or a direct response excludes whatever sends the request on.
template <typename T>
void check_answer(Report& report, const HttpRoute& route, const Positioned<T>& answer,
                  std::string_view name) {
  if (!route.route->empty()) refuse_both(report, answer, name, route.route, "route");
  if (route.fault.present()) refuse_both(report, answer, name, route.fault, "fault");
  if (route.rewrite.present()) refuse_both(report, answer, name, route.rewrite, "rewrite");
}

void check_conflicts(Report& report, const Positioned<HttpRoute>& item, bool is_delegate) {
  const HttpRoute& route = *item;
  if (route.delegate.present() && !is_delegate) return check_root(report, route);
  if (route.delegate.present())
    report
        .error(kConflictingRoute, route.delegate.key,
               "a VirtualService without hosts is a delegate, whose routes can't delegate further")
        .help("delegation has one level: route to a destination here");
  if (route.redirect.present()) {
    check_answer(report, route, route.redirect, "redirect");
    if (route.direct_response.present())
      refuse_both(report, route.redirect, "redirect", route.direct_response, "directResponse");
  } else if (route.direct_response.present()) {
    check_answer(report, route, route.direct_response, "directResponse");
  } else if (route.route->empty()) {
    report.missing(kMissingRoute, item, route.route, "route", "the HTTP route leads nowhere")
        .help("add \"route\", \"redirect\" or \"directResponse\"");
  }
  if (route.mirror.present() && !route.mirrors->empty())
    refuse_both(report, route.mirror, "mirror", route.mirrors, "mirrors");
}

void check_mirror_share(Report& report, const Positioned<Percent>& percentage) {
  if (!percentage.present() || (*percentage->value >= 0 && *percentage->value <= 100)) return;
  report.error(kInvalidMirror, percentage->value.range, "{} is no percentage from 0 to 100",
               *percentage->value);
}

void check_mirror_percent(Report& report, const Positioned<HttpRoute>& route) {
  const Number& percent = route->mirror_percent;
  if (!percent.present()) return;
  if (*percent > 100)
    report.error(kInvalidMirror, percent.range, "{} is no percentage from 0 to 100", *percent);
  auto finding = report.warning(kDeprecatedField, percent.key, "\"mirrorPercent\" is deprecated");
  finding.help("use \"mirrorPercentage\"");
  auto name = yaml::rename_key(*route.node->find_entry("mirrorPercent"), "mirrorPercentage");
  auto value = yaml::replace_raw(*percent.node, fmt::format("{{value: {}}}", *percent));
  if (name && value)
    finding.fix({.title = "write \"mirrorPercentage\"", .safe = true, .edits = {*name, *value}});
}

void check_mirrors(Report& report, const Positioned<HttpRoute>& item) {
  const HttpRoute& route = *item;
  check_mirror_percent(report, item);
  check_mirror_share(report, route.mirror_percentage);
  if (route.mirror.present()) check_destination(report, route.mirror);
  for (const Positioned<HttpMirror>& mirror : *route.mirrors) {
    if (!mirror.node->is_mapping()) continue;
    if (!mirror->destination.present()) {
      report.missing(kInvalidMirror, mirror, mirror->destination, "destination",
                     "the mirror has no destination");
      continue;
    }
    check_destination(report, mirror->destination);
    check_mirror_share(report, mirror->percentage);
  }
}

// The Host header of a request can be set in three ways, of which one counts.
void check_authority(Report& report, const HttpRoute& route) {
  const Text* first = nullptr;
  if (!route.rewrite->authority->empty()) first = &route.rewrite->authority;
  for (const TextMap* values : {&route.headers->request->set, &route.headers->request->add}) {
    for (const auto& [name, value] : **values) {
      if (!is_authority(name)) continue;
      if (first != nullptr) {
        report
            .error(kInvalidHeader, value.key,
                   "the Host header is set twice, to \"{}\" and to \"{}\"", **first, *value)
            .related(first->range, "the first time");
        return;
      }
      if (!value->empty()) first = &value;
    }
  }
}

}  // namespace

void check_redirect(Report& report, const HttpRoute& route) {
  if (!route.redirect.present()) return;
  const HttpRedirect& redirect = *route.redirect;
  if (!redirect.uri->empty() && !redirect.prefix_rewrite->empty()) {
    report
        .error(kInvalidRedirect, redirect.prefix_rewrite.range,
               "a redirect can't have both \"uri\" and \"prefixRewrite\"")
        .related(redirect.uri.range, "the uri");
    return;
  }
  if (!redirect.prefix_rewrite->empty()) {
    for (const Positioned<HttpMatch>& match : *route.match) {
      if (!match->uri.present() || match->uri->kind == StringMatchKind::Prefix) continue;
      report
          .error(kInvalidRedirect, redirect.prefix_rewrite.range,
                 "\"prefixRewrite\" needs matches by prefix, but a match has another one")
          .related(match->uri.range, "the match");
      return;
    }
  }
  const bool has_port = redirect.port.present() || redirect.derive_port.present();
  if (redirect.uri->empty() && redirect.prefix_rewrite->empty() && redirect.authority->empty() &&
      !has_port && redirect.scheme->empty()) {
    report.error(kInvalidRedirect, route.redirect.key, "the redirect leads to where it is")
        .help("add \"uri\", \"authority\", \"scheme\" or \"port\"");
    return;
  }
  if (*redirect.redirect_code != 0 &&
      (*redirect.redirect_code < 300 || *redirect.redirect_code > 399))
    report.error(kInvalidRedirect, redirect.redirect_code.range,
                 "{} is no status of a redirect, expected 300 to 399", *redirect.redirect_code);
  if (!redirect.scheme->empty() && *redirect.scheme != "http" && *redirect.scheme != "https")
    report.error(kInvalidRedirect, redirect.scheme.range,
                 "a redirect's scheme is \"http\" or \"https\", found \"{}\"", *redirect.scheme);
  if (*redirect.port > 0) check_port(report, redirect.port);
}

void check_rewrite(Report& report, const HttpRoute& route) {
  if (!route.rewrite.present()) return;
  const HttpRewrite& rewrite = *route.rewrite;
  const Positioned<RegexRewrite>& regex = rewrite.uri_regex_rewrite;
  if (!rewrite.uri->empty() && regex.present())
    report
        .error(kInvalidRewrite, regex.key,
               "a rewrite can't have both \"uri\" and \"uriRegexRewrite\"")
        .related(rewrite.uri.range, "the uri");
  if (rewrite.uri->empty() && !regex.present() && rewrite.authority->empty())
    report.error(kInvalidRewrite, route.rewrite.key, "the rewrite changes nothing")
        .help("add \"uri\", \"uriRegexRewrite\" or \"authority\"");
  if (!regex.present()) return;
  const auto need = [&](const Text& field, std::string_view key) {
    if (field->empty())
      report.missing(kInvalidRewrite, regex, field, key, "\"uriRegexRewrite\" needs \"{}\"", key);
  };
  need(regex->match, "match");
  need(regex->rewrite, "rewrite");
  if (!regex->match->empty() && !regex->rewrite->empty())
    check_regex(report, regex->match, "the rewrite");
}

void check_http_route(Report& report, const Positioned<HttpRoute>& route,
                      const ServiceFacts& facts) {
  if (!route.node->is_mapping()) return;
  check_conflicts(report, route, facts.is_delegate);
  for (const Positioned<HttpMatch>& match : *route->match) check_http_match(report, match);
  check_headers(report, route->headers);
  if (route->cors_policy.present()) check_cors(report, *route->cors_policy);
  check_fault(report, route->fault);
  check_mirrors(report, route);
  check_redirect(report, *route);
  check_direct_response(report, route->direct_response);
  check_retries(report, route->retries);
  check_rewrite(report, *route);
  check_authority(report, *route);
  check_destinations(report, route->route, facts);
  check_duration(report, route->timeout);
}

}  // namespace egressctl::resource::validation
