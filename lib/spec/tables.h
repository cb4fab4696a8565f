// What an egress spec is made of: every mapping with its keys, and for every key what may stand
// there, what it means and what it is when left out. The reader, the JSON Schema and the messages
// are all driven by these tables.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include "lib/spec/formats.h"
#include "lib/spec/spec.h"
#include "lib/spec/words.h"

namespace egressctl::spec {

// What may stand at a key.
enum class FieldKind {
  Mapping,      // Field::table
  MappingList,  // each item a Field::table
  Text,         // Field::format
  TextList,     // each item of Field::format
  Integer,      // Field::least to Field::most
  IntegerList,  // each item so
  Flag,         // true or false
  Choice,       // one of Field::words
  Labels,       // names to values, as in a label selector
  Duration,     // seconds, or text such as "5m"; Field::least to Field::most seconds
  Time,         // text such as "1.5s" or "250ms", above zero
  Quantity,     // of CPU or memory
  Version,      // of Istio
};

struct Table;

// A key of a mapping.
struct Field {
  std::string_view key;
  FieldKind kind = FieldKind::Text;
  std::string_view description;
  std::string_view example = {};       // of required keys and collections: YAML on one line
  bool required = false;               // where Field::only_via holds
  bool not_empty = false;              // of lists and labels
  std::string_view default_json = {};  // what leaving it out means; empty: see the description
  const TextFormat* format = nullptr;  // nullptr: any text
  std::span<const Word> words = {};    // in the order in which messages list them
  std::int64_t least = 0;              // of numbers and durations
  std::int64_t most = std::numeric_limits<std::int32_t>::max();
  const Table* table = nullptr;
  std::optional<Via> only_via = std::nullopt;  // the key means nothing with any other `via`
};

// A mapping.
struct Table {
  std::string_view description;
  std::span<const Field> fields;

  // The field of `key`, or nullptr.
  [[nodiscard]] const Field* find(std::string_view key) const;
};

// The document.
[[nodiscard]] const Table& document_table();

// Where `key` would be known: the first table below `table`, in the order of the document, that
// has it, as a path ("spec.istio", "spec.destinations[].tls"; `path` is that of `table`).
[[nodiscard]] std::optional<std::string> path_of_table_with(std::string_view key,
                                                            const Table& table,
                                                            std::string_view path = {});

}  // namespace egressctl::spec
