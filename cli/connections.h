// Connections that a person, a list or the whole mesh asks for, and their traces.
#pragma once

#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/expectations.h"
#include "lib/base/result.h"
#include "lib/trace/report.h"
#include "lib/trace/trace.h"

namespace egressctl::cli {

// Every client (see lib/trace/clients.h) to every external host.
[[nodiscard]] std::vector<Expectation> every_connection(const mesh::Mesh& mesh);

// What the client asks for when it connects to "HOST:PORT", "HOST" (port 443), "[ADDRESS]:PORT" or
// "ADDRESS"; "*.DOMAIN" stands for a name of it.
// Fails with ErrorCode::Usage for what is none of these.
[[nodiscard]] Result<trace::Request> read_request(topology::Proxy client, std::string_view target);

// A trace of each, in their order. A client that is not in the input, of a namespace that has no
// clients there, is taken for a sidecar without labels, which is said. Fails with ErrorCode::Usage
// for what is no client or no host and port.
[[nodiscard]] Result<std::vector<trace::Traced>> trace_all(Context& context, const mesh::Mesh& mesh,
                                                           const trace::Tracer& tracer,
                                                           const std::vector<Expectation>& wanted);

}  // namespace egressctl::cli
