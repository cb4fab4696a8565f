// Reads the first message of a TLS client without taking part in the handshake.
//
// Source: RFC 8446 (records 5.1, ClientHello 4.1.2), RFC 6066 (server_name), RFC 7301 (ALPN),
// RFC 9849 (encrypted client hello), RFC 6101 appendix E (the hello of SSL 2.0).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace egressctl::forward {

// A hello is no longer than this, its record headers included.
inline constexpr std::size_t kMaxHelloBytes = std::size_t{64} * 1024;

enum class HelloStatus {
  NeedMore,  // what is there is the start of a hello
  Complete,
  NotTls,     // something else
  PlainHttp,  // a request of HTTP/1 or the preface of HTTP/2
  Sslv2,      // the hello of SSL 2.0, which has no name
  TooLarge,
  Malformed,  // TLS, but no hello that a server would take
};

// "need-more", "complete", "not-tls", ...: for logs and counters.
[[nodiscard]] std::string_view to_string(HelloStatus status);

struct ClientHello {
  // The name as the client sent it: any bytes but none of NUL, at most 255. Empty when it sent
  // none.
  std::string server_name;
  std::vector<std::string> alpn;       // in the client's order
  std::uint16_t highest_version = 0;   // 0x0303: TLS 1.2, 0x0304: TLS 1.3
  bool encrypted_inner_hello = false;  // ECH: `server_name` is that of the front, not of the host
};

struct HelloResult {
  HelloStatus status = HelloStatus::NeedMore;
  ClientHello hello;         // when Complete
  std::string_view problem;  // when Malformed: what is wrong, for logs
  std::size_t wanted = 0;    // when NeedMore: reading fewer bytes than these says so again
};

// Reads the hello at the start of `bytes`. Never reads behind them, takes time linear in their
// number, and says NeedMore only while more bytes may still make a hello of them. What follows the
// hello is not looked at.
[[nodiscard]] HelloResult read_client_hello(std::span<const std::uint8_t> bytes);

}  // namespace egressctl::forward
