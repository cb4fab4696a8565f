// What a certificate says, in the forms that logs and the admin interface have for it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct x509_st;

namespace egressctl::forward {

struct CertificateFacts {
  std::string subject;  // RFC 2253: "CN=gateway,O=Example"
  std::string issuer;
  std::string serial;              // hexadecimal, lower case
  std::string sha1;                // fingerprints, as well
  std::string sha256;              //
  std::vector<std::string> uris;   // subject alternative names
  std::vector<std::string> hosts;  // those that are DNS names
  std::int64_t from = 0;           // in seconds since 1970
  std::int64_t until = 0;
};

[[nodiscard]] CertificateFacts facts_of(x509_st* certificate);

}  // namespace egressctl::forward
