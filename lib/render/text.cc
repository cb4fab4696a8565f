#include "lib/base/text.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "lib/render/diagnostics.h"
#include "lib/render/headline.h"
#include "lib/render/snippet.h"
#include "lib/render/visible.h"

namespace egressctl::render {
namespace {

constexpr std::string_view kReset = "\x1b[0m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kBlue = "\x1b[34m";
constexpr std::string_view kBoldCyan = "\x1b[1;36m";
constexpr std::string_view kBoldGreen = "\x1b[1;32m";

std::string_view color_of(Severity severity) {
  switch (severity) {
    case Severity::Info: return "\x1b[1;34m";
    case Severity::Warning: return "\x1b[1;33m";
    case Severity::Error: return "\x1b[1;31m";
  }
  return {};
}

// Draws findings one after the other.
class TextRenderer {
 public:
  explicit TextRenderer(const TextOptions& options) : options_(options) {}

  void add(const Diagnostic& diagnostic) {
    if (!out_.empty()) out_ += "\n";
    const std::string_view color = color_of(diagnostic.severity);
    head(place(diagnostic), egressctl::to_string(diagnostic.severity), color, diagnostic.message);
    out_ += " " + paint(rule_tag(diagnostic.rule), kBlue) + "\n";
    const std::size_t gutter = gutter_of(diagnostic);
    draw(diagnostic.range, '^', gutter, color);
    for (const RelatedRange& related : diagnostic.related) {
      head(visible(location(related.range)), "note", kBoldCyan, related.message);
      out_ += "\n";
      draw(related.range, '-', gutter, kBoldCyan);
    }
    if (!diagnostic.help.empty()) help(diagnostic.help);
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  [[nodiscard]] std::string paint(std::string_view text, std::string_view color) const {
    return options_.color ? fmt::format("{}{}{}", color, text, kReset) : std::string(text);
  }

  void head(std::string_view where, std::string_view word, std::string_view color,
            std::string_view message) {
    if (!where.empty()) out_ += paint(fmt::format("{}:", where), kBold) + " ";
    out_ += fmt::format("{} {}", paint(fmt::format("{}:", word), color), visible(message));
  }

  static std::size_t gutter_of(const Diagnostic& diagnostic) {
    std::size_t last = last_line(diagnostic.range);
    for (const RelatedRange& related : diagnostic.related)
      last = std::max(last, last_line(related.range));
    return std::max<std::size_t>(3, std::to_string(last).size());
  }

  void draw(const SourceRange& range, char mark, std::size_t gutter, std::string_view color) {
    out_ += snippet(range, {.mark = mark,
                            .gutter = gutter,
                            .width = options_.width,
                            .mark_color = options_.color ? color : std::string_view(),
                            .dim_color = options_.color ? kBlue : std::string_view()});
  }

  // Help may have several lines: a command to run, an example.
  void help(std::string_view text) {
    const std::string_view word = "help:";
    out_ += paint(word, kBoldGreen);
    bool first = true;
    for (const std::string_view line : split(text, '\n')) {
      if (!first) out_ += line.empty() ? "" : std::string(word.size(), ' ');
      out_ += (line.empty() ? "" : " ") + visible(line) + "\n";
      first = false;
    }
  }

  const TextOptions& options_;
  std::string out_;
};

}  // namespace

std::string to_text(const Diagnostics& diagnostics, const TextOptions& options) {
  TextRenderer renderer(options);
  for (const Diagnostic& diagnostic : diagnostics) renderer.add(diagnostic);
  return renderer.take();
}

}  // namespace egressctl::render
