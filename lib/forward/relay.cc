#include "lib/forward/relay.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

#include <fcntl.h>

namespace egressctl::forward {
namespace {

// What is read at once of a download, since each system call costs; else portion().
constexpr std::size_t kBufferBytes = std::size_t{256} * 1024;
constexpr std::size_t kPipeBytes = std::size_t{1} << 20;
constexpr std::size_t kSparePipes = 64;
// So many full buffers in a row are a download, not an answer.
constexpr std::uint32_t kReadsBeforeSplice = 2;
// What one stream may move before others get their turn.
constexpr std::uint64_t kBytesATurn = std::uint64_t{4} << 20;

// Whether what the sink's socket is given needs nothing of ours around it.
bool takes_plain_bytes(Peer& to) {
  return to.tls == nullptr || to.tls->let_kernel_send(to.fd.get());
}

bool would_block(int error) {
  return error == EAGAIN || error == EWOULDBLOCK;
}

}  // namespace

RelayMemory::RelayMemory() : buffer_(kBufferBytes) {}

Pipe RelayMemory::take_pipe() {
  if (!spare_.empty()) {
    Pipe pipe = std::move(spare_.back());
    spare_.pop_back();
    return pipe;
  }
  int ends[2];
  if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) return {};
  // Refused where a user's pipes are used up: then it stays at 64 KiB.
  ::fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(kPipeBytes));
  const int size = ::fcntl(ends[1], F_GETPIPE_SZ);
  return {UniqueFd(ends[0]), UniqueFd(ends[1]), static_cast<std::size_t>(size > 0 ? size : 65536)};
}

void RelayMemory::give_back(Pipe pipe) {
  if (spare_.size() < kSparePipes) spare_.push_back(std::move(pipe));
}

StreamState Stream::move(Peer& from, Peer& to, RelayMemory& memory) {
  const std::uint64_t limit = bytes_ + kBytesATurn;
  while (!ended()) {
    if (bytes_ >= limit) return StreamState::Busy;
    switch (step(from, to, memory)) {
      case Step::Again: break;
      case Step::Failed: return StreamState::Broken;
      case Step::Wait:
        if (in_pipe_ == 0) release(memory);
        return StreamState::Waiting;
    }
  }
  release(memory);
  return StreamState::Ended;
}

Stream::Step Stream::step(Peer& from, Peer& to, RelayMemory& memory) {
  if (!kept_.empty()) return flush_kept(to);
  if (!flushed_) return flush_tls(to);
  if (in_pipe_ > 0) return flush_pipe(to);
  if (ended_) return tell_end(to);
  if (!readable_) return Step::Wait;
  // What can't be sent is better left where the source feels it.
  if (!writable_) return Step::Wait;
  if (full_reads_ >= kReadsBeforeSplice && from.tls == nullptr && takes_plain_bytes(to))
    return fill_pipe(from, memory);
  return copy(from, to, memory);
}

// TLS has an end of its own, which must leave before the socket's.
Stream::Step Stream::tell_end(Peer& to) {
  if (to.tls == nullptr || std::exchange(finished_, true)) {
    told_ = true;
    return Step::Again;
  }
  const TlsResult result = to.tls->finish(to.fd.get());
  flushed_ = result != TlsResult::WantWrite;
  writable_ = flushed_;
  return Step::Again;
}

void Stream::pass_on_end(Peer& to) {
  ::shutdown(to.fd.get(), SHUT_WR);
}

void Stream::release(RelayMemory& memory) {
  if (pipe_ == nullptr) return;
  if (in_pipe_ == 0) memory.give_back(std::move(*pipe_));
  pipe_.reset();
  in_pipe_ = 0;
}

Stream::Step Stream::source_error(int error) {
  error_ = error;
  source_failed_ = true;
  return Step::Failed;
}

Stream::Step Stream::sink_error(int error) {
  error_ = error;
  return Step::Failed;
}

// After a read that gave no byte.
Stream::Step Stream::took_nothing(std::ptrdiff_t result) {
  if (result == 0) {
    ended_ = true;
    return Step::Again;
  }
  if (errno == EINTR) return Step::Again;
  if (!would_block(errno)) return source_error(errno);
  readable_ = false;
  full_reads_ = 0;
  return Step::Wait;
}

// Sends as much as the sink takes.
Stream::Step Stream::send(Peer& to, const char* data, std::size_t size, std::size_t& done) {
  if (to.tls != nullptr) {
    const TlsResult result = to.tls->write(to.fd.get(), std::span(data, size));
    if (result == TlsResult::Failed) return sink_error(0);
    done = size;  // it has all of it, or sends the rest when it can
    bytes_ += size;
    flushed_ = result != TlsResult::WantWrite;
    writable_ = flushed_;
    return Step::Again;
  }
  while (writable_ && done < size) {
    const ssize_t sent = ::send(to.fd.get(), data + done, size - done, MSG_NOSIGNAL);
    if (sent >= 0) {
      done += static_cast<std::size_t>(sent);
      bytes_ += static_cast<std::uint64_t>(sent);
    } else if (would_block(errno)) {
      writable_ = false;
    } else if (errno != EINTR) {
      return sink_error(errno);
    }
  }
  return Step::Again;
}

Stream::Step Stream::flush_tls(Peer& to) {
  if (!writable_) return Step::Wait;
  const TlsResult result = to.tls->flush(to.fd.get());
  if (result == TlsResult::Failed) return sink_error(0);
  flushed_ = result == TlsResult::Done;
  writable_ = flushed_;
  return Step::Again;
}

Stream::Step Stream::flush_kept(Peer& to) {
  if (!writable_) return Step::Wait;
  std::size_t done = kept_from_;
  const Step result = send(to, kept_.data(), kept_.size(), done);
  kept_from_ = done;
  if (kept_from_ == kept_.size()) {
    kept_from_ = 0;
    std::vector<char>().swap(kept_);
  }
  return result;
}

std::span<char> Stream::portion_of(RelayMemory& memory) const {
  return full_reads_ >= kReadsBeforeSplice ? std::span<char>(memory.buffer()) : memory.portion();
}

Stream::Step Stream::take_tls(Peer& from, RelayMemory& memory, std::size_t& size) {
  const std::span<char> portion = portion_of(memory);
  const TlsResult result = from.tls->read(from.fd.get(), portion, size);
  full_reads_ = size > portion.size() / 2 ? full_reads_ + 1 : 0;
  switch (result) {
    case TlsResult::Done: return Step::Again;
    case TlsResult::Ended: ended_ = true; return Step::Again;
    case TlsResult::WantRead:
    case TlsResult::WantWrite: readable_ = false; return size > 0 ? Step::Again : Step::Wait;
    case TlsResult::Failed: break;
  }
  return source_error(0);
}

Stream::Step Stream::take_plain(Peer& from, RelayMemory& memory, std::size_t& size) {
  const std::span<char> buffer = portion_of(memory);
  const ssize_t got = ::recv(from.fd.get(), buffer.data(), buffer.size(), 0);
  if (got <= 0) return took_nothing(got);
  size = static_cast<std::size_t>(got);
  // Fewer than asked for: there is no more now, and an event will tell of what comes. The end of
  // the stream alone is told together with its last bytes.
  full_reads_ = size == buffer.size() ? full_reads_ + 1 : 0;
  if (size < buffer.size() && !source_ends_) readable_ = false;
  return Step::Again;
}

Stream::Step Stream::copy(Peer& from, Peer& to, RelayMemory& memory) {
  std::size_t size = 0;
  const Step taken =
      from.tls != nullptr ? take_tls(from, memory, size) : take_plain(from, memory, size);
  if (taken != Step::Again || size == 0) return taken;
  const char* data = memory.buffer().data();
  std::size_t done = 0;
  const Step sent = send(to, data, size, done);
  if (done < size) kept_.assign(data + done, data + size);
  // Whoever takes less than it is sent makes a connection hold the rest: no large rests then.
  if (!writable_ && (from.tls != nullptr || to.tls != nullptr)) full_reads_ = 0;
  return sent;
}

Stream::Step Stream::fill_pipe(Peer& from, RelayMemory& memory) {
  if (pipe_ == nullptr) {
    Pipe pipe = memory.take_pipe();
    if (!pipe.write_end.valid()) {
      full_reads_ = 0;  // out of descriptors: copy
      return Step::Again;
    }
    pipe_ = std::make_unique<Pipe>(std::move(pipe));
  }
  const ssize_t got = ::splice(from.fd.get(), nullptr, pipe_->write_end.get(), nullptr,
                               pipe_->capacity, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
  if (got <= 0) return took_nothing(got);
  in_pipe_ = static_cast<std::size_t>(got);
  return Step::Again;
}

Stream::Step Stream::flush_pipe(Peer& to) {
  if (!writable_) return Step::Wait;
  const ssize_t sent = ::splice(pipe_->read_end.get(), nullptr, to.fd.get(), nullptr, in_pipe_,
                                SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
  if (sent <= 0) {
    if (sent < 0 && errno == EINTR) return Step::Again;
    if (sent < 0 && !would_block(errno)) return sink_error(errno);
    writable_ = false;
    return Step::Wait;
  }
  in_pipe_ -= static_cast<std::size_t>(sent);
  bytes_ += static_cast<std::uint64_t>(sent);
  return Step::Again;
}

}  // namespace egressctl::forward
