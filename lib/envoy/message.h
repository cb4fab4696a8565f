// Checks a value against one of Envoy's messages.
#pragma once

#include <string_view>

#include "lib/base/diagnostic.h"
#include "lib/resource/resource.h"
#include "lib/yaml/node.h"

namespace egressctl::envoy {

struct MessageOptions {
  // The value is merged into another one of its type, so that nothing is missing in it but in what
  // it adds as a whole: the items of lists.
  bool merged = false;

  // Where fields are reported that the value itself lacks: its key. By default its first field.
  SourceRange key = {};
};

// Reports what in `value`, a part of `resource` in proto3's JSON form, does not fit the message
// `type`, a full name ("envoy.config.cluster.v3.Cluster") or a type URL: EGR0603, EGR0604 and
// EGR0620-0629. A type that is not known makes no finding here.
//
// Source: protobuf.dev/programming-guides/json, with the leniency of Go's reader that istiod uses.
void check_message(const resource::Resource& resource, const yaml::Node& value,
                   std::string_view type, const MessageOptions& options, Diagnostics& diagnostics);

// The message that a type URL names: what stands behind its last slash.
[[nodiscard]] std::string_view name_in_url(std::string_view url);

}  // namespace egressctl::envoy
