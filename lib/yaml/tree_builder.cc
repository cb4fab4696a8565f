#include "lib/yaml/tree_builder.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <unordered_map>
#include <utility>

#include "lib/yaml/scan.h"

namespace egressctl::yaml {
namespace {

constexpr std::string_view kMergeKey = "<<";

bool is_merge_key(const Node& key) {
  return key.is_scalar() && key.is_plain() && key.scalar == kMergeKey;
}

}  // namespace

SourceRange TreeBuilder::range(std::size_t begin, std::size_t end) const {
  return {&source_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

// Text that stands in the source as it is needs no copy; the caller checks that.
std::string_view TreeBuilder::keep(std::string_view text) {
  if (text.empty()) return {};
  auto* copy = static_cast<char*>(document_.arena_->allocate(text.size(), 1));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

template <typename T>
std::span<const T> TreeBuilder::keep_all(const std::vector<T>& items) {
  if (items.empty()) return {};
  auto* copy = static_cast<T*>(document_.arena_->allocate(items.size() * sizeof(T), alignof(T)));
  std::uninitialized_copy(items.begin(), items.end(), copy);
  return {copy, items.size()};
}

bool TreeBuilder::expects_key() const {
  return !frames_.empty() && frames_.back().node.kind == NodeKind::Mapping &&
         frames_.back().children.size() % 2 == 0;
}

void TreeBuilder::OnDocumentStart(const YAML::Mark& mark) {
  document_ = Document();
  const std::size_t at = base_ + static_cast<std::size_t>(std::max(mark.pos, 0));
  document_.range_ = range(at, at);
  start_ = at;
  frames_.clear();
  anchors_.clear();
  has_root_ = false;
  broken_ = false;
  size_ = 0;
}

void TreeBuilder::OnDocumentEnd() {
  if (!has_root_ || broken_ || document_.root_.is_null()) return;
  document_.range_.end = document_.root_.range.end;
  documents_.push_back(std::move(document_));
  document_ = Document();
}

// A null that is written (`~`, `null`) or one that is left out. For the latter yaml-cpp's mark is
// the next token's; its place is behind the key's colon, or the item's dash.
void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const std::string_view text = source_.text();
  Node node;
  const std::size_t marked = content_begin(text, base_ + static_cast<std::size_t>(mark.pos));
  const std::size_t word = null_word(text, marked);
  node.range = word > 0 ? range(marked, marked + word) : missing_place();
  add(node, anchor, 1);
}

SourceRange TreeBuilder::missing_place() const {
  if (frames_.empty()) return range(base_, base_);
  const std::string_view text = source_.text();
  const Frame& frame = frames_.back();
  std::size_t at =
      frame.children.empty() ? frame.node.range.begin : frame.children.back().range.end;
  const char indicator = frame.node.kind == NodeKind::Mapping ? ':' : '-';
  if (frame.node.style == Style::Block) {
    const std::size_t found = text.find(indicator, at);
    if (found != std::string_view::npos) at = found + 1;
  } else if (at < text.size() && text[at] == ':') {
    ++at;
  }
  return range(at, at);
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const std::size_t begin = base_ + static_cast<std::size_t>(mark.pos);
  const SourceRange here = range(begin, name_end(source_.text(), begin));
  const auto known = anchors_.find(anchor);
  Node node;
  std::size_t size = 1;
  if (known == anchors_.end()) {
    diagnostics_.report(kYamlSyntax, here, "alias \"{}\" stands inside its own anchor",
                        here.text());
    broken_ = true;
  } else {
    node = known->second.node;
    size = known->second.size;
  }
  node.range = here;
  node.from_alias = true;
  add(node, 0, size);
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  const std::string_view text = source_.text();
  const std::size_t begin = content_begin(text, base_ + static_cast<std::size_t>(mark.pos));
  Node node;
  node.kind = NodeKind::Scalar;
  node.style = scalar_style(text, begin);
  const std::size_t end = scalar_end(text, begin, node.style, value);
  node.range = range(begin, std::max(begin, end));
  const bool verbatim = node.style == Style::Plain && text.substr(begin, value.size()) == value;
  node.scalar = verbatim ? text.substr(begin, value.size()) : keep(value);
  if (tag != "?" && tag != "!") node.tag = keep(tag);
  add(node, anchor, 1);
}

void TreeBuilder::open(NodeKind kind, const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
  Frame frame;
  const std::size_t begin =
      content_begin(source_.text(), base_ + static_cast<std::size_t>(mark.pos));
  frame.node.kind = kind;
  frame.node.style = style == YAML::EmitterStyle::Flow ? Style::Flow : Style::Block;
  frame.node.range = range(begin, begin);
  frame.anchor = anchor;
  if (tag != "?" && tag != "!") frame.node.tag = keep(tag);
  const bool is_template = source_.text().substr(begin, 2) == "{{";
  if (is_template && !broken_) {
    diagnostics_
        .report(kUnrenderedTemplate, range(begin, begin + 2),
                "\"{{{{\" looks like an unrendered Helm template")
        .help("render it first: helm template CHART | egressctl ...");
    broken_ = true;
  }
  if (frames_.size() >= limits_.max_depth && !broken_) {
    diagnostics_.report(kYamlLimit, range(begin, begin + 1), "nested more than {} levels deep",
                        limits_.max_depth);
    broken_ = true;
  }
  frames_.push_back(std::move(frame));
}

TreeBuilder::Frame TreeBuilder::finish(char bracket) {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  SourceRange& place = frame.node.range;
  if (!frame.children.empty()) {
    if (frame.node.style == Style::Block) place.begin = frame.children.front().range.begin;
    for (const Node& child : frame.children) place.end = std::max(place.end, child.range.end);
  }
  if (frame.node.style == Style::Flow) {
    const std::size_t inner = frame.children.empty() ? place.begin + 1 : place.end;
    place.end = static_cast<std::uint32_t>(closing_end(source_.text(), inner, bracket));
  }
  return frame;
}

void TreeBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                                  YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
  open(NodeKind::Sequence, mark, tag, anchor, style);
}

void TreeBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value style) {
  open(NodeKind::Mapping, mark, tag, anchor, style);
}

void TreeBuilder::OnSequenceEnd() {
  Frame frame = finish(']');
  frame.node.items = keep_all(frame.children);
  add(frame.node, frame.anchor, frame.size);
}

void TreeBuilder::OnMapEnd() {
  Frame frame = finish('}');
  finish_mapping(frame);
  if (is_text_with_colon(frame.node)) {
    Node text = frame.node.entries.front().key;
    text.range.end += 1;
    text.scalar = text.range.text();
    frame.node = text;
  }
  add(frame.node, frame.anchor, frame.size);
}

// go-yaml, and so Kubernetes, takes the items of `[2001:db8::, a:]` for texts, yaml-cpp for
// mappings of one key.
bool TreeBuilder::is_text_with_colon(const Node& node) const {
  const bool in_flow_list = !frames_.empty() && frames_.back().node.is_sequence() &&
                            frames_.back().node.style == Style::Flow;
  if (!in_flow_list || node.entries.size() != 1) return false;
  const Entry& entry = node.entries.front();
  const std::string_view text = source_.text();
  const bool braces = text.substr(node.range.begin, 1) == "{";
  if (braces || !entry.value.is_null() || !entry.key.is_plain() || entry.key.from_alias)
    return false;
  const std::string_view rest = text.substr(entry.key.range.end);
  return rest.starts_with(":]") || rest.starts_with(":,");
}

void TreeBuilder::finish_mapping(Frame& frame) {
  std::vector<Entry> entries;
  entries.reserve(frame.children.size() / 2);
  for (std::size_t i = 0; i + 1 < frame.children.size(); i += 2)
    entries.push_back({frame.children[i], frame.children[i + 1]});
  check_duplicates(entries);
  if (std::any_of(entries.begin(), entries.end(),
                  [](const Entry& entry) { return is_merge_key(entry.key); }))
    merge(entries);
  frame.node.entries = keep_all(entries);
}

void TreeBuilder::check_duplicates(const std::vector<Entry>& entries) {
  constexpr std::size_t kFew = 16;
  const auto complain = [&](const Entry& first, const Entry& second) {
    diagnostics_.report(kDuplicateKey, second.key.range, "duplicate key \"{}\"", second.key.scalar)
        .related(first.key.range, "first written here")
        .help("remove one of the two; readers disagree on which one counts");
  };
  if (entries.size() <= kFew) {
    for (std::size_t i = 1; i < entries.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (entries[k].key.scalar == entries[i].key.scalar) {
          complain(entries[k], entries[i]);
          break;
        }
    return;
  }
  std::unordered_map<std::string_view, const Entry*> seen;
  for (const Entry& entry : entries) {
    const auto [at, fresh] = seen.try_emplace(entry.key.scalar, &entry);
    if (!fresh) complain(*at->second, entry);
  }
}

// Keys of the mapping itself win over merged ones, earlier merged ones over later ones.
void TreeBuilder::merge(std::vector<Entry>& entries) {
  std::vector<Node> sources;
  for (const Entry& entry : entries) {
    if (!is_merge_key(entry.key)) continue;
    if (entry.value.is_sequence())
      sources.insert(sources.end(), entry.value.items.begin(), entry.value.items.end());
    else
      sources.push_back(entry.value);
  }
  std::erase_if(entries, [](const Entry& entry) { return is_merge_key(entry.key); });
  for (const Node& source : sources) {
    if (source.is_mapping()) {
      merge_from(source, entries);
    } else {
      diagnostics_.report(kBadMergeKey, source.range, "\"<<\" merges mappings, this is none")
          .help("give an alias of a mapping, or a list of such aliases");
    }
  }
}

void TreeBuilder::merge_from(const Node& source, std::vector<Entry>& entries) {
  for (const Entry& entry : source.entries) {
    const bool known = std::any_of(entries.begin(), entries.end(), [&](const Entry& own) {
      return own.key.scalar == entry.key.scalar;
    });
    if (!known) entries.push_back(entry);
  }
}

void TreeBuilder::add(const Node& node, YAML::anchor_t anchor, std::size_t size) {
  if (anchor != 0) anchors_[anchor] = {node, size};
  if (expects_key() && !node.is_scalar() && !broken_) {
    diagnostics_
        .report(kYamlSyntax, node.range, "a key must be text, this is {}",
                node.is_null() ? "empty" : "a mapping or a list")
        .help("quote it if it is meant as text");
    broken_ = true;
  }
  if (frames_.empty()) {
    document_.root_ = node;
    has_root_ = true;
    return;
  }
  Frame& frame = frames_.back();
  if (frame.size + size > limits_.max_nodes && !broken_) {
    diagnostics_
        .report(kYamlLimit, node.range, "more than {} nodes once all aliases are expanded",
                limits_.max_nodes)
        .help("write out what the aliases stand for, or split the document");
    broken_ = true;
  }
  frame.size = std::min(frame.size + size, limits_.max_nodes + 1);
  // What is beyond a limit is not kept: the document is left out anyway.
  if (!broken_ || frame.children.size() < 2) frame.children.push_back(node);
}

}  // namespace egressctl::yaml
