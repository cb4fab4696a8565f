#include "lib/lint/suppressions.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/base/text.h"
#include "lib/lint/registry.h"

namespace egressctl::lint {
namespace {

constexpr std::string_view kMark = "egressctl:ignore";
constexpr std::string_view kWholeDocument = "-file";
constexpr std::string_view kReason = "--";
constexpr std::string_view kAnnotation = "egressctl/ignore";
constexpr std::string_view kBlank = " \t";

// One rule that is silenced somewhere.
struct Suppression {
  std::string_view rule;  // its id; empty for a word that is no rule
  SourceRange word;       // as written; the mark itself where no rule is named
  std::size_t first_line = 0;
  std::size_t last_line = 0;                     // of the source
  const resource::Resource* resource = nullptr;  // of an annotation; then the lines do not count
  bool used = false;
  bool bare = false;  // no rule is named
};

std::size_t indent_of(std::string_view line) {
  const std::size_t at = line.find_first_not_of(kBlank);
  return at == std::string_view::npos ? line.size() : at;
}

bool is_separator(std::string_view line) {
  return line.starts_with("---") || line.starts_with("...");
}

// Whether a line has nothing but blanks and a comment.
bool is_empty(std::string_view line) {
  const std::size_t at = line.find_first_not_of(" \t\r");
  return at == std::string_view::npos || line[at] == '#';
}

bool is_item(std::string_view line) {
  const std::string_view text = line.substr(indent_of(line));
  return text.starts_with("- ") || text == "-";
}

// The last line of the node that starts on a line, by indentation.
std::size_t last_line_of_node(const Source& source, std::size_t first) {
  const std::string_view head = source.line(first);
  const std::size_t indent = indent_of(head);
  std::size_t last = first;
  for (std::size_t number = first + 1; number <= source.line_count(); ++number) {
    const std::string_view line = source.line(number);
    if (is_separator(line)) break;
    if (is_empty(line)) continue;
    const std::size_t own = indent_of(line);
    // A list may stand as far left as its key.
    const bool list_of_key = own == indent && is_item(line) && !is_item(head);
    if (own <= indent && !list_of_key) break;
    last = number;
  }
  return last;
}

class Reader {
 public:
  explicit Reader(const Source& source) : source_(source) {}

  std::vector<Suppression> read() {
    const std::string_view text = source_.text();
    for (std::size_t at = text.find(kMark); at != std::string_view::npos;
         at = text.find(kMark, at + kMark.size()))
      read_comment(at);
    return std::move(out_);
  }

 private:
  void read_comment(std::size_t mark) {
    const std::string_view text = source_.text();
    const std::size_t number = source_.position(mark).line;
    const std::size_t start = source_.line_start(number);
    const std::string_view before = text.substr(start, mark - start);
    const std::size_t hash = before.find_last_not_of(kBlank);
    if (hash == std::string_view::npos || before[hash] != '#') return;
    // A `#` begins a comment at the start of a line or behind a blank.
    if (hash > 0 && kBlank.find(before[hash - 1]) == std::string_view::npos) return;
    const bool alone = is_empty(before.substr(0, hash));
    std::size_t at = mark + kMark.size();
    const bool whole = text.substr(at).starts_with(kWholeDocument);
    if (whole) at += kWholeDocument.size();
    const std::size_t first_line = whole   ? document_start(number)
                                   : alone ? next_node(number)
                                           : number;
    const std::size_t last_line = whole   ? document_end(number)
                                  : alone ? last_line_of_node(source_, first_line)
                                          : number;
    const std::size_t before_words = out_.size();
    read_words(at, source_.line_start(number) + source_.line(number).size(), first_line, last_line);
    if (out_.size() > before_words) return;
    Suppression& added = out_.emplace_back();
    added.word = {&source_, static_cast<std::uint32_t>(mark), static_cast<std::uint32_t>(at)};
    added.bare = true;
  }

  void read_words(std::size_t at, std::size_t end, std::size_t first_line, std::size_t last_line) {
    const std::string_view text = source_.text();
    constexpr std::string_view kBetween = " \t,\r";
    while (true) {
      at = std::min(text.find_first_not_of(kBetween, at), end);
      if (at >= end || text.substr(at, end - at).starts_with(kReason)) return;
      const std::size_t stop = std::min(text.find_first_of(kBetween, at), end);
      Suppression& added = out_.emplace_back();
      added.word = {&source_, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(stop)};
      added.first_line = first_line;
      added.last_line = last_line;
      at = stop;
    }
  }

  [[nodiscard]] std::size_t next_node(std::size_t number) const {
    do {
      ++number;
    } while (number < source_.line_count() && is_empty(source_.line(number)));
    return number;
  }

  [[nodiscard]] std::size_t document_start(std::size_t number) const {
    while (number > 1 && !is_separator(source_.line(number))) --number;
    return number;
  }

  [[nodiscard]] std::size_t document_end(std::size_t number) const {
    while (number < source_.line_count() && !is_separator(source_.line(number + 1))) ++number;
    return number;
  }

  const Source& source_;
  std::vector<Suppression> out_;
};

// The words of an annotation, each with its place; of an escaped scalar the whole scalar's.
void read_annotation(const resource::Resource& resource, std::vector<Suppression>& out) {
  const resource::Text* text = resource.metadata.annotations->find(kAnnotation);
  if (text == nullptr) return;
  for (const std::string_view part : split(**text, ',')) {
    const std::size_t begin = part.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) continue;
    const std::string_view word = part.substr(begin, part.find_last_not_of(kBlank) + 1 - begin);
    Suppression& added = out.emplace_back();
    added.resource = &resource;
    added.word = text->range;
    const Rule* rule = find_rule(word);
    if (rule != nullptr) added.rule = rule->info.id.id;
  }
}

bool silences(const Suppression& suppression, const Diagnostic& finding, std::size_t line,
              const resource::Resource* resource) {
  if (suppression.rule.empty() || suppression.rule != finding.rule.id) return false;
  if (suppression.resource != nullptr) return suppression.resource == resource;
  return suppression.word.source == finding.range.source && suppression.first_line <= line &&
         line <= suppression.last_line;
}

std::string complaint(const Suppression& suppression) {
  const std::string_view word = suppression.word.text();
  if (suppression.bare) return "the comment names no rule, so that it silences nothing";
  if (!suppression.rule.empty())
    return fmt::format("{} is found nowhere that this suppression is for", suppression.rule);
  const std::string suggestion = did_you_mean(word, rule_words());
  return fmt::format("\"{}\" is no rule{}{}", word, suggestion.empty() ? "" : "; ", suggestion);
}

void report_useless(const std::vector<Suppression>& suppressions, const Workspace& workspace,
                    Diagnostics& out) {
  for (const Suppression& suppression : suppressions) {
    if (suppression.used) continue;
    auto finding = out.report(kUselessSuppression, suppression.word, "{}", complaint(suppression));
    finding.help(suppression.bare ? fmt::format("name the rules: # {} EGR0317", kMark)
                                  : std::string("remove it"));
    if (const resource::Resource* resource = workspace.at(suppression.word))
      finding.resource(resource->resource_name());
  }
}

}  // namespace

Diagnostics without_suppressed(const Diagnostics& findings, const Workspace& workspace) {
  std::vector<Suppression> all;
  for (const auto& source : workspace.sources())
    for (Suppression& suppression : Reader(*source).read()) {
      const Rule* rule = find_rule(suppression.word.text());
      if (rule != nullptr) suppression.rule = rule->info.id.id;
      all.push_back(suppression);
    }
  for (const resource::Resource& resource : workspace.resources()) read_annotation(resource, all);
  if (all.empty()) return findings;

  std::unordered_map<std::string_view, std::vector<Suppression*>> by_rule;
  for (Suppression& suppression : all) by_rule[suppression.rule].push_back(&suppression);
  Diagnostics out;
  for (const Diagnostic& finding : findings) {
    bool silenced = false;
    if (const auto known = by_rule.find(finding.rule.id); known != by_rule.end()) {
      const std::size_t line = finding.range.start_position().line;
      const resource::Resource* resource = workspace.at(finding.range);
      for (Suppression* suppression : known->second) {
        const bool own = silences(*suppression, finding, line, resource);
        suppression->used = suppression->used || own;
        silenced = silenced || own;
      }
    }
    if (!silenced) out.add(finding);
  }
  report_useless(all, workspace, out);
  out.sort();
  return out;
}

}  // namespace egressctl::lint
