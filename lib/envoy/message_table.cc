#include "lib/envoy/message_table.h"

#include <cassert>
#include <cstddef>

#include "lib/envoy/embedded.h"
#include "lib/envoy/table_reader.h"

namespace egressctl::envoy {
namespace {

Table read_all() {
  Table table;
  for (const EmbeddedFile& file : embedded_messages()) {
    [[maybe_unused]] const auto done = table.read(file.text);
    assert(done && "a table of the program's own is malformed");
  }
  [[maybe_unused]] const auto linked = table.link();
  assert(linked && "a table of the program's own is malformed");
  return table;
}

const Table& table() {
  static const Table kTable = read_all();
  return kTable;
}

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

bool is_spelling_of(std::string_view key, std::string_view name) {
  if (key == name) return true;
  std::size_t at = 0;
  bool raised = false;
  for (const char c : name) {
    if (c == '_') {
      raised = true;
      continue;
    }
    if (at == key.size() || key[at] != (raised ? upper(c) : c)) return false;
    raised = false;
    ++at;
  }
  return at == key.size();
}

const Field* MessageType::find(std::string_view key) const {
  for (const Field& field : fields)
    if (is_spelling_of(key, field.name)) return &field;
  return nullptr;
}

bool MessageType::was_removed(std::string_view key) const {
  std::string_view rest = removed;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    if (is_spelling_of(key, word)) return true;
    rest.remove_prefix(word.size() + (word.size() < rest.size() ? 1 : 0));
  }
  return false;
}

const MessageType* find_message(std::string_view name) {
  return table().message(name);
}

const MessageType* successor_of_v2(std::string_view name) {
  return table().by_v2_name(name);
}

std::span<const MessageType* const> all_messages() {
  return table().messages();
}

}  // namespace egressctl::envoy
