// kTLS: the kernel makes the TLS records of what a socket sends, so that splice(2) can fill it.
//
// Only the sending half. What is received stays with the library, which also knows what to do with
// tickets, alerts and new keys. The kernel has it where its module `tls` is loaded.
//
// Source: Linux, Documentation/networking/tls.rst and include/uapi/linux/tls.h.
#pragma once

#include <gnutls/gnutls.h>

namespace egressctl::forward {

// Hands the keys that `session` sends with to the kernel: from now on what is sent through the
// socket is data for a record, and the library must send nothing more. False, and nothing has
// changed, where the kernel has no kTLS or does not know the cipher, or the socket is not connected
// both ways.
[[nodiscard]] bool let_kernel_send(int fd, gnutls_session_t session);

// Sends the alert close_notify through a socket whose records the kernel makes. False, with errno,
// when the socket did not take it.
[[nodiscard]] bool send_kernel_close_notify(int fd);

}  // namespace egressctl::forward
