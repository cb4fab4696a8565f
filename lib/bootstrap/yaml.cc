#include "lib/bootstrap/yaml.h"

#include "lib/yaml/emit.h"

namespace egressctl::bootstrap {
namespace {

void write_block(const Json& value, std::size_t indent, std::string& out);

// Behind a key or a dash, which `out` ends with; `indent` is that of the lines below.
void write_value(const Json& value, std::size_t indent, bool in_list, std::string& out) {
  if (value.is_string()) {
    out += " " + yaml::emit_string(value.get_ref<const std::string&>()) + "\n";
  } else if (!value.is_structured() || value.empty()) {
    out += " " + value.dump() + "\n";
  } else if (in_list) {
    // The first entry stands on the line of the dash.
    std::string block;
    write_block(value, indent, block);
    out += " " + block.substr(indent);
  } else {
    out += "\n";
    write_block(value, indent, out);
  }
}

void write_block(const Json& value, std::size_t indent, std::string& out) {
  const std::string margin(indent, ' ');
  if (value.is_array()) {
    for (const Json& item : value) {
      out += margin + "-";
      write_value(item, indent + 2, true, out);
    }
    return;
  }
  for (const auto& [key, item] : value.items()) {
    out += margin + yaml::emit_string(key) + ":";
    write_value(item, item.is_array() ? indent : indent + 2, false, out);
  }
}

}  // namespace

std::string to_yaml(const Json& json) {
  std::string out;
  write_block(json, 0, out);
  return out;
}

}  // namespace egressctl::bootstrap
