// Reads for which host the first bytes of a plain HTTP/1 connection ask.
//
// Source: RFC 9112 (request line 3, field lines 5, chunks of a head 2.2), RFC 9110 7.2 (Host).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace egressctl::forward {

// A request's head is no longer than this.
inline constexpr std::size_t kMaxHttpHead = std::size_t{64} * 1024;

enum class HttpHostStatus {
  NeedMore,  // what is there is the start of a head
  Complete,
  Malformed,  // no request that two readers would understand alike, or one without a host
};

struct HttpHost {
  HttpHostStatus status = HttpHostStatus::NeedMore;
  std::string host;  // when Complete: as sent, without port; any bytes
};

// Reads the head at the start of `bytes`, which are what was received so far. The authority of an
// absolute request target counts before the Host field, as RFC 9112 3.2.2 wants it; a second Host,
// a folded line or a blank before a colon make the head malformed. Time is linear in the bytes.
[[nodiscard]] HttpHost read_http_host(std::span<const std::uint8_t> bytes);

}  // namespace egressctl::forward
