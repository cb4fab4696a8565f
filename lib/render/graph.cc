#include "lib/render/graph.h"

#include <fmt/format.h>

#include "lib/render/json_text.h"
#include "lib/render/visible.h"

namespace egressctl::render {
namespace {

std::string_view to_string(NodeKind kind) {
  switch (kind) {
    case NodeKind::Client: return "client";
    case NodeKind::Gateway: return "gateway";
    case NodeKind::SniProxy: return "sni-proxy";
    case NodeKind::Host: return "host";
  }
  return {};
}

// In double quotes, for dot and Mermaid; line breaks are the two characters of `gap`.
std::string quoted(const std::string& text, std::string_view quote) {
  std::string out;
  for (const char c : visible(text)) {
    if (c == '"') {
      out += quote;
    } else {
      out += c;
    }
  }
  return out;
}

std::string label_of(const GraphNode& node, std::string_view gap, std::string_view quote) {
  std::string out = quoted(node.title, quote);
  for (const std::string& line : node.lines) out.append(gap).append(quoted(line, quote));
  return out;
}

std::string label_of(const GraphEdge& edge, std::string_view gap, std::string_view quote) {
  std::string out = quoted(edge.label, quote);
  if (edge.problem.empty()) return out;
  if (!out.empty()) out += gap;
  return out + quoted(edge.problem, quote);
}

}  // namespace

std::string to_dot(const Graph& graph) {
  std::string out =
      "digraph egress {\n  rankdir=LR;\n  node [shape=box, style=rounded, "
      "fontname=\"sans-serif\"];\n"
      "  edge [fontname=\"sans-serif\", fontsize=10];\n";
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    out += fmt::format("  n{} [label=\"{}\"];\n", i, label_of(graph.nodes[i], "\\n", "\\\""));
  for (const GraphEdge& edge : graph.edges)
    out += fmt::format("  n{} -> n{} [label=\"{}\"{}];\n", edge.from, edge.to,
                       label_of(edge, "\\n", "\\\""),
                       edge.problem.empty() ? "" : ", color=red, fontcolor=red, style=dashed");
  return out + "}\n";
}

std::string to_mermaid(const Graph& graph) {
  std::string out = "flowchart LR\n";
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    out += fmt::format("  n{}[\"{}\"]\n", i, label_of(graph.nodes[i], "<br>", "&quot;"));
  std::string broken;
  for (std::size_t i = 0; i < graph.edges.size(); ++i) {
    const GraphEdge& edge = graph.edges[i];
    const std::string label = label_of(edge, "<br>", "&quot;");
    const std::string_view arrow = edge.problem.empty() ? "-->" : "-.->";
    out += label.empty() ? fmt::format("  n{} {} n{}\n", edge.from, arrow, edge.to)
                         : fmt::format("  n{} {}|\"{}\"| n{}\n", edge.from, arrow, label, edge.to);
    if (!edge.problem.empty()) broken += fmt::format("{}{}", broken.empty() ? "" : ",", i);
  }
  if (!broken.empty()) out += fmt::format("  linkStyle {} stroke:red,color:red\n", broken);
  return out;
}

std::string to_outline(const Graph& graph) {
  std::string out;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const GraphNode& node = graph.nodes[i];
    std::string edges;
    for (const GraphEdge& edge : graph.edges) {
      if (edge.from != i) continue;
      edges += fmt::format("  {} {}", edge.problem.empty() ? "->" : "-x",
                           visible(graph.nodes[edge.to].title));
      if (!edge.label.empty()) edges += fmt::format("  ({})", visible(edge.label));
      if (!edge.problem.empty()) edges += fmt::format("  {}", visible(edge.problem));
      edges += "\n";
    }
    if (!edges.empty())
      out += fmt::format("{} {}\n{}", to_string(node.kind), visible(node.title), edges);
  }
  return out;
}

std::string to_json(const Graph& graph) {
  Json nodes = Json::array();
  for (const GraphNode& node : graph.nodes)
    nodes.push_back({{"id", node.id},
                     {"kind", to_string(node.kind)},
                     {"title", node.title},
                     {"lines", node.lines}});
  Json edges = Json::array();
  for (const GraphEdge& edge : graph.edges)
    edges.push_back({{"from", graph.nodes[edge.from].id},
                     {"to", graph.nodes[edge.to].id},
                     {"label", edge.label},
                     {"problem", edge.problem.empty() ? Json(nullptr) : Json(edge.problem)}});
  return dump({{"nodes", std::move(nodes)}, {"edges", std::move(edges)}}, 2) + "\n";
}

}  // namespace egressctl::render
