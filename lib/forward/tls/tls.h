// TLS of one connection's end: mutual, TLS 1.2 and 1.3, over a socket that does not block.
//
// All that knows the TLS library is behind this header. The bytes that wait to be read or sent are
// held in buffers that a thread's connections share, so that an idle one holds none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/forward/tls/credentials.h"

struct gnutls_session_int;

namespace egressctl::forward {

struct CertificateFacts;

struct TlsSettings {
  Credentials credentials;
  CredentialPaths paths;  // where those come from, for people; may be empty
  // Names of which the other end's certificate must have one (subject alternative names): DNS
  // names, "spiffe://..." URIs; a final '*' stands for any rest. Empty: whoever the CAs vouch for.
  std::vector<std::string> peer_names;
  std::vector<std::string>
      alpn;                 // a client offers them in this order; a server takes its first match
  std::string server_name;  // what a client asks for (SNI); empty: none
  bool check_peer = true;   // a server then demands a certificate
  bool resumption = true;
};

enum class TlsRole { Client, Server };

// What connections of one kind share. Immutable; safe to use from several threads.
class TlsContext {
 public:
  // Fails with ErrorCode::Usage when a PEM text can't be used: says which.
  [[nodiscard]] static Result<std::shared_ptr<const TlsContext>> make(TlsRole role,
                                                                      TlsSettings settings);
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext();

  [[nodiscard]] const TlsSettings& settings() const;
  [[nodiscard]] TlsRole role() const;

  // When the own certificate ends, in seconds since 1970; 0 when there is none.
  [[nodiscard]] std::int64_t expires() const;

 private:
  friend class TlsConnection;
  struct State;
  explicit TlsContext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

enum class TlsResult {
  Done,       // some bytes, or all that there was to do
  WantRead,   // nothing to read now
  WantWrite,  // the socket takes no more now
  Ended,      // the other end has said that it sends no more
  Failed,     // see problem()
};

class TlsConnection {
 public:
  // `received` was read from the socket already; the handshake starts with it. A client asks for
  // `server_name` instead of its settings' where there is one.
  TlsConnection(std::shared_ptr<const TlsContext> context, std::span<const std::uint8_t> received,
                const std::string& server_name = {});
  TlsConnection(const TlsConnection&) = delete;
  TlsConnection& operator=(const TlsConnection&) = delete;
  ~TlsConnection();

  // An event has told that the socket's end is there, behind what else there is to read.
  void source_ends();

  // Goes on with the handshake; Done when it is over and the other end is who it must be. The last
  // bytes of it may then wait for write() or flush(), so that they leave together with the first
  // bytes of data.
  [[nodiscard]] TlsResult handshake(int fd);

  // Reads up to `out.size()` bytes; `got` says how many. Done also when fewer came.
  [[nodiscard]] TlsResult read(int fd, std::span<char> out, std::size_t& got);

  // Takes all of `data`. WantWrite: the socket did not, and the rest waits for flush().
  [[nodiscard]] TlsResult write(int fd, std::span<const char> data);

  // Sends what is kept.
  [[nodiscard]] TlsResult flush(int fd);

  // Lets the kernel make the records of all that will be sent (kTLS), if it can: false where it
  // can't, and while bytes wait for flush(). Data may then be sent through the socket itself, too.
  [[nodiscard]] bool let_kernel_send(int fd);

  // Says that no more will be sent; the socket's own end must follow. WantWrite as for write().
  [[nodiscard]] TlsResult finish(int fd);

  // In Envoy's words where it has some: "TLS_error:|...:CERTIFICATE_VERIFY_FAILED:TLS_error_end".
  [[nodiscard]] const std::string& problem() const;

  [[nodiscard]] std::string_view alpn() const;
  [[nodiscard]] bool resumed() const;

  // In Envoy's words, empty before hands are shaken: "TLSv1.3", "TLS_AES_128_GCM_SHA256" (of
  // TLS 1.2 "ECDHE-ECDSA-AES128-GCM-SHA256"), "X25519".
  [[nodiscard]] std::string version() const;
  [[nodiscard]] std::string cipher() const;
  [[nodiscard]] std::string group() const;
  [[nodiscard]] const std::string& server_name() const;  // that a client asks for

  // The certificates of both ends; nullptr where there is none, or none that was checked.
  [[nodiscard]] const CertificateFacts* own_certificate() const;
  [[nodiscard]] const CertificateFacts* peer_certificate() const;

 private:
  struct State;
  friend int check_peer_of(gnutls_session_int* session);
  [[nodiscard]] TlsResult after(std::ptrdiff_t result, int fd, int flags = 0);
  [[nodiscard]] TlsResult send(int fd, int flags);
  void keep_for_later();
  void keep_ticket();
  [[nodiscard]] TlsResult finish_by_kernel(int fd);

  std::shared_ptr<const TlsContext> context_;
  std::unique_ptr<State> state_;
};

}  // namespace egressctl::forward
