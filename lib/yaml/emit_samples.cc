// Prints strings and how they are emitted, for a second reader to compare: a YAML document with the
// lists `block`, `flow` and `keys`, and behind a line `=====` the strings as JSON.
#include <cstdio>
#include <string>

#include <nlohmann/json.hpp>

#include "lib/yaml/emit.h"
#include "lib/yaml/hostile_strings.h"

int main() {
  using egressctl::yaml::emit_string;
  const auto strings = egressctl::yaml::testing::hostile_strings(2, 5000);
  std::string block = "block:\n";
  std::string flow = "flow: [";
  std::string keys = "keys:\n";
  for (const std::string& text : strings) {
    block += "- " + emit_string(text) + "\n";
    flow += emit_string(text) + ", ";
    // Some readers take keys of at most 1024 characters (YAML 1.2, 7.4.3).
    if (text.size() < 100) keys += "- {" + emit_string(text) + ": 1}\n";
  }
  const std::string out =
      block + flow + "end]\n" + keys + "=====\n" + nlohmann::json(strings).dump();
  std::fwrite(out.data(), 1, out.size(), stdout);
}
