#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lib/render/graph.h"
#include "lib/render/visible.h"

namespace egressctl::render {
namespace {

constexpr std::size_t kColumns = 4;
constexpr double kLine = 17;        // of text
constexpr double kCharacter = 7.0;  // of the font at its size, roughly
constexpr double kPadding = 10;
constexpr double kGap = 18;     // between nodes of a column
constexpr double kMargin = 24;  // around the drawing
constexpr double kMinimumSpace = 90;
constexpr std::array<std::string_view, kColumns> kHeads = {"clients", "egress gateway", "SNI proxy",
                                                           "hosts"};

constexpr std::string_view kStyle = R"(<style>
  svg { background: #fff; font: 12px ui-sans-serif, system-ui, sans-serif; }
  .node { fill: #f6f8fa; stroke: #6e7781; }
  .gateway { fill: #ddf4ff; stroke: #0969da; }
  .sni-proxy { fill: #fff8c5; stroke: #9a6700; }
  .host { fill: #dafbe1; stroke: #1a7f37; }
  text { fill: #1f2328; }
  .head, .line { fill: #59636e; }
  .title { font-weight: 600; }
  .edge { fill: none; stroke: #6e7781; stroke-width: 1.4; }
  .label { fill: #59636e; font-size: 11px; paint-order: stroke; stroke: #fff; stroke-width: 4px; }
  .bad { stroke: #cf222e; stroke-dasharray: 6 4; }
  .label.bad-label { fill: #cf222e; }
  .tip { fill: #6e7781; } .bad-tip { fill: #cf222e; }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; }
    .node { fill: #151b23; stroke: #9198a1; }
    .gateway { fill: #121d2f; stroke: #4493f8; }
    .sni-proxy { fill: #272115; stroke: #d29922; }
    .host { fill: #12261e; stroke: #3fb950; }
    text { fill: #f0f6fc; }
    .head, .line { fill: #9198a1; }
    .edge { stroke: #9198a1; }
    .label { fill: #9198a1; stroke: #0d1117; }
    .bad { stroke: #f85149; }
    .label.bad-label { fill: #f85149; }
    .tip { fill: #9198a1; } .bad-tip { fill: #f85149; }
  }
</style>
)";

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : visible(text)) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  return out;
}

double width_of(const std::string& text) {
  double cells = 0;
  for (const Cell& cell : cells_of(text)) cells += static_cast<double>(cell.width);
  return cells * kCharacter;
}

struct Box {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;

  [[nodiscard]] double middle() const { return y + height / 2; }
};

std::size_t column_of(const GraphNode& node) {
  return static_cast<std::size_t>(node.kind);
}

class Drawing {
 public:
  explicit Drawing(const Graph& graph) : graph_(graph), boxes_(graph.nodes.size()) {
    for (const GraphNode& node : graph.nodes) used_[column_of(node)] = true;
    measure();
    place();
  }

  [[nodiscard]] std::string draw() const {
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
        "width=\"{0:.0f}\" "
        "height=\"{1:.0f}\" role=\"img\">\n<title>Egress topology</title>\n{2}",
        width_, height_, kStyle);
    for (std::size_t column = 0; column < kColumns; ++column)
      if (used_[column])
        out += fmt::format("<text class=\"head\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
                           starts_[column], kMargin, kHeads[column]);
    for (std::size_t i = 0; i < graph_.edges.size(); ++i) out += curve(i);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) out += node(i);
    for (std::size_t i = 0; i < graph_.edges.size(); ++i) out += labels(i);
    return out + "</svg>\n";
  }

 private:
  void measure() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const GraphNode& node = graph_.nodes[i];
      double width = width_of(node.title) * 1.16;
      for (const std::string& line : node.lines) width = std::max(width, width_of(line));
      boxes_[i].width = width + 2 * kPadding;
      boxes_[i].height =
          kLine * static_cast<double>(1 + node.lines.size()) + 2 * kPadding - kLine / 3;
      widths_[column_of(node)] = std::max(widths_[column_of(node)], boxes_[i].width);
    }
    std::vector<std::size_t> in(boxes_.size());
    std::vector<std::size_t> out(boxes_.size());
    // As wide as the labels of what leaves a column.
    for (const GraphEdge& edge : graph_.edges) {
      ++out[edge.from];
      ++in[edge.to];
      double& space = spaces_[column_of(graph_.nodes[edge.from])];
      space =
          std::max({space, width_of(edge.label) * 0.92 + 50, width_of(edge.problem) * 0.92 + 50});
    }
    // Edges of one node stay apart.
    for (std::size_t i = 0; i < boxes_.size(); ++i)
      boxes_[i].height =
          std::max(boxes_[i].height, kLine * static_cast<double>(std::max(in[i], out[i]) + 1));
  }

  void place() {
    double x = kMargin;
    for (std::size_t column = 0; column < kColumns; ++column) {
      starts_[column] = x;
      if (used_[column]) x += widths_[column] + std::max(kMinimumSpace, spaces_[column]);
    }
    std::array<double, kColumns> heights{};
    for (std::size_t i = 0; i < boxes_.size(); ++i)
      heights[column_of(graph_.nodes[i])] += boxes_[i].height + kGap;
    const double tallest = *std::max_element(heights.begin(), heights.end());
    std::array<double, kColumns> next{};
    for (std::size_t column = 0; column < kColumns; ++column)
      next[column] = kMargin + kLine + (tallest - heights[column]) / 2;
    width_ = 0;
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      const std::size_t column = column_of(graph_.nodes[i]);
      boxes_[i].x = starts_[column];
      boxes_[i].y = next[column];
      boxes_[i].width = widths_[column];
      next[column] += boxes_[i].height + kGap;
      width_ = std::max(width_, boxes_[i].x + boxes_[i].width + kMargin);
    }
    height_ = kMargin + kLine + tallest + kMargin - kGap;
  }

  // Edges that share an end are spread over its side.
  struct Ends {
    double x1 = 0;
    double y1 = 0;
    double x2 = 0;
    double y2 = 0;
  };
  [[nodiscard]] Ends ends_of(std::size_t index) const {
    const GraphEdge& edge = graph_.edges[index];
    const Box& from = boxes_[edge.from];
    const Box& to = boxes_[edge.to];
    return {from.x + from.width, spread(index, true), to.x - 6, spread(index, false)};
  }

  [[nodiscard]] double spread(std::size_t index, bool from) const {
    const auto end = [&](const GraphEdge& edge) { return from ? edge.from : edge.to; };
    const auto other = [&](const GraphEdge& edge) { return from ? edge.to : edge.from; };
    const std::size_t node = end(graph_.edges[index]);
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < graph_.edges.size(); ++i)
      if (end(graph_.edges[i]) == node) all.push_back(i);
    std::stable_sort(all.begin(), all.end(), [&](std::size_t a, std::size_t b) {
      return boxes_[other(graph_.edges[a])].middle() < boxes_[other(graph_.edges[b])].middle();
    });
    const auto place = static_cast<double>(std::find(all.begin(), all.end(), index) - all.begin());
    return boxes_[node].y +
           boxes_[node].height * (place + 1) / (static_cast<double>(all.size()) + 1);
  }

  [[nodiscard]] std::string curve(std::size_t index) const {
    const bool bad = !graph_.edges[index].problem.empty();
    const Ends at = ends_of(index);
    const double bend = std::max(40.0, (at.x2 - at.x1) / 2);
    return fmt::format(
        "<path class=\"edge{}\" d=\"M{:.1f} {:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}\"/>\n"
        "<path class=\"{}\" d=\"M{:.1f} {:.1f}l-7 -4v8z\"/>\n",
        bad ? " bad" : "", at.x1, at.y1, at.x1 + bend, at.y1, at.x2 - bend, at.y2, at.x2, at.y2,
        bad ? "bad-tip" : "tip", at.x2 + 6, at.y2);
  }

  [[nodiscard]] std::string labels(std::size_t index) const {
    const GraphEdge& edge = graph_.edges[index];
    const Ends at = ends_of(index);
    // Near the end where edges lie apart.
    const double share = spread_better_at_start(edge) ? 0.0 : 1.0;
    const double x = share == 0.0 ? at.x1 + 10 : at.x2 - 16;
    const double y = (share == 0.0 ? at.y1 : at.y2) - 5;
    const std::string_view anchor = share == 0.0 ? "start" : "end";
    std::string out;
    if (!edge.label.empty())
      out += fmt::format(
          "<text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y,
          anchor, escaped(edge.label));
    if (!edge.problem.empty())
      out += fmt::format(
          "<text class=\"label bad-label\" x=\"{:.1f}\" y=\"{:.1f}\" "
          "text-anchor=\"{}\">{}</text>\n",
          x, y + kLine + 1, anchor, escaped(edge.problem));
    return out;
  }

  [[nodiscard]] bool spread_better_at_start(const GraphEdge& edge) const {
    const auto count = [&](auto wanted) {
      return std::count_if(graph_.edges.begin(), graph_.edges.end(), wanted);
    };
    const auto out = count([&](const GraphEdge& other) { return other.from == edge.from; });
    const auto in = count([&](const GraphEdge& other) { return other.to == edge.to; });
    return boxes_[edge.from].height / static_cast<double>(out) >
           boxes_[edge.to].height / static_cast<double>(in);
  }

  [[nodiscard]] std::string node(std::size_t index) const {
    constexpr std::array<std::string_view, kColumns> kClasses = {"", " gateway", " sni-proxy",
                                                                 " host"};
    const GraphNode& node = graph_.nodes[index];
    const Box& box = boxes_[index];
    std::string out = fmt::format(
        "<rect class=\"node{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
        "rx=\"6\"/>\n",
        kClasses[column_of(node)], box.x, box.y, box.width, box.height);
    double y = box.y + kPadding + kLine * 0.65;
    out += fmt::format("<text class=\"title\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
                       box.x + kPadding, y, escaped(node.title));
    for (const std::string& line : node.lines)
      out += fmt::format("<text class=\"line\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
                         box.x + kPadding, y += kLine, escaped(line));
    return out;
  }

  const Graph& graph_;
  std::vector<Box> boxes_;
  std::array<bool, kColumns> used_{};
  std::array<double, kColumns> widths_{};
  std::array<double, kColumns> spaces_{};
  std::array<double, kColumns> starts_{};
  double width_ = 0;
  double height_ = 0;
};

}  // namespace

std::string to_svg(const Graph& graph) {
  return Drawing(graph).draw();
}

}  // namespace egressctl::render
