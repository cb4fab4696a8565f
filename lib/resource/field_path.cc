#include "lib/resource/field_path.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

namespace egressctl::resource {
namespace {

bool covers(SourceRange outer, SourceRange inner) {
  return outer.source == inner.source && outer.begin <= inner.begin && inner.end <= outer.end;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '@';
}

}  // namespace

std::string join_path(std::string_view parent, std::string_view key) {
  const bool plain = !key.empty() && std::all_of(key.begin(), key.end(), is_word);
  if (!plain) return fmt::format("{}[{}]", parent, key);
  // After a blank a path starts anew: "data.mesh " goes before the fields of a text.
  const bool starts = parent.empty() || parent.ends_with(' ');
  return starts ? fmt::format("{}{}", parent, key) : fmt::format("{}.{}", parent, key);
}

std::string field_path(const yaml::Node& root, SourceRange range) {
  std::string path;
  const yaml::Node* node = &root;
  // An alias covers no place of its own inside: what it stands for is written at the anchor.
  while (node != nullptr && !node->from_alias) {
    const yaml::Node* inner = nullptr;
    for (std::size_t i = 0; i < node->items.size() && inner == nullptr; ++i) {
      if (!covers(node->items[i].range, range)) continue;
      inner = &node->items[i];
      path += fmt::format("[{}]", i);
    }
    for (const yaml::Entry& entry : node->entries) {
      const bool at_key = covers(entry.key.range, range);
      if (inner != nullptr || !(at_key || covers(entry.value.range, range))) continue;
      path = join_path(path, entry.key.scalar);
      if (at_key) return path;
      inner = &entry.value;
    }
    node = inner;
  }
  return path;
}

}  // namespace egressctl::resource
