// Domains under which anyone can get a name.
#pragma once

#include <string_view>

namespace egressctl::lint::rules {

// Whether names directly below `domain` ("co.uk", "github.io", "com") belong to different people:
// a top-level domain, a registry's second level, or a service that hands out names.
//
// A small selection of our own; the full list is the Public Suffix List, publicsuffix.org.
[[nodiscard]] bool is_shared_suffix(std::string_view domain);

}  // namespace egressctl::lint::rules
