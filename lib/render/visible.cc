// Source of the widths: Unicode 15, EastAsianWidth.txt (W and F) and the categories Mn and Me of
// the blocks that appear in names and comments.
#include "lib/render/visible.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "lib/base/text.h"

namespace egressctl::render {
namespace {

constexpr std::size_t kTabStop = 4;

struct Block {
  char32_t first;
  char32_t last;
};

constexpr Block kEscaped[] = {
    {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},      {0x61C, 0x61C},   {0x180E, 0x180E},
    {0x200B, 0x200B}, {0x200E, 0x200F}, {0x2028, 0x202E},  {0x2060, 0x206F}, {0xFEFF, 0xFEFF},
    {0xFFF9, 0xFFFB}, {0xFFFE, 0xFFFF}, {0xE0000, 0xE00FF}};

constexpr Block kCombining[] = {
    {0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x610, 0x61A},    {0x64B, 0x65F},
    {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200C, 0x200D}, {0x20D0, 0x20FF},  {0x302A, 0x302D},
    {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xE0100, 0xE01EF}};

constexpr Block kWide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x2614, 0x2615},
    {0x26A1, 0x26A1},   {0x2705, 0x2705},   {0x270A, 0x270B},   {0x2728, 0x2728},
    {0x274C, 0x274C},   {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},
    {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},   {0x2E80, 0x303E},
    {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},
    {0xA960, 0xA97C},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
    {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},   {0x17000, 0x18CFF}, {0x1B000, 0x1B2FF},
    {0x1F1E6, 0x1F1FF}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F7E0, 0x1F7EB},
    {0x1F900, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD}};

bool contains(std::span<const Block> blocks, char32_t code_point) {
  return std::any_of(blocks.begin(), blocks.end(), [&](const Block& block) {
    return code_point >= block.first && code_point <= block.last;
  });
}

std::size_t length_of_lead(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xF0) return 4;
  return lead >= 0xE0 ? 3 : 2;
}

std::string escape(char32_t code_point) {
  switch (code_point) {
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: break;
  }
  const auto value = static_cast<std::uint32_t>(code_point);
  return value < 0x80 ? fmt::format("\\x{:02x}", value) : fmt::format("\\u{{{:x}}}", value);
}

// The cell that starts at byte `i` of `text`; `length` becomes the number of its bytes.
Cell cell_at(std::string_view text, std::size_t i, std::size_t& length) {
  const auto lead = static_cast<unsigned char>(text[i]);
  length = length_of_lead(lead);
  const std::string_view bytes = text.substr(i, length);
  if (first_invalid_utf8(bytes)) {
    length = 1;
    return {fmt::format("\\x{:02x}", lead), 4, i};
  }
  constexpr std::array<unsigned, 5> kLeadBits = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t code_point = lead & kLeadBits[length];
  for (const char c : bytes.substr(1))
    code_point = (code_point << 6) | (static_cast<unsigned char>(c) & 0x3FU);
  if (contains(kEscaped, code_point)) {
    std::string text_of = escape(code_point);
    const std::size_t width = text_of.size();
    return {std::move(text_of), width, i};
  }
  if (contains(kCombining, code_point)) return {std::string(bytes), 0, i};
  return {std::string(bytes), contains(kWide, code_point) ? 2U : 1U, i};
}

}  // namespace

std::vector<Cell> cells_of(std::string_view line) {
  std::vector<Cell> cells;
  std::size_t column = 0;
  std::size_t length = 1;
  for (std::size_t i = 0; i < line.size(); i += length) {
    Cell cell = cell_at(line, i, length);
    if (line[i] == '\t') {
      cell.width = kTabStop - column % kTabStop;
      cell.text.assign(cell.width, ' ');
    }
    column += cell.width;
    cells.push_back(std::move(cell));
  }
  return cells;
}

std::string visible(std::string_view text) {
  std::string out;
  std::size_t length = 1;
  for (std::size_t i = 0; i < text.size(); i += length) out += cell_at(text, i, length).text;
  return out;
}

}  // namespace egressctl::render
