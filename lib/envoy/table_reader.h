// Reads the notation of lib/envoy/messages/*.txt.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/base/result.h"
#include "lib/envoy/message_table.h"

namespace egressctl::envoy {

// All types of the files that were read. Views into their texts, which must outlive it.
class Table {
 public:
  // Adds the definitions of a file. Fails with "line 12: ...".
  [[nodiscard]] Result<void> read(std::string_view text);

  // Resolves the names of types; call it once, after all files. Fails when one is not defined.
  [[nodiscard]] Result<void> link();

  [[nodiscard]] const MessageType* message(std::string_view name) const;
  [[nodiscard]] const MessageType* by_v2_name(std::string_view name) const;
  [[nodiscard]] const std::vector<const MessageType*>& messages() const { return sorted_; }

 private:
  // A field's type as it was written, until all types are known.
  struct Pending {
    Field* field;
    std::string_view package;
    std::string_view type;
  };

  [[nodiscard]] Result<void> line(std::string_view text);
  void start_message(std::string_view text);
  void add_enum(std::string_view text);
  [[nodiscard]] Result<void> add_field(std::string_view text);
  void finish();
  [[nodiscard]] std::string_view full_name(std::string_view name);

  std::string_view package_;
  MessageType* open_ = nullptr;  // the message whose lines are read
  std::vector<Field> fields_;
  std::vector<Oneof> oneofs_;
  std::vector<std::string_view> types_;  // of fields_

  std::deque<std::string> names_;
  std::deque<MessageType> messages_;
  std::deque<EnumType> enums_;
  std::deque<std::vector<Field>> all_fields_;
  std::deque<std::vector<Oneof>> all_oneofs_;
  std::deque<std::vector<EnumValue>> all_values_;
  std::vector<Pending> pending_;
  std::unordered_map<std::string_view, const MessageType*> by_name_;
  std::unordered_map<std::string_view, const EnumType*> enums_by_name_;
  std::unordered_map<std::string_view, const MessageType*> by_v2_name_;
  std::vector<const MessageType*> sorted_;
};

}  // namespace egressctl::envoy
