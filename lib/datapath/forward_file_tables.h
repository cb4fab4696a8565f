// What forward.yaml is made of. The reader, the JSON Schema and the messages are driven by it.
#pragma once

#include <array>

#include "lib/forward/config.h"
#include "lib/spec/tables.h"
#include "lib/spec/words.h"

namespace egressctl::datapath {

enum class FileRole { SniProxy, Sidecar, Gateway };

// What a route is for: how the connections begin.
enum class Protocol { Tls, Http, Tcp };

inline constexpr std::array kRoleWords = {
    spec::word("sni-proxy", FileRole::SniProxy, "reads the name in the client's hello, and relays"),
    spec::word("sidecar", FileRole::Sidecar, "wraps connections into mutual TLS to a gateway"),
    spec::word("gateway", FileRole::Gateway, "ends mutual TLS and looks at the hello inside"),
};

inline constexpr std::array kProtocolWords = {
    spec::word("tls", Protocol::Tls, "by the name in the client's hello"),
    spec::word("http", Protocol::Http, "plain HTTP/1, by the host of the first request"),
    spec::word("tcp", Protocol::Tcp, "whatever is neither; hosts is [\"*\"]"),
};

inline constexpr std::array kProxyProtocolWords = {
    spec::word("off", forward::ProxyProtocol::Off, {}),
    spec::word("v1", forward::ProxyProtocol::V1, {}),
    spec::word("v2", forward::ProxyProtocol::V2, {}),
};

// The document.
[[nodiscard]] const spec::Table& forward_file_table();

}  // namespace egressctl::datapath
