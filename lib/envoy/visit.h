// Goes through all messages of a value, those inside of google.protobuf.Any too.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "lib/envoy/message_table.h"
#include "lib/resource/envoy_filter.h"
#include "lib/yaml/node.h"

namespace egressctl::envoy {

// Called for each message in the order of the source, a message before those inside it.
using Visitor = std::function<void(const yaml::Node& node, const MessageType& type)>;

// Visits `node`, which has the type `type`, and every message below whose type is known.
void visit_messages(const yaml::Node& node, const MessageType& type, const Visitor& visitor);

// The type of a patch's value, or nullptr for an `applyTo` that is none.
[[nodiscard]] const MessageType* patched_type(resource::ApplyTo apply_to);

// The value of a field by either spelling; nullptr when it is not there or null.
[[nodiscard]] const yaml::Entry* find_field(const yaml::Node& node, std::string_view name);
[[nodiscard]] const yaml::Node* find_value(const yaml::Node& node, std::string_view name);

// The items of a list; none for nullptr.
[[nodiscard]] inline std::span<const yaml::Node> items_of(const yaml::Node* list) {
  return list == nullptr ? std::span<const yaml::Node>() : list->items;
}

// Whether the message is one of the two that hold another one as a Struct.
[[nodiscard]] bool is_typed_struct(std::string_view name);

// The name of the type that an Any holds; inside of a TypedStruct that of the latter's value. Empty
// when it does not say.
[[nodiscard]] std::string_view type_in_any(const yaml::Node& any);

}  // namespace egressctl::envoy
