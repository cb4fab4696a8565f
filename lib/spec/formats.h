// The forms that texts of the spec may have: names of Kubernetes objects, labels, hosts.
//
// Source: Kubernetes "Object Names and IDs" and "Labels and Selectors"; SPIFFE-ID 2.1 (trust
// domains). Each form is both a function, for the reader, and a pattern, for the JSON Schema.
#pragma once

#include <string_view>

#include "lib/base/host_name.h"

namespace egressctl::spec {

// Whether `text` is dot-separated words of a-z, 0-9 and inner '-', 253 bytes at most: the name of
// most Kubernetes objects.
[[nodiscard]] bool is_dns_subdomain(std::string_view text);

// Whether `text` is 1 to 253 of a-z, 0-9, '-' and '.'.
[[nodiscard]] bool is_destination_name(std::string_view text);

// Whether `text` is 1 to 255 of a-z, 0-9, '-', '_' and '.'.
[[nodiscard]] bool is_trust_domain(std::string_view text);

// Whether `text` is empty, or at most 63 of A-Z, a-z, 0-9, '-', '_' and '.', the first and the
// last one a letter or digit.
[[nodiscard]] bool is_label_value(std::string_view text);

// Whether `text` is the name of a label: as a value but not empty, after a DNS subdomain and '/'
// where there is a prefix.
[[nodiscard]] bool is_label_key(std::string_view text);

// A form of texts.
struct TextFormat {
  std::string_view pattern;   // ECMA 262, anchored; the schema's `pattern`
  std::string_view expected;  // completes "expected ..."
  // nullptr where the reader has findings of its own instead of one for all mistakes.
  bool (*accepts)(std::string_view) = nullptr;
};

inline constexpr TextFormat kDnsLabelFormat{
    "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
    "a DNS label (1 to 63 of a-z, 0-9 and \"-\", the first and last no \"-\")", is_dns_label};

inline constexpr TextFormat kDnsSubdomainFormat{
    "^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    "DNS labels joined by dots (a-z, 0-9, \"-\" and \".\")", is_dns_subdomain};

inline constexpr TextFormat kDestinationNameFormat{
    "^[-.a-z0-9]{1,253}$", "1 to 253 of a-z, 0-9, \"-\" and \".\"", is_destination_name};

inline constexpr TextFormat kTrustDomainFormat{
    "^[-._a-z0-9]{1,255}$", "1 to 255 of a-z, 0-9, \"-\", \"_\" and \".\"", is_trust_domain};

inline constexpr TextFormat kLabelValueFormat{
    "^([A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?)?$",
    "at most 63 letters, digits, \"-\", \"_\" and \".\", the first and last a letter or digit",
    is_label_value};

inline constexpr TextFormat kLabelKeyFormat{
    "^([a-z0-9]([-.a-z0-9]*[a-z0-9])?/)?[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$",
    "a label name such as \"app\" or \"app.kubernetes.io/name\"", is_label_key};

inline constexpr TextFormat kNonEmptyFormat{"^.+$", "some text",
                                            [](std::string_view text) { return !text.empty(); }};

// lib/spec/hosts.h checks these.
inline constexpr TextFormat kHostFormat{
    "^(?=.{1,253}$)([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\.)+[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
    "a host name"};
inline constexpr TextFormat kHostOrWildcardFormat{
    "^(?=.{1,253}$)(\\*\\.([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\.)*|([a-z0-9]([-a-z0-9]{0,61}[a-z0-"
    "9])?\\.)+)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
    "a host name or a wildcard such as \"*.example.com\""};

// lib/spec/amounts.h and lib/base/istio_version.h read these.
inline constexpr TextFormat kTimeFormat{"^([0-9]+([.][0-9]+)?(ns|us|ms|s|m|h))+$", "a time"};
inline constexpr TextFormat kDurationFormat{"^(?=.)([0-9]+h)?([0-9]+m)?([0-9]+s)?$", "a duration"};
inline constexpr TextFormat kQuantityFormat{
    "^([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([numkMGTPE]|[KMGTPE]i)?$", "a quantity"};
inline constexpr TextFormat kVersionFormat{"^1\\.(2[0-9]|30)(\\.(0|[1-9][0-9]{0,2}))?$",
                                           "an Istio version"};

}  // namespace egressctl::spec
