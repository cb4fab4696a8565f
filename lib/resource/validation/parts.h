// Checks of the parts that many kinds have: hosts, ports, durations, labels, selectors.
//
// Each reports what Istio's validation would say of the part; an absent part that Istio does not
// ask for is never looked at.
#pragma once

#include <cstdint>
#include <string_view>

#include "lib/resource/port.h"
#include "lib/resource/positioned.h"
#include "lib/resource/selector.h"
#include "lib/resource/validation/report.h"
#include "lib/resource/validation/rules.h"

namespace egressctl::resource::validation {

// A host that is no domain name, for the reason that names.h gives. Names the rule that fits: an
// address and a name that no SNI can have are mistakes of their own.
void report_host(Report& report, const Text& host, std::string_view problem);

// Warns of a host that is a domain name but that no client ever asks for in that spelling: upper
// case, a final dot.
void check_spelling(Report& report, const Text& host);

// The same for a list; a name with a final dot may stand beside the one without.
void check_spelling(Report& report, const Texts& hosts);

// A domain name that may start with a wildcard.
void check_wildcard_host(Report& report, const Text& host);

// A port number from 1 to 65535. `parent` is the mapping that should have it.
template <typename T>
void check_port(Report& report, const Positioned<T>& parent, const Number& number,
                std::string_view key);
void check_port(Report& report, const Number& number);  // one that is there

// A port's name, and its protocol; an empty protocol is detected at run time.
void check_port_name(Report& report, const Positioned<Port>& port);
void check_protocol(Report& report, const Positioned<Protocol>& protocol);

// At least a millisecond, and whole ones; an absent duration is all right.
void check_duration(Report& report, const Duration& duration);

// Names and values that Kubernetes takes.
void check_labels(Report& report, const TextMap& labels);

// The labels of a selector that is there. `effect` says what an empty one selects.
void check_selector(Report& report, const Positioned<WorkloadSelector>& selector);
void check_selector(Report& report, const Positioned<PolicySelector>& selector);

// Only errors of the selector's labels; returns whether there was one. Istio stops there for
// some kinds.
bool check_selector_labels(Report& report, const TextMap& labels);

// An address; a network, too.
void check_address(Report& report, const Text& address);
void check_subnet(Report& report, const Text& subnet);

// The path behind "unix://", at a field that holds it whole.
void check_unix_address(Report& report, const Text& address);

// `exportTo`.
enum class Exporter { ServiceEntry, Other, RuleWithSelector };
void check_export_to(Report& report, const Texts& export_to, Exporter exporter);

// `selector`, `targetRef` and `targetRefs` of a policy.
void check_policy_targets(Report& report, const Positioned<PolicySelector>& selector,
                          const Positioned<TargetRef>& target_ref,
                          const List<TargetRef>& target_refs);

inline constexpr std::string_view kUnixPrefix = "unix://";

[[nodiscard]] inline bool is_port(std::int64_t number) {
  return number >= 1 && number <= 65535;
}

template <typename T>
void check_port(Report& report, const Positioned<T>& parent, const Number& number,
                std::string_view key) {
  if (is_port(*number)) return;
  if (number.present()) return check_port(report, number);
  report.missing(kInvalidPort, parent, number, key, "no port number is given")
      .help("give a number from 1 to 65535");
}

}  // namespace egressctl::resource::validation
