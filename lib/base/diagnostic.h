// Findings about the user's YAML, collected so that one run reports all of them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lib/base/source.h"

namespace egressctl {

enum class Severity { Info, Warning, Error };

// "info", "warning" or "error".
[[nodiscard]] std::string_view to_string(Severity severity);

// Names one kind of finding. Objects live as long as the program; ids are never reused.
struct RuleId {
  std::string_view id;    // "EGR1001"
  std::string_view name;  // "unknown-key": the mistake, in kebab case
  Severity severity = Severity::Error;
};

// Another place that the finding speaks of.
struct RelatedRange {
  SourceRange range;
  std::string message;
};

// The Kubernetes object a finding is about; all empty when it is about none.
struct ResourceName {
  std::string api_version;
  std::string kind;
  std::string name_space;
  std::string name;
};

// One replacement in the text of a file: the bytes of `range` become `text`. An empty range
// inserts.
struct Edit {
  SourceRange range;
  std::string text;
};

// How a program may mend what a finding is about. The edits do not overlap and belong together.
struct Fix {
  std::string title;  // what it does, in the imperative: "add the SNI that the gateway expects"
  bool safe =
      false;  // only makes the file say what was meant; false: may change where traffic goes
  std::vector<Edit> edits;
};

// One finding. The message starts in lower case, has no final stop, names the value in
// quotes, says what was expected and where the other end is.
struct Diagnostic {
  RuleId rule;
  Severity severity = Severity::Error;
  std::string message;
  SourceRange range;  // not known for a finding about a whole file or folder
  std::string path;   // used when `range` is not known
  std::string field;  // "spec.hosts[0]", or empty
  ResourceName resource;
  std::vector<std::string> aliases;  // what other tools call it: "IST0106"
  std::vector<RelatedRange> related;
  std::string help;  // what to do, or empty
  std::optional<Fix> fix;
};

// A list of findings. Not safe to share between threads.
class Diagnostics {
 public:
  // Lets a report add its optional parts. Valid until the next report.
  class Builder {
   public:
    explicit Builder(Diagnostic& diagnostic) : diagnostic_(diagnostic) {}
    Builder& related(SourceRange range, std::string message) {
      diagnostic_.related.push_back({range, std::move(message)});
      return *this;
    }
    Builder& help(std::string text) {
      diagnostic_.help = std::move(text);
      return *this;
    }
    Builder& field(std::string path) {
      diagnostic_.field = std::move(path);
      return *this;
    }
    Builder& path(std::string path) {
      diagnostic_.path = std::move(path);
      return *this;
    }
    Builder& alias(std::string code) {
      diagnostic_.aliases.push_back(std::move(code));
      return *this;
    }
    Builder& resource(ResourceName name) {
      diagnostic_.resource = std::move(name);
      return *this;
    }
    Builder& fix(Fix fix) {
      diagnostic_.fix = std::move(fix);
      return *this;
    }
    Builder& severity(Severity severity) {
      diagnostic_.severity = severity;
      return *this;
    }

   private:
    Diagnostic& diagnostic_;
  };

  // Adds a finding of `rule` at `range`, with the rule's own severity.
  template <typename... Args>
  Builder report(const RuleId& rule, SourceRange range, fmt::format_string<Args...> format,
                 Args&&... args) {
    Diagnostic diagnostic;
    diagnostic.rule = rule;
    diagnostic.severity = rule.severity;
    diagnostic.message = fmt::format(format, std::forward<Args>(args)...);
    diagnostic.range = range;
    return add(std::move(diagnostic));
  }

  Builder add(Diagnostic diagnostic);

  // Moves all of `other`'s findings behind these.
  void append(Diagnostics&& other);

  // Sorts by path, line, column and rule; findings equal in all four keep their order.
  void sort();

  // Whether any finding is at `severity` or above.
  [[nodiscard]] bool any(Severity severity) const;
  [[nodiscard]] std::size_t count(Severity severity) const;  // at exactly this severity
  [[nodiscard]] bool empty() const { return list_.empty(); }
  [[nodiscard]] std::size_t size() const { return list_.size(); }
  [[nodiscard]] const Diagnostic& operator[](std::size_t i) const { return list_[i]; }
  [[nodiscard]] auto begin() const { return list_.begin(); }
  [[nodiscard]] auto end() const { return list_.end(); }

 private:
  std::vector<Diagnostic> list_;
};

// The path a finding is about: its range's source, else its own path.
[[nodiscard]] const std::string& path_of(const Diagnostic& diagnostic);

}  // namespace egressctl
