// Changes to the text of a YAML document that leave its comments and layout alone.
//
// Each returns the edit, or std::nullopt where no small one is surely right: behind aliases, in
// text that has no place of its own (a folded string), or where nothing valid would be left.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "lib/base/diagnostic.h"
#include "lib/yaml/node.h"

namespace egressctl::yaml {

// Makes a scalar the string `text`; quotes stay as they are where they can.
[[nodiscard]] std::optional<Edit> replace_string(const Node& scalar, std::string_view text);

// Puts `text` in the place of a scalar, as it is: a number, a bool, a flow mapping.
[[nodiscard]] std::optional<Edit> replace_raw(const Node& scalar, std::string_view text);

// Gives a key another name.
[[nodiscard]] std::optional<Edit> rename_key(const Entry& entry, std::string_view name);

// Takes the entry of `key` out of a mapping, with its lines when it has lines of its own. A mapping
// keeps at least one entry.
[[nodiscard]] std::optional<Edit> remove_entry(const Node& mapping, std::string_view key);

// Takes an item out of a list. A list keeps at least one item.
[[nodiscard]] std::optional<Edit> remove_item(const Node& sequence, std::size_t index);

// Adds the string `text` behind the last item of a list.
[[nodiscard]] std::optional<Edit> append_item(const Node& sequence, std::string_view text);

// Adds `key` with a value in flow style before the first entry of a mapping.
[[nodiscard]] std::optional<Edit> insert_entry(const Node& mapping, std::string_view key,
                                               std::string_view value);

}  // namespace egressctl::yaml
