// Entries of access logs in JSON.
#pragma once

#include <optional>
#include <string>

#include "lib/logs/entry.h"

namespace egressctl::logs {

// Reads the object that starts at `start` of the entry's storage, with Istio's
// names of fields. What is wrong, if anything is. `other`: it is an object of
// another log.
[[nodiscard]] std::optional<std::string> read_json(std::size_t start, Entry& out, bool& other);

}  // namespace egressctl::logs
