#include "lib/resource/validation/route_parts.h"

#include <cstdint>
#include <optional>
#include <string>

#include "lib/base/text.h"
#include "lib/resource/validation/names.h"
#include "lib/resource/validation/parts.h"
#include "lib/resource/validation/regex.h"
#include "lib/yaml/edit.h"
#include "lib/yaml/part.h"

namespace egressctl::resource::validation {
namespace {

constexpr std::string_view kGatewayForm =
    "write \"namespace/name\", a name alone for a Gateway of the same namespace, or \"mesh\" for "
    "sidecars";

// "name.namespace.svc.cluster.local" was the form before "namespace/name".
void warn_of_dots(Report& report, const Text& gateway) {
  const auto parts = split(*gateway, '.');
  const std::string mended = fmt::format("{}/{}", parts[1], parts[0]);
  auto finding =
      report.warning(kInvalidGatewayName, gateway.range,
                     "gateway \"{}\" is in the old form, expected \"{}\"", *gateway, mended);
  finding.help(std::string(kGatewayForm));
  if (!is_label(parts[0]) || !is_label(parts[1])) return;
  if (auto edit = yaml::replace_string(*gateway.node, mended))
    finding.fix({.title = fmt::format("write \"{}\"", mended), .safe = true, .edits = {*edit}});
}

void check_simple_name(Report& report, const Text& gateway) {
  if (gateway->find('.') != std::string::npos) warn_of_dots(report, gateway);
  if (const auto problem = domain_problem(*gateway))
    report
        .error(kInvalidGatewayName, gateway.range, "gateway \"{}\" has no valid name: {}", *gateway,
               *problem)
        .help(std::string(kGatewayForm));
}

void check_full_name(Report& report, const Text& gateway, std::size_t slash,
                     bool from_gateway_api) {
  const std::string_view text = *gateway;
  const std::string_view name_space = text.substr(0, slash);
  const std::string_view name = text.substr(slash + 1);
  if (name_space.empty() || name.empty()) {
    report
        .error(kInvalidGatewayName, gateway.range, "gateway \"{}\" lacks the {}", text,
               name.empty() ? "name" : "namespace")
        .help(std::string(kGatewayForm));
    return;
  }
  const auto refuse = [&](std::string_view part, std::string_view what) {
    report
        .error(kInvalidGatewayName, gateway.range,
               "gateway \"{}\" has the {} \"{}\", which is not made of letters, digits and inner "
               "\"-\"",
               text, what, part)
        .help(std::string(kGatewayForm));
  };
  if (!is_label(name_space)) refuse(name_space, "namespace");
  if (!is_label(name) && !from_gateway_api) refuse(name, "name");
}

void check_weight_sum(Report& report, const List<RouteDestination>& routes) {
  if (routes->size() < 2) return;
  std::int64_t total = 0;
  for (const auto& route : *routes) total += *route->weight;
  if (total == 0)
    report
        .error(kInvalidDestination, routes.key, "the weights of {} destinations are 0 together",
               routes->size())
        .help("give each destination its share as \"weight\"");
}

}  // namespace

void check_destination(Report& report, const Positioned<Destination>& destination) {
  const Text& host = destination->host;
  if (host->empty()) {
    report.missing(kInvalidDestination, destination, host, "host", "the destination has no host");
  } else if (*host == "*") {
    report.error(kInvalidDestination, host.range, "\"*\" is no destination: expected one host");
  } else {
    check_wildcard_host(report, host);
    check_spelling(report, host);
  }
  const Text& subset = destination->subset;
  if (!subset->empty() && !is_label(*subset))
    report.error(kInvalidSubset, subset.range,
                 "subset \"{}\" is not made of letters, digits and inner \"-\", at most 63",
                 *subset);
  if (destination->port.present())
    check_port(report, destination->port, destination->port->number, "number");
}

void check_destinations(Report& report, const List<RouteDestination>& routes,
                        const ServiceFacts& facts) {
  for (const Positioned<RouteDestination>& route : *routes) {
    if (!route.node->is_mapping()) continue;
    if (!route->destination.present())
      report.missing(kInvalidDestination, route, route->destination, "destination",
                     "the route has no destination");
    else if (!facts.from_gateway_api)
      check_destination(report, route->destination);
    check_headers(report, route->headers);
    if (*route->weight < 0)
      report.error(kInvalidDestination, route->weight.range, "a weight can't be negative, found {}",
                   *route->weight);
  }
  check_weight_sum(report, routes);
}

void check_gateway_names(Report& report, const Texts& gateways, bool from_gateway_api) {
  std::optional<Report::Lost> lost;
  for (const Text& gateway : *gateways) {
    const std::string_view text = *gateway;
    const std::size_t slash = text.find('/');
    if (slash != std::string_view::npos) {
      check_full_name(report, gateway, slash, from_gateway_api);
      continue;
    }
    check_simple_name(report, gateway);
    // Istio looks at no gateway of the list behind one without a namespace, "mesh" among them.
    if (!lost) lost.emplace(report, Report::What::Everything);
  }
}

void check_regex(Report& report, const Text& regex, std::string_view what) {
  if (regex->empty()) {
    report.error(kInvalidRegex, regex.range, "the regular expression of {} is empty", what)
        .help("\".*\" matches everything");
    return;
  }
  if (regex->size() > kMaxRegexBytes) {
    report.error(kInvalidRegex, regex.range,
                 "the regular expression of {} has {} bytes, the most may be {}", what,
                 regex->size(), kMaxRegexBytes);
    return;
  }
  const auto problem = regex_problem(*regex);
  if (!problem) return;
  const SourceRange place = regex.node != nullptr
                                ? yaml::part_of(*regex.node, problem->begin, problem->end)
                                : regex.range;
  auto finding = report.error(kInvalidRegex, place, "\"{}\" is no regular expression of RE2: {}",
                              *regex, problem->message);
  if (regex->starts_with('*'))
    finding.help("\"*\" repeats what is before it; \".*\" stands for any text");
  else if (regex->find("(?=") != std::string::npos || regex->find("(?!") != std::string::npos ||
           regex->find("(?<") != std::string::npos)
    finding.help("RE2 has no look-ahead and look-behind, so that matching takes linear time");
}

void check_string_match(Report& report, const Positioned<StringMatch>& match, EmptyPrefix prefix,
                        std::string_view what) {
  if (!match.present()) return;
  const Text& text = match->text;
  if (match->kind == StringMatchKind::Regex) return check_regex(report, text, what);
  if (match->kind != StringMatchKind::Prefix || !text->empty() || prefix == EmptyPrefix::Allowed)
    return;
  report.error(kInvalidRouteMatch, text.range, "the prefix of {} is empty", what)
      .help("leave the match out to take every value; \"regex: .*\" asks for its presence");
}

}  // namespace egressctl::resource::validation
