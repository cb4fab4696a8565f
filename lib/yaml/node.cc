#include "lib/yaml/node.h"

namespace egressctl::yaml {

const Entry* Node::find_entry(std::string_view key) const {
  for (std::size_t i = entries.size(); i > 0; --i)
    if (entries[i - 1].key.scalar == key) return &entries[i - 1];
  return nullptr;
}

const Node* Node::find(std::string_view key) const {
  const Entry* entry = find_entry(key);
  return entry != nullptr ? &entry->value : nullptr;
}

const Node* Node::path(std::span<const std::string_view> keys) const {
  const Node* node = this;
  for (const std::string_view key : keys) {
    if (node == nullptr) return nullptr;
    node = node->find(key);
  }
  return node;
}

}  // namespace egressctl::yaml
