// Versions of Istio as people write them.
#pragma once

#include <optional>
#include <string_view>

#include "lib/spec/spec.h"

namespace egressctl::spec {

// The release in "1.30" or "1.30.2", supported or not; std::nullopt when `text` is neither.
[[nodiscard]] std::optional<IstioVersion> parse_version(std::string_view text);

// The release that `text` was most likely meant to be, or std::nullopt: "v1.26" and "1.26-alpha"
// mean 1.26, and "1.3" is what a tool makes of 1.30 where it was not quoted.
[[nodiscard]] std::optional<IstioVersion> guess_version(std::string_view text);

// Whether the generator knows the release: kOldestIstio to kNewestIstio.
[[nodiscard]] bool is_supported(IstioVersion version);

}  // namespace egressctl::spec
