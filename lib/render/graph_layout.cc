#include "lib/render/graph_layout.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

#include "lib/render/visible.h"

namespace egressctl::render {
namespace {

constexpr std::size_t kKinds = 4;
constexpr double kCharacter = 7.0;    // of the font at its size, roughly
constexpr double kTitleShare = 1.16;  // bold
constexpr double kLabelShare = 0.92;  // smaller
constexpr double kGap = 18;           // between nodes of a column
constexpr double kLaneGap = 12;       // beside a lane
constexpr double kPortGap = 14;       // between edges at one side of a node
constexpr double kMinimumSpace = 90;  // between columns
constexpr int kSweeps = 12;
constexpr std::array<std::string_view, kKinds> kHeads = {"clients", "egress gateway", "SNI proxy",
                                                         "hosts"};

double width_of(const std::string& text) {
  double cells = 0;
  for (const Cell& cell : cells_of(text)) cells += static_cast<double>(cell.width);
  return cells * kCharacter;
}

double label_width(const GraphEdge& edge) {
  return std::max(width_of(edge.label), width_of(edge.problem)) * kLabelShare;
}

// A node, or the lane of an edge that passes its column.
struct Item {
  std::size_t node = 0;  // of the graph; its number of nodes for a lane
  double height = 0;
  double y = 0;  // of its top
  // Joined to it in the column before, behind: places in Layers::items, once for each edge.
  std::vector<std::size_t> before;
  std::vector<std::size_t> behind;

  [[nodiscard]] double middle() const { return y + height / 2; }
};

// Places of a column's items that lie as near as they can to where they want to be, in their order
// and `gap` apart: pools neighbours that want to be too close (or the other way round) until none
// do.
void settle(const std::vector<Item*>& column, const std::vector<double>& wanted,
            const std::vector<double>& gaps) {
  struct Pool {
    double sum = 0;
    std::size_t count = 0;
    [[nodiscard]] double mean() const { return sum / static_cast<double>(count); }
  };
  std::vector<Pool> pools;
  std::vector<double> offsets;
  double offset = 0;
  for (std::size_t i = 0; i < column.size(); ++i) {
    if (i > 0) offset += column[i - 1]->height + gaps[i - 1];
    offsets.push_back(offset);
    pools.push_back({wanted[i] - offset, 1});
    while (pools.size() > 1 && pools[pools.size() - 2].mean() > pools.back().mean()) {
      const Pool last = pools.back();
      pools.pop_back();
      pools.back().sum += last.sum;
      pools.back().count += last.count;
    }
  }
  std::size_t i = 0;
  for (const Pool& pool : pools)
    for (std::size_t k = 0; k < pool.count; ++k, ++i) column[i]->y = pool.mean() + offsets[i];
}

class Layers {
 public:
  explicit Layers(const Graph& graph) : graph_(graph) {
    find_columns();
    make_items();
    arrange();
    place();
  }

  [[nodiscard]] Layout layout() {
    Layout out;
    place_columns(out);
    double top = 0;
    double bottom = 0;
    for (const Item& item : items_) {
      top = std::min(top, item.y);
      bottom = std::max(bottom, item.y + item.height);
    }
    shift_ = kPictureMargin + kLineHeight - top;
    out.height = shift_ + bottom + kPictureMargin;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const std::size_t column = column_of(i);
      out.boxes.push_back(
          {starts_[column], items_[i].y + shift_, widths_[column], items_[i].height});
    }
    for (std::size_t i = 0; i < graph_.edges.size(); ++i) out.routes.push_back(route(i, out));
    return out;
  }

 private:
  [[nodiscard]] std::size_t column_of(std::size_t node) const {
    return places_[static_cast<std::size_t>(graph_.nodes[node].kind)];
  }

  void find_columns() {
    std::array<bool, kKinds> used{};
    for (const GraphNode& node : graph_.nodes) used[static_cast<std::size_t>(node.kind)] = true;
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
      places_[kind] = columns_.size();
      if (!used[kind]) continue;
      columns_.emplace_back();
      heads_.push_back(kHeads[kind]);
    }
    widths_.resize(columns_.size());
    spaces_.resize(columns_.size(), kMinimumSpace);
  }

  void make_items() {
    std::vector<std::size_t> in(graph_.nodes.size());
    std::vector<std::size_t> out(graph_.nodes.size());
    for (const GraphEdge& edge : graph_.edges) {
      ++out[edge.from];
      ++in[edge.to];
    }
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      columns_[column_of(i)].push_back(i);
      items_.push_back({i, height_of(graph_.nodes[i]), 0, {}, {}});
      double& width = widths_[column_of(i)];
      width = std::max(width, width_of(graph_.nodes[i].title) * kTitleShare + 2 * kNodePadding);
      for (const std::string& line : graph_.nodes[i].lines)
        width = std::max(width, width_of(line) + 2 * kNodePadding);
    }
    lanes_.resize(graph_.edges.size());
    label_at_start_.resize(graph_.edges.size());
    for (std::size_t i = 0; i < graph_.edges.size(); ++i) {
      const GraphEdge& edge = graph_.edges[i];
      // Labels stand at the end where fewer edges meet.
      label_at_start_[i] = out[edge.from] <= in[edge.to];
      make_lanes(i);
    }
    grow_for_ports();
  }

  static double height_of(const GraphNode& node) {
    return kLineHeight * static_cast<double>(1 + node.lines.size()) + 2 * kNodePadding -
           kLineHeight / 3;
  }

  void make_lanes(std::size_t index) {
    const GraphEdge& edge = graph_.edges[index];
    const std::size_t first = column_of(edge.from);
    const std::size_t last = column_of(edge.to);
    const std::size_t labelled = label_at_start_[index] || last == 0 ? first : last - 1;
    spaces_[labelled] = std::max(spaces_[labelled], label_width(edge) + 50);
    std::size_t from = edge.from;
    for (std::size_t column = first + 1; column < last; ++column) {
      const std::size_t lane = items_.size();
      items_.push_back({graph_.nodes.size(), 0, 0, {}, {}});
      columns_[column].push_back(lane);
      lanes_[index].push_back(lane);
      join(from, lane);
      from = lane;
    }
    if (first < last) join(from, edge.to);
  }

  void join(std::size_t from, std::size_t to) {
    items_[from].behind.push_back(to);
    items_[to].before.push_back(from);
  }

  // The room that an edge needs at an end: its label lies above it there, its problem below.
  struct Room {
    double above = kPortGap / 2;
    double below = kPortGap / 2;
  };
  [[nodiscard]] Room room_of(std::size_t index, bool from) const {
    const GraphEdge& edge = graph_.edges[index];
    Room out;
    if (label_at_start_[index] != from) return out;
    if (!edge.label.empty()) out.above = kLineHeight;
    if (!edge.problem.empty()) out.below = kLineHeight;
    return out;
  }

  void grow_for_ports() {
    std::vector<double> left(graph_.nodes.size());
    std::vector<double> right(graph_.nodes.size());
    for (std::size_t i = 0; i < graph_.edges.size(); ++i) {
      const Room at_start = room_of(i, true);
      const Room at_end = room_of(i, false);
      right[graph_.edges[i].from] += at_start.above + at_start.below;
      left[graph_.edges[i].to] += at_end.above + at_end.below;
    }
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      items_[i].height = std::max({items_[i].height, left[i], right[i]});
  }

  // Sorts each column by where its neighbours are, to and fro; keeps what crosses least.
  void arrange() {
    std::vector<std::vector<std::size_t>> best = columns_;
    std::size_t fewest = crossings();
    for (int sweep = 0; sweep < kSweeps && fewest > 0; ++sweep) {
      const bool forward = sweep % 2 == 0;
      for (std::size_t k = 1; k < columns_.size(); ++k)
        sort_column(forward ? k : columns_.size() - 1 - k, forward);
      const std::size_t now = crossings();
      if (now < fewest) {
        fewest = now;
        best = columns_;
      }
    }
    columns_ = std::move(best);
  }

  void sort_column(std::size_t column, bool forward) {
    const std::vector<double> rank = ranks(forward ? column - 1 : column + 1);
    std::vector<std::size_t>& order = columns_[column];
    std::vector<double> wish(items_.size());
    for (std::size_t k = 0; k < order.size(); ++k) {
      const Item& item = items_[order[k]];
      const std::vector<std::size_t>& near = forward ? item.before : item.behind;
      double sum = 0;
      for (const std::size_t other : near) sum += rank[other];
      wish[order[k]] =
          near.empty() ? static_cast<double>(k) : sum / static_cast<double>(near.size());
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return wish[a] < wish[b]; });
  }

  [[nodiscard]] std::vector<double> ranks(std::size_t column) const {
    std::vector<double> out(items_.size());
    for (std::size_t k = 0; k < columns_[column].size(); ++k)
      out[columns_[column][k]] = static_cast<double>(k);
    return out;
  }

  [[nodiscard]] std::size_t crossings() const {
    std::size_t out = 0;
    for (std::size_t column = 0; column + 1 < columns_.size(); ++column) {
      const std::vector<double> rank = ranks(column + 1);
      std::vector<double> seen;  // ends of the edges so far
      for (const std::size_t item : columns_[column]) {
        std::vector<double> ends;
        for (const std::size_t other : items_[item].behind) ends.push_back(rank[other]);
        for (const double end : ends)
          out += static_cast<std::size_t>(
              std::count_if(seen.begin(), seen.end(), [&](double e) { return e > end; }));
        seen.insert(seen.end(), ends.begin(), ends.end());
      }
    }
    return out;
  }

  void place() {
    for (std::vector<std::size_t>& column : columns_) settle_column(column, {});
    for (int sweep = 0; sweep < kSweeps; ++sweep)
      for (std::size_t k = 0; k < columns_.size(); ++k) {
        const std::size_t column = sweep % 2 == 0 ? k : columns_.size() - 1 - k;
        std::vector<double> wanted;
        for (const std::size_t item : columns_[column]) wanted.push_back(wish_of(items_[item]));
        settle_column(columns_[column], wanted);
      }
  }

  // Where it would stand for its edges to be level.
  [[nodiscard]] double wish_of(const Item& item) const {
    double sum = 0;
    for (const std::vector<std::size_t>* near : {&item.before, &item.behind})
      for (const std::size_t other : *near) sum += items_[other].middle();
    const std::size_t count = item.before.size() + item.behind.size();
    return count == 0 ? item.y : sum / static_cast<double>(count) - item.height / 2;
  }

  void settle_column(const std::vector<std::size_t>& column, std::vector<double> wanted) {
    std::vector<Item*> items;
    std::vector<double> gaps;
    for (std::size_t k = 0; k < column.size(); ++k) {
      items.push_back(&items_[column[k]]);
      const auto is_lane = [&](std::size_t at) {
        return items_[column[at]].node == graph_.nodes.size();
      };
      if (k + 1 < column.size()) gaps.push_back(is_lane(k) || is_lane(k + 1) ? kLaneGap : kGap);
    }
    wanted.resize(column.size());
    settle(items, wanted, gaps);
  }

  void place_columns(Layout& out) {
    double x = kPictureMargin;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      starts_.push_back(x);
      out.heads.push_back({heads_[column], x});
      x += widths_[column];
      out.width = x + kPictureMargin;
      x += spaces_[column];
    }
    if (columns_.empty()) out.width = 2 * kPictureMargin;
  }

  // Where an edge meets its node: they are spread over the side, in the order of what they lead to.
  [[nodiscard]] double port(std::size_t index, bool from) const {
    const auto end = [&](std::size_t edge) {
      return from ? graph_.edges[edge].from : graph_.edges[edge].to;
    };
    const auto beyond = [&](std::size_t edge) {
      const std::vector<std::size_t>& lanes = lanes_[edge];
      if (!lanes.empty()) return items_[from ? lanes.front() : lanes.back()].middle();
      return items_[from ? graph_.edges[edge].to : graph_.edges[edge].from].middle();
    };
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < graph_.edges.size(); ++i)
      if (end(i) == end(index)) all.push_back(i);
    std::stable_sort(all.begin(), all.end(),
                     [&](std::size_t a, std::size_t b) { return beyond(a) < beyond(b); });
    const Item& node = items_[end(index)];
    double spare = node.height;
    for (const std::size_t edge : all) {
      const Room room = room_of(edge, from);
      spare -= room.above + room.below;
    }
    double y = node.y + shift_;
    for (const std::size_t edge : all) {
      const Room room = room_of(edge, from);
      y += spare / (static_cast<double>(all.size()) + 1) + room.above;
      if (edge == index) break;
      y += room.below;
    }
    return y;
  }

  [[nodiscard]] Route route(std::size_t index, const Layout& layout) const {
    const GraphEdge& edge = graph_.edges[index];
    const Box& from = layout.boxes[edge.from];
    const Box& to = layout.boxes[edge.to];
    const Point start{from.x + from.width, port(index, true)};
    const Point end{to.x, port(index, false)};
    Route out;
    out.points.push_back(start);
    for (std::size_t k = 0; k < lanes_[index].size(); ++k) {
      const std::size_t column = column_of(edge.from) + 1 + k;
      const double y = items_[lanes_[index][k]].middle() + shift_;
      out.points.push_back({starts_[column], y});
      out.points.push_back({starts_[column] + widths_[column], y});
    }
    out.points.push_back({end.x - kArrowLength, end.y});
    const bool at_start = label_at_start_[index];
    const Point at = at_start ? Point{start.x + 10, start.y} : Point{end.x - 16, end.y};
    out.label = {{at.x, at.y - 5}, !at_start};
    out.problem = {{at.x, at.y + kLineHeight - 4}, !at_start};
    return out;
  }

  const Graph& graph_;
  std::array<std::size_t, kKinds> places_{};  // of kinds in columns_
  std::vector<std::string_view> heads_;
  std::vector<Item> items_;                        // of nodes, then lanes
  std::vector<std::vector<std::size_t>> columns_;  // items from top to bottom
  std::vector<std::vector<std::size_t>> lanes_;    // of edges, from left to right
  std::vector<bool> label_at_start_;               // of edges
  std::vector<double> widths_;                     // of columns
  std::vector<double> spaces_;                     // behind columns
  std::vector<double> starts_;
  double shift_ = 0;
};

}  // namespace

Layout lay_out(const Graph& graph) {
  return Layers(graph).layout();
}

}  // namespace egressctl::render
