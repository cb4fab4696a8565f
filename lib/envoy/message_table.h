// What Envoy's messages look like: fields, types, enums and what Envoy demands of them.
//
// The table is the API of Envoy 1.38 with the extensions that Istio's proxy adds
// (github.com/envoyproxy/go-control-plane, istio.io/api). It is made once, on first use, and
// immutable from then on; it lives as long as the program.
//
// Notation of lib/envoy/messages/*.txt:
//
//   package envoy.config.core.v3
//   message SocketAddress was envoy.api.v2.core.SocketAddress      what API v2 called it
//     oneof! port_value named_port     one of them at most; `!`: one of them there must be
//     removed old                      fields that once were there
//     address!: string                 `!`: must be there, and not be empty or zero
//     port_value: uint32 ..65535       bounds, `>` and `<` leave the bound itself out; of a list:
//     its
//                                      number of items; durations in seconds
//     entries: [Entry]                 a list; {Entry}: a map from strings, {uint32 Entry} from
//     others limit: uint32?                   a wrapper (google.protobuf.UInt32Value)
//   enum SocketAddress.Protocol TCP UDP=1
//
// Behind a type: `deprecated`; `disallowed` (refused by default); `non-empty`, if it is there;
// `or-zero`, outside of the bounds; `in=a|b` and `prefix=p` of strings, `in=true` of bools. Names
// without a dot, and those of nested types, are of the file's last `package`.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace egressctl::envoy {

enum class FieldType : std::uint8_t {
  String,
  Bytes,
  Bool,
  Int32,
  Uint32,
  Int64,
  Uint64,
  Float,
  Double,
  Duration,
  Timestamp,
  Struct,
  Value,
  ListValue,
  Any,
  Empty,
  Unresolved,  // while the table is read: a name that was not looked up yet
  Message,
  Enum,
};

enum class Shape : std::uint8_t { Single, List, Map };

struct EnumValue {
  std::string_view name;
  std::int32_t number = 0;
};

struct EnumType {
  std::string_view name;  // "envoy.config.core.v3.SocketAddress.Protocol"
  std::span<const EnumValue> values;
};

struct MessageType;

struct Field {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  std::string_view name;  // in snake_case
  FieldType type = FieldType::Unresolved;
  Shape shape = Shape::Single;
  bool wrapped = false;
  bool required = false;
  bool non_empty = false;
  bool deprecated = false;
  bool disallowed = false;
  std::uint8_t oneof = 0;  // the number of its group in MessageType::oneofs, from 1; 0: in none
  double minimum = kNone;  // kNone: no bound
  double maximum = kNone;
  bool above_minimum = false;  // the bound itself does not fit
  bool below_maximum = false;
  bool or_zero = false;
  std::string_view words;   // "http|https": the only texts that fit; empty: any
  std::string_view prefix;  // what a text must start with
  const MessageType* message = nullptr;
  const EnumType* words_of = nullptr;
};

// Fields of which at most one may be set.
struct Oneof {
  bool required = false;
  std::string_view names;  // with blanks between them
};

struct MessageType {
  std::string_view name;     // "envoy.config.core.v3.Address"
  std::string_view v2_name;  // its name in API v2; empty when it has none
  std::span<const Field> fields;
  std::span<const Oneof> oneofs;
  std::string_view removed;  // with blanks between them

  // By either spelling, "port_value" or "portValue"; nullptr when there is none.
  [[nodiscard]] const Field* find(std::string_view key) const;
  [[nodiscard]] bool was_removed(std::string_view key) const;
};

// The type of that full name, or nullptr.
[[nodiscard]] const MessageType* find_message(std::string_view name);

// What replaces a message of API v2, or nullptr.
[[nodiscard]] const MessageType* successor_of_v2(std::string_view name);

// All messages, by name.
[[nodiscard]] std::span<const MessageType* const> all_messages();

// Whether `key` is `name`, a name in snake_case, or the same in lowerCamelCase.
[[nodiscard]] bool is_spelling_of(std::string_view key, std::string_view name);

}  // namespace egressctl::envoy
