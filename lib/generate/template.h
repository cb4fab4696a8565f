// A manifest as plain YAML with `${name}` scalars, and what becomes of it when they are filled in.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/base/source.h"
#include "lib/yaml/emit.h"

namespace egressctl::generate {

inline constexpr RuleId kTemplateShape{"EGR1101", "template-shape", Severity::Error};
inline constexpr RuleId kUnknownPlaceholder{"EGR1102", "unknown-placeholder", Severity::Error};
inline constexpr RuleId kInnerPlaceholder{"EGR1103", "placeholder-inside-text", Severity::Error};
inline constexpr RuleId kUnknownTemplate{"EGR1104", "unknown-template", Severity::Error};

// What a placeholder stands for: a value, and for a Helm chart the expression that computes it
// (without its braces; empty: the value itself).
struct Variable {
  yaml::Value value;
  std::string helm;
};

using Variables = std::map<std::string, Variable, std::less<>>;

// What a template is filled in for.
enum class Target { Manifest, HelmChart };

// One parsed template. Immutable; may be filled from several threads.
class Template {
 public:
  // Reads the template in `source`, which the result keeps. One document, a mapping; every
  // placeholder is a whole scalar. std::nullopt after a finding of error severity.
  [[nodiscard]] static std::optional<Template> parse(std::shared_ptr<const Source> source,
                                                     Diagnostics& diagnostics);

  // The names of its placeholders, sorted, each once, and where each stands first.
  [[nodiscard]] const std::map<std::string, SourceRange, std::less<>>& placeholders() const {
    return names_;
  }

  // The template with each `${name}` replaced by its variable's value as YAML on the spot (a list
  // or map in flow style); all else, comments and layout, stays. A final newline is made sure of.
  //
  // A null takes its entry away, with the comment above it; a null in the first entry of a mapping
  // takes away what holds that mapping (`- name: ${x}` the list item, `selector:` over
  // `matchLabels: ${x}` the selector), and a list that has lost all of its items goes, too.
  // Every placeholder must have a variable.
  [[nodiscard]] std::string fill(const Variables& variables, Target target) const;

 private:
  // A place in the text that can be taken away: an entry of a block mapping or a list item.
  struct Slot {
    std::size_t begin = 0;      // of its first line, comments above included
    std::size_t end = 0;        // behind its last line
    std::size_t holder = 0;     // the slot whose value contains it; kNoSlot at the top
    std::size_t container = 0;  // which mapping or list
    bool first = false;         // of its container
    bool item = false;          // of a list
    bool own_lines = false;     // nothing else stands on its lines
  };
  struct Placeholder {
    std::string name;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t column = 0;  // 0-based
    std::size_t indent = 0;  // of its line
    std::size_t slot = 0;
  };
  class Builder;
  using Removals = std::vector<std::pair<std::size_t, std::size_t>>;

  static constexpr std::size_t kNoSlot = static_cast<std::size_t>(-1);

  Template() = default;
  [[nodiscard]] Removals removals(const Variables& variables) const;
  void remove(std::size_t slot, std::vector<bool>& gone, std::vector<std::size_t>& left) const;

  std::shared_ptr<const Source> source_;
  std::vector<Placeholder> placeholders_;  // by position
  std::vector<Slot> slots_;                // a holder before what it holds
  std::vector<std::size_t> container_sizes_;
  std::map<std::string, SourceRange, std::less<>> names_;
};

}  // namespace egressctl::generate
