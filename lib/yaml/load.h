// Reads YAML (1.1 as yaml-cpp parses it, JSON included) into positioned trees.
//
// The only place that knows yaml-cpp; none of its exceptions leaves this folder. It is fed through
// its event interface, because its own nodes lose the place of aliases and the quotes of scalars.
#pragma once

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/base/source.h"
#include "lib/yaml/node.h"

namespace egressctl::yaml {

// Bounds that keep hostile input from taking the machine down.
struct Limits {
  std::size_t max_depth = 256;        // nesting of collections
  std::size_t max_nodes = 1'000'000;  // of one document with all of its aliases expanded
};

// Findings of reading; each leaves the rest of the stream readable.
inline constexpr RuleId kYamlSyntax{"EGR0001", "yaml-syntax", Severity::Error};
inline constexpr RuleId kUnrenderedTemplate{"EGR0003", "unrendered-template", Severity::Error};
inline constexpr RuleId kDuplicateKey{"EGR0004", "duplicate-key", Severity::Error};
inline constexpr RuleId kYamlLimit{"EGR0005", "yaml-too-large", Severity::Error};
inline constexpr RuleId kNotUtf8{"EGR0006", "not-utf8", Severity::Error};
inline constexpr RuleId kBadMergeKey{"EGR0007", "bad-merge-key", Severity::Error};

// One document of a stream and the memory of its nodes.
class Document {
 public:
  Document() : arena_(std::make_unique<std::pmr::monotonic_buffer_resource>()) {}

  // The document's value; a Null for an empty document.
  [[nodiscard]] const Node& root() const { return root_; }

  // From the document's first byte (its `---` or its first token) to its last.
  [[nodiscard]] SourceRange range() const { return range_; }

 private:
  friend class TreeBuilder;
  std::unique_ptr<std::pmr::monotonic_buffer_resource> arena_;
  Node root_;
  SourceRange range_;
};

// The parts of a stream that can be read on their own, in their order: each holds one document, or
// several where `---` does not start a line. Nothing is left out but what stands behind bytes that
// no reader takes, which are a finding.
[[nodiscard]] std::vector<SourceRange> split(const Source& source, Diagnostics& diagnostics);

// Reads the documents of one part; see load().
[[nodiscard]] std::vector<Document> load_part(SourceRange part, Diagnostics& diagnostics,
                                              const Limits& limits = {});

// Reads every document of `source`, which must outlive the result: those of all its parts.
//
// A document that can't be read makes one finding and is left out; reading goes on at the next
// line that starts with `---`. Empty documents are left out silently. `{{` where a value or a key
// should be makes kUnrenderedTemplate instead of the parser's own, later complaint.
[[nodiscard]] std::vector<Document> load(const Source& source, Diagnostics& diagnostics,
                                         const Limits& limits = {});

}  // namespace egressctl::yaml
