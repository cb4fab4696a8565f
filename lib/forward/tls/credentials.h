// What an end of mutual TLS shows and trusts, as files hold it.
#pragma once

#include <string>

#include "lib/base/result.h"

namespace egressctl::forward {

// PEM texts. A server needs a certificate and a key; CAs are needed to check the other end.
struct Credentials {
  std::string certificates;  // the own one first, then those that lead to its CA
  std::string key;
  std::string authorities;
};

// Files of those. An empty path leaves its part empty.
struct CredentialPaths {
  std::string certificates;
  std::string key;
  std::string authorities;

  bool operator==(const CredentialPaths&) const = default;
};

// Fails with ErrorCode::NotFound or Io, and when the key is readable by others than its owner (and
// root's group): such a key is nobody's secret.
[[nodiscard]] Result<Credentials> read_credentials(const CredentialPaths& paths);

}  // namespace egressctl::forward
