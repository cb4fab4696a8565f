// How the checks of this folder report: with field, resource and the codes of istioctl filled in.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "lib/base/diagnostic.h"
#include "lib/base/source.h"
#include "lib/resource/positioned.h"
#include "lib/resource/resource.h"

namespace egressctl::resource::validation {

// What `istioctl analyze` calls an error and a warning of Istio's validation.
inline constexpr std::string_view kIstioError = "IST0106";
inline constexpr std::string_view kIstioWarning = "IST0133";

// Takes the findings about one resource. Lives on the stack of one check.
class Report {
 public:
  Report(const Resource& resource, Diagnostics& diagnostics)
      : resource_(resource), diagnostics_(diagnostics) {}

  [[nodiscard]] const Resource& resource() const { return resource_; }
  [[nodiscard]] std::string_view name_space() const { return *resource_.metadata.name_space; }

  // What of a part's findings Istio does not tell.
  enum class What { Nothing, Warnings, Everything };

  // What Istio refuses.
  template <typename... Args>
  Diagnostics::Builder error(const RuleId& rule, SourceRange range,
                             fmt::format_string<Args...> format, Args&&... args) {
    if (lost_ == What::Everything) return own(rule, range, format, std::forward<Args>(args)...);
    return add(rule, Severity::Error, kIstioError, range,
               fmt::format(format, std::forward<Args>(args)...));
  }

  // What Istio accepts with a warning. Within a Lost it is told without the code.
  template <typename... Args>
  Diagnostics::Builder warning(const RuleId& rule, SourceRange range,
                               fmt::format_string<Args...> format, Args&&... args) {
    return add(rule, Severity::Warning, lost_ == What::Nothing ? kIstioWarning : std::string_view(),
               range, fmt::format(format, std::forward<Args>(args)...));
  }

  // What Istio accepts without a word; a warning.
  template <typename... Args>
  Diagnostics::Builder own(const RuleId& rule, SourceRange range,
                           fmt::format_string<Args...> format, Args&&... args) {
    return add(rule, Severity::Warning, {}, range,
               fmt::format(format, std::forward<Args>(args)...));
  }

  // What the API server refuses; no business of Istio's.
  template <typename... Args>
  Diagnostics::Builder refused(const RuleId& rule, SourceRange range,
                               fmt::format_string<Args...> format, Args&&... args) {
    return add(rule, rule.severity, {}, range, fmt::format(format, std::forward<Args>(args)...));
  }

  // An error about a field that is not there (or says nothing): points at the field when that is
  // written, else at the head of `parent`, and names the field all the same.
  template <typename T, typename U, typename... Args>
  Diagnostics::Builder missing(const RuleId& rule, const Positioned<T>& parent,
                               const Positioned<U>& field, std::string_view key,
                               fmt::format_string<Args...> format, Args&&... args) {
    const bool written = field.key.known();
    Diagnostics::Builder builder =
        error(rule, written ? field.range : head(parent), format, std::forward<Args>(args)...);
    if (!written) name_missing(builder, parent.range, key);
    return builder;
  }

  // The same for a field of `spec`.
  template <typename U, typename... Args>
  Diagnostics::Builder missing(const RuleId& rule, const Positioned<U>& field, std::string_view key,
                               fmt::format_string<Args...> format, Args&&... args) {
    return missing(rule, spec(), field, key, format, std::forward<Args>(args)...);
  }

  // `spec` (or the whole object when it has none) as a field.
  [[nodiscard]] Positioned<Raw> spec() const;

  // A part of which Istio says less than it might. Restores on destruction what was before.
  class Lost {
   public:
    // Warnings: Istio makes them and loses them on their way. Everything: it never looks here, so
    // that errors become warnings of our own.
    Lost(Report& report, What what) : report_(report), before_(report.lost_) {
      report.lost_ = std::max(before_, what);
    }
    ~Lost() { report_.lost_ = before_; }
    Lost(const Lost&) = delete;
    Lost& operator=(const Lost&) = delete;

   private:
    Report& report_;
    What before_;
  };

 private:
  Diagnostics::Builder add(const RuleId& rule, Severity severity, std::string_view alias,
                           SourceRange range, std::string message);
  void name_missing(Diagnostics::Builder& builder, SourceRange parent, std::string_view key) const;

  // The key of a field; of a list item, its first key.
  template <typename T>
  [[nodiscard]] static SourceRange head(const Positioned<T>& parent) {
    if (parent.key.known()) return parent.key;
    const yaml::Node* node = parent.node;
    if (node != nullptr && !node->entries.empty()) return node->entries.front().key.range;
    return parent.range;
  }

  const Resource& resource_;
  Diagnostics& diagnostics_;
  What lost_ = What::Nothing;
};

}  // namespace egressctl::resource::validation
