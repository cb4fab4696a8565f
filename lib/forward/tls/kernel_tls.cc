#include "lib/forward/tls/kernel_tls.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <linux/tls.h>

namespace egressctl::forward {
namespace {

constexpr std::size_t kSequenceBytes = 8;
// Of GCM in TLS 1.2 the first bytes of a nonce are fixed, and the rest is sent with each record.
constexpr std::size_t kSaltBytes = 4;

// What a session sends with: parts of the session.
struct SendKeys {
  bool is_tls13 = false;
  gnutls_datum_t iv{};
  gnutls_datum_t key{};
  std::array<unsigned char, kSequenceBytes> sequence{};
};

bool set_keys(int fd, const void* info, std::size_t size) {
  constexpr char kUpperLayer[] = "tls";
  return ::setsockopt(fd, IPPROTO_TCP, TCP_ULP, kUpperLayer, sizeof kUpperLayer - 1) == 0 &&
         ::setsockopt(fd, SOL_TLS, TLS_TX, info, static_cast<socklen_t>(size)) == 0;
}

// AES-GCM, of either size: `Info` is the kernel's type for it.
template <typename Info>
bool set_gcm(int fd, std::uint16_t cipher, const SendKeys& keys) {
  Info info{};
  const std::size_t nonce = keys.is_tls13 ? kSaltBytes + sizeof info.iv : kSaltBytes;
  if (keys.key.size != sizeof info.key || keys.iv.size < nonce) return false;
  info.info.version = keys.is_tls13 ? TLS_1_3_VERSION : TLS_1_2_VERSION;
  info.info.cipher_type = cipher;
  std::memcpy(info.salt, keys.iv.data, kSaltBytes);
  // In TLS 1.2 the part that is sent may be anything that does not come twice: the record's number.
  std::memcpy(info.iv, keys.is_tls13 ? keys.iv.data + kSaltBytes : keys.sequence.data(),
              sizeof info.iv);
  std::memcpy(info.key, keys.key.data, sizeof info.key);
  std::memcpy(info.rec_seq, keys.sequence.data(), kSequenceBytes);
  const bool set = set_keys(fd, &info, sizeof info);
  gnutls_memset(&info, 0, sizeof info);
  return set;
}

}  // namespace

bool let_kernel_send(int fd, gnutls_session_t session) {
  const gnutls_protocol_t version = gnutls_protocol_get_version(session);
  if (version != GNUTLS_TLS1_2 && version != GNUTLS_TLS1_3) return false;
  SendKeys keys;
  keys.is_tls13 = version == GNUTLS_TLS1_3;
  gnutls_datum_t mac{};
  if (gnutls_record_get_state(session, 0, &mac, &keys.iv, &keys.key, keys.sequence.data()) < 0)
    return false;
  switch (gnutls_cipher_get(session)) {
    case GNUTLS_CIPHER_AES_128_GCM:
      return set_gcm<tls12_crypto_info_aes_gcm_128>(fd, TLS_CIPHER_AES_GCM_128, keys);
    case GNUTLS_CIPHER_AES_256_GCM:
      return set_gcm<tls12_crypto_info_aes_gcm_256>(fd, TLS_CIPHER_AES_GCM_256, keys);
    default: return false;
  }
}

bool send_kernel_close_notify(int fd) {
  constexpr unsigned char kAlertType = 21;
  std::array<unsigned char, 2> alert = {1, 0};  // a warning: close_notify
  iovec data{.iov_base = alert.data(), .iov_len = alert.size()};
  alignas(cmsghdr) std::array<unsigned char, CMSG_SPACE(1)> control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_TLS;
  header->cmsg_type = TLS_SET_RECORD_TYPE;
  header->cmsg_len = CMSG_LEN(1);
  *CMSG_DATA(header) = kAlertType;
  return ::sendmsg(fd, &message, MSG_NOSIGNAL) >= 0;
}

}  // namespace egressctl::forward
