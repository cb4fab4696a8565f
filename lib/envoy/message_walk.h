// The walk of check_message() over one value.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/envoy/findings.h"
#include "lib/envoy/message_table.h"
#include "lib/yaml/node.h"

namespace egressctl::envoy {

// Which side of the proxy a message is for.
enum class Side { Unknown, Downstream, Upstream };

// Where a message stands. Lives on the stack while it is looked at.
struct Spot {
  SourceRange head = {};  // the message's key; of an item, its first key
  bool merged = false;
  bool in_any = false;  // beside its "@type"
  bool listed = false;  // in a list, where Istio looks for no missing typed_config
  Side side = Side::Unknown;
  const Spot* parent = nullptr;
  const MessageType* type = nullptr;
  std::string_view key = {};  // in the parent
};

class MessageWalk {
 public:
  explicit MessageWalk(Findings& findings) : findings_(findings) {}

  void message(const yaml::Node& node, const MessageType& type, const Spot& outer);

 private:
  // The entry of each field of `type` in `node`, nullptr where there is none or it is null.
  using Entries = std::vector<const yaml::Entry*>;

  void field(const yaml::Entry& entry, const Field& field, const Spot& spot);
  void value(const yaml::Node& node, const Field& field, const Spot& spot);
  void required(const yaml::Node& node, const MessageType& type, const Entries& entries,
                const std::vector<std::string_view>& meant, const Spot& spot);
  void oneofs(const yaml::Node& node, const MessageType& type, const Entries& entries,
              const std::vector<std::string_view>& meant, const Spot& spot);
  void bounds_of_list(const yaml::Entry& entry, const Field& field);
  // Returns the field that was meant, if any, which is not missing then.
  [[nodiscard]] std::string_view unknown_field(const yaml::Node& node, const yaml::Entry& entry,
                                               const MessageType& type, const Spot& spot);
  void disallowed_field(const yaml::Entry& entry, const Field& field);

  // any.cc: extensions and the messages inside of google.protobuf.Any.
  void any(const yaml::Node& node, const Spot& spot);
  void missing_type(const yaml::Node& node, const Spot& spot);
  void unknown_type(const yaml::Node& url, std::string_view name);
  void misplaced(const yaml::Node& url, std::string_view name, const Spot& spot);
  // Returns whether it said that the configuration is missing.
  [[nodiscard]] bool extension(const yaml::Node& node, const MessageType& type, const Spot& spot);
  void missing_config(const yaml::Node& node, const yaml::Node* name, const Spot& spot);
  void extension_name(const yaml::Node& name, const yaml::Node* config, const Spot& spot);

  Findings& findings_;
};

// Checks a scalar (or what should be one) against the field's type and bounds.
void check_scalar(const yaml::Node& node, const Field& field, Findings& findings);

// `"a"`, `"a" or "b"`, `"a", "b" or "c"`; at most eight, then "...".
[[nodiscard]] std::string alternatives(std::span<const std::string_view> words);

}  // namespace egressctl::envoy
