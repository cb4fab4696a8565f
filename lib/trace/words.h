// Parts of a topology in words.
#pragma once

#include <string>

#include "lib/topology/model.h"

namespace egressctl::trace {

// "SNI *.example.com", "transport raw_buffer, ALPN http/1.1", ..., "every connection".
[[nodiscard]] std::string describe(const topology::FilterChainMatch& match);

// "host:port".
[[nodiscard]] std::string at(std::string_view host, std::int64_t port);

}  // namespace egressctl::trace
