// Moves bytes between two connected peers, both ways, until both have ended.
//
// Small amounts are copied through one buffer that a thread's relays share, so that an idle
// connection holds no memory; large ones go through a pipe by splice(2), which touches no byte,
// where no TLS of ours is in the way or the kernel makes its records (kernel_tls.h). The end of one
// direction is passed on, the other one goes on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lib/forward/tls/peer.h"

namespace egressctl::forward {

// An empty pipe, for splice.
struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
  std::size_t capacity = 0;
};

// What the relays of one thread share. Not safe to share between threads.
class RelayMemory {
 public:
  RelayMemory();

  // Fails (an invalid pipe) when descriptors run out; the relay then goes on copying.
  [[nodiscard]] Pipe take_pipe();
  void give_back(Pipe pipe);  // must be empty

  [[nodiscard]] std::vector<char>& buffer() { return buffer_; }

  // As much of buffer() as one connection may come to hold when its sink takes no more.
  [[nodiscard]] std::span<char> portion() {
    constexpr std::size_t kPortionBytes = std::size_t{64} * 1024;
    return std::span<char>(buffer_).first(kPortionBytes);
  }

 private:
  std::vector<char> buffer_;
  std::vector<Pipe> spare_;
};

enum class StreamState {
  Waiting,  // for the source or the sink
  Busy,     // more to do at once; stopped so that others get their turn
  Ended,    // the source has ended and the sink has all of it
  Broken,   // one of them failed; see source_failed() and problem()
};

// One direction.
class Stream {
 public:
  // Of its source, of its sink: edge-triggered, as epoll tells them.
  void readable() { readable_ = true; }
  void writable() { writable_ = true; }
  void source_ends() { source_ends_ = true; }
  [[nodiscard]] bool source_is_ending() const { return source_ends_; }

  // Bytes to be sent before all others; they are copied.
  void preload(const char* data, std::size_t size) { kept_.assign(data, data + size); }

  // The sink's TLS holds something back from its handshake.
  void flush_first() { flushed_ = false; }

  // Moves what can be moved now.
  [[nodiscard]] StreamState move(Peer& from, Peer& to, RelayMemory& memory);

  // Tells the sink's socket that no more comes; after Ended, and only where the other direction
  // goes on.
  static void pass_on_end(Peer& to);

  // Whether the sink has refused bytes, and has not become writable since.
  [[nodiscard]] bool sink_is_full() const { return !writable_; }

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }  // that the sink's socket has taken
  [[nodiscard]] bool ended() const { return told_; }
  [[nodiscard]] bool source_failed() const { return source_failed_; }
  [[nodiscard]] int error() const { return error_; }  // errno of what broke, 0 where TLS did

  void release(RelayMemory& memory);

 private:
  enum class Step { Again, Wait, Failed };

  [[nodiscard]] Step step(Peer& from, Peer& to, RelayMemory& memory);
  [[nodiscard]] Step send(Peer& to, const char* data, std::size_t size, std::size_t& done);
  [[nodiscard]] Step flush_kept(Peer& to);
  [[nodiscard]] Step flush_tls(Peer& to);
  [[nodiscard]] Step flush_pipe(Peer& to);
  [[nodiscard]] Step tell_end(Peer& to);
  [[nodiscard]] Step copy(Peer& from, Peer& to, RelayMemory& memory);
  [[nodiscard]] std::span<char> portion_of(RelayMemory& memory) const;
  [[nodiscard]] Step take_tls(Peer& from, RelayMemory& memory, std::size_t& size);
  [[nodiscard]] Step take_plain(Peer& from, RelayMemory& memory, std::size_t& size);
  [[nodiscard]] Step fill_pipe(Peer& from, RelayMemory& memory);
  [[nodiscard]] Step took_nothing(std::ptrdiff_t result);
  [[nodiscard]] Step source_error(int error);
  [[nodiscard]] Step sink_error(int error);

  std::vector<char> kept_;  // read and not yet sent
  std::size_t kept_from_ = 0;
  std::unique_ptr<Pipe> pipe_;
  std::size_t in_pipe_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint32_t full_reads_ = 0;
  int error_ = 0;
  bool readable_ = false;
  bool writable_ = false;
  bool source_ends_ = false;  // an event has told so
  bool ended_ = false;        // the source has given its last byte
  bool flushed_ = true;       // the sink's TLS holds nothing back
  bool finished_ = false;     // the sink's TLS has said that it ends
  bool told_ = false;         // all that is to be sent was
  bool source_failed_ = false;
};

}  // namespace egressctl::forward
