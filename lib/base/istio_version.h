// Releases of Istio 1.x.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace egressctl {

// A minor release of Istio 1.x.
struct IstioVersion {
  int minor = 30;

  auto operator<=>(const IstioVersion&) const = default;
};

// The releases whose API versions, validation and proxies are known.
inline constexpr IstioVersion kOldestIstio{20};
inline constexpr IstioVersion kNewestIstio{30};

// "1.30"
[[nodiscard]] std::string to_string(IstioVersion version);

// The release in "1.30" or "1.30.2", supported or not; std::nullopt when `text` is neither.
[[nodiscard]] std::optional<IstioVersion> parse_istio_version(std::string_view text);

// The release that `text` was most likely meant to be, or std::nullopt: "v1.26" and "1.26-alpha"
// mean 1.26, and "1.3" is what a tool makes of 1.30 where it was not quoted.
[[nodiscard]] std::optional<IstioVersion> guess_istio_version(std::string_view text);

// Whether the release is one of kOldestIstio to kNewestIstio.
[[nodiscard]] bool is_supported(IstioVersion version);

}  // namespace egressctl
