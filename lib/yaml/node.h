// The positioned tree of a YAML document: what stands where.
//
// Nodes live in the arena of the Document that made them and are never freed one by one; every
// pointer and string_view here is valid as long as that Document and its Source are. A tree is
// immutable after loading and may be read from several threads.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "lib/base/source.h"

namespace egressctl::yaml {

enum class NodeKind : std::uint8_t { Null, Scalar, Sequence, Mapping };

// How a scalar or collection was written; a plain scalar alone can be a number, bool or null.
enum class Style : std::uint8_t { Plain, SingleQuoted, DoubleQuoted, Block, Flow };

struct Entry;

// A value and the place where it stands.
struct Node {
  NodeKind kind = NodeKind::Null;
  Style style = Style::Plain;   // collections: Block or Flow
  bool from_alias = false;      // `range` is the `*alias`; the content is the anchor's
  SourceRange range;            // scalars: with their quotes; a null: empty, right behind its key
  std::string_view tag;         // "!!str", "!x", ...; empty when none was written
  std::string_view scalar;      // the text a scalar stands for, escapes and folding undone
  std::span<const Node> items;  // of a sequence
  std::span<const Entry> entries;  // of a mapping, in the order of the source, merge keys resolved

  [[nodiscard]] bool is_null() const { return kind == NodeKind::Null; }
  [[nodiscard]] bool is_scalar() const { return kind == NodeKind::Scalar; }
  [[nodiscard]] bool is_sequence() const { return kind == NodeKind::Sequence; }
  [[nodiscard]] bool is_mapping() const { return kind == NodeKind::Mapping; }
  [[nodiscard]] bool is_plain() const { return style == Style::Plain; }

  // The value of `key` in a mapping, or nullptr: no such key, or no mapping. Of keys written
  // twice the last one counts, as for Kubernetes' own reader.
  [[nodiscard]] const Node* find(std::string_view key) const;

  // The same for the whole entry.
  [[nodiscard]] const Entry* find_entry(std::string_view key) const;

  // Follows keys from here; nullptr as soon as one is not there.
  [[nodiscard]] const Node* path(std::span<const std::string_view> keys) const;
};

// A key and its value.
struct Entry {
  Node key;
  Node value;
};

}  // namespace egressctl::yaml
