// Small helpers on text that every folder may use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace egressctl {

// The number of single-character edits (insert, delete, replace, swap of neighbours) from
// `a` to `b`, counted up to `limit` (anything above is limit + 1).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

// The word in lower case without `-` and `_`: the same for "sni_hosts" and "sniHosts".
[[nodiscard]] std::string fold_word(std::string_view word);

// The candidate that a person most likely meant by `word`: equal but for case, `-` and `_`,
// else at most two edits away. std::nullopt when nothing is near; the first one on a tie.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      std::span<const std::string_view> candidates);

// `did you mean "x"?`, or an empty string when nothing is near.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string_view> candidates);

// The parts joined by `separator`.
[[nodiscard]] std::string join(std::span<const std::string> parts, std::string_view separator);

// The parts of `text` between `separator`s; one empty part for an empty text.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

// ASCII lower case; other bytes stay.
[[nodiscard]] std::string to_lower(std::string_view text);

// The offset of the first byte that is not UTF-8 (RFC 3629: no surrogates, no overlong forms),
// or std::nullopt.
[[nodiscard]] std::optional<std::size_t> first_invalid_utf8(std::string_view text);

// The SHA-256 of `text` as 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view text);

}  // namespace egressctl
