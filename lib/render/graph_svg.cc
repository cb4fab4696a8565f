#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "lib/render/graph.h"
#include "lib/render/graph_layout.h"
#include "lib/render/visible.h"

namespace egressctl::render {
namespace {

constexpr double kBaseline = 4.5;  // below the middle of a line

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

std::string drawn_node(const GraphNode& node, const Box& box) {
  constexpr std::array<std::string_view, 4> kClasses = {"", " gateway", " sni-proxy", " host"};
  std::string out = fmt::format(
      "<rect class=\"node{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
      "rx=\"6\"/>\n",
      kClasses[static_cast<std::size_t>(node.kind)], box.x, box.y, box.width, box.height);
  const double lines = static_cast<double>(node.lines.size());
  double y = box.y + (box.height - kLineHeight * lines) / 2 + kBaseline;
  out += fmt::format("<text class=\"title\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
                     box.x + kNodePadding, y, escaped(node.title));
  for (const std::string& line : node.lines)
    out += fmt::format("<text class=\"line\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
                       box.x + kNodePadding, y += kLineHeight, escaped(line));
  return out;
}

std::string drawn_edge(const GraphEdge& edge, const Route& route) {
  const bool bad = !edge.problem.empty();
  const std::vector<Point>& points = route.points;
  std::string way = fmt::format("M{:.1f} {:.1f}", points[0].x, points[0].y);
  for (std::size_t i = 1; i < points.size(); ++i) {
    const Point& from = points[i - 1];
    const Point& to = points[i];
    if (i % 2 == 0) {
      way += fmt::format("H{:.1f}", to.x);
      continue;
    }
    const double bend = std::max(40.0, (to.x - from.x) / 2);
    way += fmt::format("C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}", from.x + bend, from.y,
                       to.x - bend, to.y, to.x, to.y);
  }
  return fmt::format(
      "<path class=\"edge{}\" d=\"{}\"/>\n<path class=\"{}\" d=\"M{:.1f} {:.1f}l-{} -4v8z\"/>\n",
      bad ? " bad" : "", way, bad ? "bad-tip" : "tip", points.back().x + kArrowLength,
      points.back().y, kArrowLength);
}

std::string drawn_label(const std::string& text, const Text& place, std::string_view style) {
  if (text.empty()) return {};
  return fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n",
                     style, place.at.x, place.at.y, place.ends_here ? "end" : "start",
                     escaped(text));
}

}  // namespace

std::string to_svg(const Graph& graph) {
  const Layout layout = lay_out(graph);
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
      "height=\"{1:.0f}\" role=\"img\">\n<title>Egress topology</title>\n{2}",
      layout.width, layout.height, kStyle);
  for (const ColumnHead& head : layout.heads)
    out += fmt::format("<text class=\"head\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", head.x,
                       kPictureMargin, head.title);
  for (std::size_t i = 0; i < graph.edges.size(); ++i)
    out += drawn_edge(graph.edges[i], layout.routes[i]);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    out += drawn_node(graph.nodes[i], layout.boxes[i]);
  for (std::size_t i = 0; i < graph.edges.size(); ++i) {
    out += drawn_label(graph.edges[i].label, layout.routes[i].label, "label");
    out += drawn_label(graph.edges[i].problem, layout.routes[i].problem, "label bad-label");
  }
  return out + "</svg>\n";
}

}  // namespace egressctl::render
