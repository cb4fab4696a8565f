// Turns yaml-cpp's events into the nodes of one document.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include "lib/base/diagnostic.h"
#include "lib/yaml/load.h"

namespace egressctl::yaml {

// Receives the events of a parser that reads `source` from byte `base` on. Documents that are
// complete and without a finding are appended to `documents`.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const Source& source, std::size_t base, const Limits& limits,
              Diagnostics& diagnostics, std::vector<Document>& documents)
      : source_(source),
        base_(base),
        limits_(limits),
        diagnostics_(diagnostics),
        documents_(documents) {}

  // Where the document that was read last begins.
  [[nodiscard]] std::size_t start() const { return start_; }

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override;
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override;
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override;

 private:
  // A collection that is being read: its items, or its keys and values by turns.
  struct Frame {
    Node node;
    std::vector<Node> children;
    YAML::anchor_t anchor = 0;
    std::size_t size = 1;  // nodes in it, aliases expanded
  };
  struct Anchored {
    Node node;
    std::size_t size = 0;
  };

  [[nodiscard]] SourceRange range(std::size_t begin, std::size_t end) const;
  [[nodiscard]] std::string_view keep(std::string_view text);
  [[nodiscard]] SourceRange missing_place() const;
  [[nodiscard]] bool expects_key() const;
  void open(NodeKind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YAML::EmitterStyle::value style);
  Frame finish(char bracket);
  void finish_mapping(Frame& frame);
  [[nodiscard]] bool is_text_with_colon(const Node& node) const;
  void merge(std::vector<Entry>& entries);
  void merge_from(const Node& source, std::vector<Entry>& entries);
  void check_duplicates(const std::vector<Entry>& entries);
  void add(const Node& node, YAML::anchor_t anchor, std::size_t size);
  template <typename T>
  [[nodiscard]] std::span<const T> keep_all(const std::vector<T>& items);

  const Source& source_;
  std::size_t base_;
  const Limits& limits_;
  Diagnostics& diagnostics_;
  std::vector<Document>& documents_;
  Document document_;
  std::vector<Frame> frames_;
  std::unordered_map<YAML::anchor_t, Anchored> anchors_;
  std::size_t start_ = 0;
  bool has_root_ = false;
  bool broken_ = false;  // a finding was made that leaves no usable tree
  std::size_t size_ = 0;
};

}  // namespace egressctl::yaml
