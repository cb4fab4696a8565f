// A list of connections and what should become of them: a test suite for manifests.
//
//   - {from: default/sleep, to: "en.wikipedia.org:443", verdict: delivered}
//   - {from: default/sleep, to: "evil.example:443", sni: en.wikipedia.org, verdict: blocked}
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/trace/trace.h"

namespace egressctl::cli {

struct Expectation {
  std::string from;
  std::optional<topology::Proxy> client;  // whom `from` names, where that is known
  std::string to;
  std::optional<std::string> sni;
  std::optional<std::string> inner_sni;
  std::optional<trace::Protocol> protocol;
  std::optional<trace::Verdict> verdict;  // std::nullopt: any
  std::string reached;                    // "host:port"; empty: anywhere
};

// Reads a YAML list of mappings with the keys from, to, sni, innerSni, protocol, verdict and
// reached. Fails with ErrorCode::Usage, naming the place, when it is something else.
[[nodiscard]] Result<std::vector<Expectation>> read_expectations(const std::string& path);

}  // namespace egressctl::cli
