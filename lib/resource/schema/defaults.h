// Fills in what a resource leaves out, as an API server does before it validates.
//
// Source: Kubernetes "Extend the Kubernetes API with CustomResourceDefinitions" (defaulting).
#pragma once

#include <deque>
#include <vector>

#include "lib/resource/schema/schema.h"
#include "lib/yaml/node.h"

namespace egressctl::resource {

// A value with the defaults of its schema. What was written keeps its ranges; what was filled in
// has none. The value's document and the schema must outlive it.
class Defaulted {
 public:
  Defaulted(const yaml::Node& node, const Schema& schema) : root_(fill(node, schema)) {}
  Defaulted(const Defaulted&) = delete;
  Defaulted& operator=(const Defaulted&) = delete;

  [[nodiscard]] const yaml::Node& root() const { return root_; }

 private:
  [[nodiscard]] yaml::Node fill(const yaml::Node& node, const Schema& schema);
  [[nodiscard]] yaml::Node fill_object(const yaml::Node& node, const Schema& schema);

  std::deque<std::vector<yaml::Node>> items_;
  std::deque<std::vector<yaml::Entry>> entries_;
  yaml::Node root_;
};

}  // namespace egressctl::resource
