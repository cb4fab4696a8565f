#include "lib/generate/template.h"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

#include "lib/yaml/load.h"

namespace egressctl::generate {
namespace {

constexpr std::string_view kOpen = "${";

bool is_placeholder(std::string_view text) {
  return text.starts_with(kOpen) && text.ends_with('}') && text.size() > kOpen.size() + 1 &&
         text.find('}') == text.size() - 1;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == line.npos;
}

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

// Where the comment lines right above `line` begin: those with its own indentation.
std::size_t first_line_with_comment(const Source& source, std::size_t line, std::size_t indent) {
  while (line > 1) {
    const std::string_view above = source.line(line - 1);
    if (indent_of(above) != indent || above.size() == indent || above[indent] != '#') break;
    --line;
  }
  return line;
}

}  // namespace

// Walks the tree and notes the slots and placeholders.
class Template::Builder {
 public:
  Builder(Template& result, Diagnostics& diagnostics)
      : result_(result), source_(*result.source_), diagnostics_(diagnostics) {}

  void visit(const yaml::Node& node, std::size_t slot) {
    if (node.is_mapping()) visit_mapping(node, slot);
    if (node.is_sequence()) visit_sequence(node, slot);
    if (node.is_scalar()) visit_scalar(node, slot);
  }

 private:
  void visit_mapping(const yaml::Node& node, std::size_t holder) {
    const std::size_t container = new_container(node.entries.size());
    for (std::size_t i = 0; i < node.entries.size(); ++i) {
      const yaml::Entry& entry = node.entries[i];
      const std::size_t end = std::max(entry.key.range.end, entry.value.range.end);
      const std::size_t slot = add_slot(entry.key.range.begin, end, holder, container);
      result_.slots_[slot].first = i == 0;
      result_.slots_[slot].own_lines = node.style == yaml::Style::Block && !shares_line(entry.key);
      visit(entry.value, slot);
    }
  }

  void visit_sequence(const yaml::Node& node, std::size_t holder) {
    const std::size_t container = new_container(node.items.size());
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const yaml::Node& item = node.items[i];
      const std::size_t slot = add_slot(item.range.begin, item.range.end, holder, container);
      result_.slots_[slot].first = i == 0;
      result_.slots_[slot].item = true;
      result_.slots_[slot].own_lines = node.style == yaml::Style::Block;
      visit(item, slot);
    }
  }

  void visit_scalar(const yaml::Node& node, std::size_t slot) {
    if (node.scalar.find(kOpen) == std::string_view::npos) return;
    if (!is_placeholder(node.scalar) || node.style == yaml::Style::Block) {
      diagnostics_
          .report(kInnerPlaceholder, node.range, "placeholder inside a longer text \"{}\"",
                  node.scalar)
          .help("make it the whole value, as in `key: ${name}`");
      return;
    }
    const std::string name(node.scalar.substr(kOpen.size(), node.scalar.size() - 3));
    const Position at = node.range.start_position();
    const std::string_view line = source_.line(at.line);
    result_.names_.try_emplace(name, node.range);
    result_.placeholders_.push_back(
        {name, node.range.begin, node.range.end, at.column - 1, indent_of(line), slot});
  }

  std::size_t new_container(std::size_t size) {
    result_.container_sizes_.push_back(size);
    return result_.container_sizes_.size() - 1;
  }

  // A slot from the line of `begin` to the line of the byte before `end`, comments above included.
  std::size_t add_slot(std::size_t begin, std::size_t end, std::size_t holder,
                       std::size_t container) {
    const std::string_view text = source_.text();
    if (end > begin && text[end - 1] == '\n') --end;
    const std::size_t line = source_.position(begin).line;
    const std::size_t indent = indent_of(source_.line(line));
    Slot slot;
    slot.begin = source_.line_start(first_line_with_comment(source_, line, indent));
    slot.end = source_.line_start(source_.position(end).line + 1);
    slot.holder = holder;
    slot.container = container;
    result_.slots_.push_back(slot);
    return result_.slots_.size() - 1;
  }

  // Whether something other than blanks stands before the key on its line.
  bool shares_line(const yaml::Node& key) const {
    const std::size_t start = source_.line_start(key.range.start_position().line);
    return !is_blank(source_.text().substr(start, key.range.begin - start));
  }

  Template& result_;
  const Source& source_;
  Diagnostics& diagnostics_;
};

std::optional<Template> Template::parse(std::shared_ptr<const Source> source,
                                        Diagnostics& diagnostics) {
  Diagnostics found;
  const std::vector<yaml::Document> documents = yaml::load(*source, found);
  if (!found.any(Severity::Error) && (documents.size() != 1 || !documents[0].root().is_mapping())) {
    const auto size = static_cast<std::uint32_t>(documents.size() > 1 ? source->text().size() : 0);
    const SourceRange where =
        documents.size() > 1 ? documents[1].range() : SourceRange{source.get(), 0, size};
    found.report(kTemplateShape, where, "a template is one resource, this has {} documents",
                 documents.size());
  }
  Template result;
  result.source_ = std::move(source);
  if (!found.any(Severity::Error)) {
    Builder(result, found).visit(documents[0].root(), kNoSlot);
    std::sort(result.placeholders_.begin(), result.placeholders_.end(),
              [](const Placeholder& a, const Placeholder& b) { return a.begin < b.begin; });
  }
  const bool failed = found.any(Severity::Error);
  for (const Diagnostic& diagnostic : found) diagnostics.add(diagnostic);
  if (failed) return std::nullopt;
  return result;
}

// Takes `slot` away, and what holds it where nothing is left; not where it can't be cut out of its
// lines (flow style, an entry beside the dash of its list item), nor the whole document.
void Template::remove(std::size_t slot, std::vector<bool>& gone,
                      std::vector<std::size_t>& left) const {
  if (slot == kNoSlot || gone[slot] || !slots_[slot].own_lines) return;
  gone[slot] = true;
  if (--left[slots_[slot].container] == 0) remove(slots_[slot].holder, gone, left);
}

Template::Removals Template::removals(const Variables& variables) const {
  std::vector<bool> gone(slots_.size(), false);
  std::vector<std::size_t> left = container_sizes_;
  for (const Placeholder& placeholder : placeholders_) {
    if (!variables.find(placeholder.name)->second.value.is_null()) continue;
    const Slot& slot = slots_[placeholder.slot];
    remove(slot.first && !slot.item ? slot.holder : placeholder.slot, gone, left);
  }
  Removals ranges;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (!gone[i]) continue;
    const bool inside = !ranges.empty() && slots_[i].end <= ranges.back().second;
    if (!inside) ranges.emplace_back(slots_[i].begin, slots_[i].end);
  }
  return ranges;
}

std::string Template::fill(const Variables& variables, Target target) const {
  const std::string_view text = source_->text();
  const Removals removed = removals(variables);
  auto removal = removed.begin();
  std::string out;
  std::size_t at = 0;
  // Copies up to `to`, leaving out what is removed.
  const auto copy_to = [&](std::size_t to) {
    for (; removal != removed.end() && removal->first < to; ++removal) {
      if (removal->first > at) out += text.substr(at, removal->first - at);
      at = std::max(at, removal->second);
    }
    if (to > at) out += text.substr(at, to - at);
    at = std::max(at, to);
  };
  for (const Placeholder& placeholder : placeholders_) {
    copy_to(placeholder.begin);
    if (at > placeholder.begin) continue;
    const Variable& variable = variables.find(placeholder.name)->second;
    if (target == Target::HelmChart && !variable.helm.empty())
      out += fmt::format("{{{{ {} }}}}", variable.helm);
    else
      out += yaml::emit_flow(variable.value, placeholder.column, placeholder.indent + 2);
    at = placeholder.end;
  }
  copy_to(text.size());
  if (!out.ends_with('\n')) out += '\n';
  return out;
}

}  // namespace egressctl::generate
