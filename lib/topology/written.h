// What EnvoyFilters wrote of a part of a proxy's configuration.
//
// The model knows the fields that decide where connections go; whoever makes a whole configuration
// of it finds the others here.
#pragma once

#include <vector>

#include "lib/yaml/node.h"

namespace egressctl::topology {

// One value of a patch, or the part of one. The node is never nullptr.
struct WrittenValue {
  const yaml::Node* node = nullptr;
  bool replaces_lists = false;  // MERGE_AND_REPLACE_LIST: what is repeated takes the place
};

struct Written {
  std::vector<WrittenValue> values;  // in the order in which they are merged
  bool whole = false;                // the first one made the element; else istiod did
};

}  // namespace egressctl::topology
