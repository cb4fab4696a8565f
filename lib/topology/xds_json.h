// A topology as JSON, in the form in which istiod's own answers are kept for comparison.
//
// {"listeners": [...], "clusters": [...], "routes": [...]} with Envoy's names of fields; what is at
// its default is left out.
#pragma once

#include <string>

#include "lib/topology/model.h"

namespace egressctl::topology {

struct XdsParts {
  bool listeners = true;
  bool clusters = true;
  bool routes = true;
};

// Pretty-printed with one space a level and a final newline.
[[nodiscard]] std::string to_xds_json(const Topology& topology, const XdsParts& parts = {});

}  // namespace egressctl::topology
