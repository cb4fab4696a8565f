// One kind of mistake: what it is called, what it does to traffic, and how it is found.
#pragma once

#include <span>
#include <string_view>

#include "lib/base/diagnostic.h"
#include "lib/resource/kinds.h"
#include "lib/resource/resource.h"

namespace egressctl::lint {

class Context;

// What `egressctl rules` and `egressctl explain` print. Texts are whole sentences but for the
// summary.
struct RuleInfo {
  RuleId id;
  std::string_view since = "0.1.0";  // the release of egressctl that brought it
  bool posture = false;              // only reported with `--profile posture`
  std::string_view summary;          // the mistake: lower-case start, no final stop
  std::string_view why;              // what happens at run time, as logs and clients show it
  std::string_view mend;             // what to do
  std::span<const std::string_view> references = {};  // pages and threads: "istio/istio#7077", URLs
};

// A rule has at most one of the two functions. It has none when the finding comes with reading:
// YAML, structure, validation of one resource.
//
// Both only read the context, which other threads read at the same time, and report with
// `info.id`. A finding names its range; the resource and the field are filled in from that.
struct Rule {
  RuleInfo info;

  // Called once, for the whole set.
  void (*check)(const Context& in, Diagnostics& out) = nullptr;

  // Whether `check` is to see what istiod makes of the Gateway API's resources as well, for rules
  // about what gateways do. Fixes of what was made are left out; see also Mesh::written_name().
  bool reads_gateway_api = false;

  // Called for every resource of the kinds in `reads`.
  void (*check_one)(const Context& in, const resource::Resource& resource,
                    Diagnostics& out) = nullptr;
  std::span<const resource::Kind> reads = {};
};

}  // namespace egressctl::lint
