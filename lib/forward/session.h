// One connection through the forwarder, from its first byte to its line in the access log.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/forward/client_hello.h"
#include "lib/forward/dialer.h"
#include "lib/forward/io/event_loop.h"
#include "lib/forward/io/socket_address.h"
#include "lib/forward/log/access_log.h"
#include "lib/forward/relay.h"
#include "lib/forward/tls/peer.h"
#include "lib/forward/worker.h"

namespace egressctl::forward {

// Reads the client's hello, chooses the route by its name, ends the outer TLS where the route says
// so and reads the hello inside, finds and dials the address, and relays. Deletes itself.
class Session final : public Dialer::Owner, public Timer {
 public:
  Session(Worker& worker, UniqueFd fd, const SocketAddress& remote,
          std::shared_ptr<const ListenerRules> rules);
  ~Session() override;

  // Reads what is there already.
  void begin();

  // Ends it at once.
  void abort();

  void on_event(std::uint32_t tag, std::uint32_t events) override;
  void on_timeout() override;
  void on_dialled(Dialled dialled) override;
  void on_not_dialled(DialFailure why, const std::string& words,
                      const SocketAddress& last) override;

 private:
  friend class Worker;
  // Tags above it are the upstream's: one for each address that is tried.
  static constexpr std::uint32_t kDownstream = 0;
  enum class Phase : std::uint8_t {
    Hello,
    Accepting,  // the outer TLS
    InnerHello,
    Dialling,
    Handshaking,  // the upstream's TLS
    Relaying,
    Closed,
  };

  // What a PROXY header tells.
  struct Proxied {
    std::optional<SocketAddress> destination;  // that the client has connected to
    SocketAddress sender;                      // of the header
  };

  [[nodiscard]] ListenerCounters& counters() const { return *rules_->counters; }
  void advance();

  // session_hello.cc: which way it goes.
  void read_hello();
  void take_proxy_header();
  void take_hello(std::span<const std::uint8_t> bytes);
  void take_plain(HelloStatus status);
  void choose_route(std::string_view sent_name);
  void enter(const Route& route);
  void accept_tls();
  void read_inner_hello();
  void take_inner_name(std::string_view sent_name);
  void refuse(ResponseFlag flag, std::string_view details);
  void answer(std::string_view response) const;

  void dial();
  void send_proxy_header();
  void upstream_failed(std::string words);
  void handshake_upstream();
  void relay();
  void pump();
  void watch_writing(const Peer& sink, std::uint32_t tag, bool& watched);
  void broken(const Stream& stream, const Peer& source, const Peer& sink, bool upwards);
  void pass_reset_on(bool of_downstream);

  void start_timer(TimerList& list);
  bool watch_downstream();
  void client_gone(bool reset);
  void close();
  void log();                                   // session_log.cc
  [[nodiscard]] std::string host_name() const;  // session_log.cc
  [[nodiscard]] const std::string& asked_name() const;
  [[nodiscard]] SocketAddress here() const;
  [[nodiscard]] const Route& target() const {
    if (taken_ != nullptr) return *taken_;
    return inner_route_ != nullptr ? *inner_route_ : *route_;
  }

  Worker& worker_;
  std::shared_ptr<const ListenerRules> rules_;
  Peer downstream_;
  Peer upstream_;
  Stream up_;
  Stream down_;
  std::unique_ptr<Dialer> dialer_;
  std::vector<std::uint8_t> pending_;  // read from the client, not yet sent on
  std::size_t hello_wanted_ = 0;       // bytes of a hello without which reading it again is idle
  std::string name_;                   // as the client sent it
  std::string inner_name_;
  std::string authority_;               // that a plain HTTP request asks for
  const Route* route_ = nullptr;        // of rules_
  const Route* inner_route_ = nullptr;  // inside a termination
  const Route* taken_ = nullptr;        // of the two the last one, or a choice of it
  SocketAddress remote_;
  std::unique_ptr<Proxied> proxied_;
  SocketAddress upstream_address_;
  Clock::time_point start_;
  std::uint64_t id_;
  std::string failure_;            // of the upstream
  std::string client_failure_;     // of the TLS with the client
  std::string_view details_;       // RESPONSE_CODE_DETAILS
  std::string_view termination_;   // CONNECTION_TERMINATION_DETAILS
  std::string_view local_reason_;  // DOWNSTREAM_LOCAL_CLOSE_REASON
  ResponseFlags flags_;
  Session* previous_ = nullptr;
  Session* next_ = nullptr;
  Phase phase_ = Phase::Hello;
  CloseType downstream_close_ = CloseType::Normal;
  CloseType upstream_close_ = CloseType::Normal;
  std::uint8_t upstream_tag_ = 0;
  bool watched_ = false;  // the downstream's socket
  bool downstream_writing_watched_ = false;
  bool upstream_writing_watched_ = false;
  bool plain_ = false;         // it did not begin with TLS
  bool header_taken_ = false;  // of the PROXY protocol
  bool end_passed_up_ = false;
  bool end_passed_down_ = false;
  bool counted_upstream_ = false;
};

}  // namespace egressctl::forward
