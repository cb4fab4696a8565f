// A private key that stays with OpenSSL while GnuTLS shakes hands: OpenSSL signs several times
// faster, with RSA above all.
#pragma once

#include <memory>
#include <string>

#include <gnutls/abstract.h>

#include "lib/base/result.h"
#include "lib/forward/tls/openssl.h"

namespace egressctl::forward {

using SigningKeyPtr = std::unique_ptr<gnutls_privkey_st, FreeWith<gnutls_privkey_deinit>>;

// The key of a PEM text. Fails with ErrorCode::Usage when there is none, or when it is none of
// RSA, ECDSA and Ed25519, or not that of `certificate`.
[[nodiscard]] Result<SigningKeyPtr> read_signing_key(const std::string& pem, X509* certificate);

}  // namespace egressctl::forward
