// Hellos that tests build byte by byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace egressctl::forward::testing {

using Buffer = std::vector<std::uint8_t>;

inline void put(Buffer& out, std::size_t value, std::size_t width) {
  for (std::size_t i = width; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

inline void put(Buffer& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}

inline void put(Buffer& out, const Buffer& bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// `bytes` behind their length.
inline Buffer with_length(const Buffer& bytes, std::size_t width) {
  Buffer out;
  put(out, bytes.size(), width);
  put(out, bytes);
  return out;
}

inline Buffer extension(std::size_t type, const Buffer& data) {
  Buffer out;
  put(out, type, 2);
  put(out, with_length(data, 2));
  return out;
}

inline Buffer server_name(std::string_view name, std::uint8_t type = 0) {
  Buffer entry = {type};
  put(entry, name.size(), 2);
  put(entry, name);
  return extension(0, with_length(entry, 2));
}

inline Buffer alpn(const std::vector<std::string>& protocols) {
  Buffer list;
  for (const std::string& protocol : protocols) {
    put(list, protocol.size(), 1);
    put(list, protocol);
  }
  return extension(16, with_length(list, 2));
}

// The handshake message with these extensions, without its record.
inline Buffer hello_message(const std::vector<Buffer>& extensions) {
  Buffer body = {3, 3};
  put(body, std::string(32, 'r'));
  put(body, 0, 1);  // no session
  put(body, with_length({0x13, 0x01, 0x13, 0x02}, 2));
  put(body, with_length({0}, 1));
  Buffer all;
  for (const Buffer& each : extensions) put(all, each);
  put(body, with_length(all, 2));
  Buffer out = {1};
  put(out, with_length(body, 3));
  return out;
}

// The message in records of at most so many bytes.
inline Buffer in_records(const Buffer& message, std::size_t size = 16384) {
  Buffer out;
  for (std::size_t at = 0; at < message.size(); at += size) {
    const std::size_t end = std::min(message.size(), at + size);
    put(out, 22, 1);
    put(out, 0x0301, 2);
    put(out, end - at, 2);
    out.insert(out.end(), message.begin() + static_cast<std::ptrdiff_t>(at),
               message.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return out;
}

}  // namespace egressctl::forward::testing
