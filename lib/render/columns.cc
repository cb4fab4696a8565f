#include "lib/render/columns.h"

#include <algorithm>

#include "lib/render/visible.h"

namespace egressctl::render {
namespace {

struct Shown {
  std::string text;
  std::size_t width = 0;
};

Shown show(const std::string& text) {
  Shown out;
  for (const Cell& cell : cells_of(text)) {
    out.text += cell.text;
    out.width += cell.width;
  }
  return out;
}

}  // namespace

std::string to_columns(const std::vector<std::vector<std::string>>& rows, std::size_t gap) {
  std::vector<std::size_t> widths;
  std::vector<std::vector<Shown>> shown;
  shown.reserve(rows.size());
  for (const auto& row : rows) {
    std::vector<Shown>& cells = shown.emplace_back();
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells.push_back(show(row[i]));
      widths[i] = std::max(widths[i], cells.back().width);
    }
  }
  std::string out;
  for (const std::vector<Shown>& row : shown) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += row[i].text;
      if (i + 1 < row.size()) out.append(widths[i] + gap - row[i].width, ' ');
    }
    out += '\n';
  }
  return out;
}

}  // namespace egressctl::render
