// For the programs that measure: what reading a stream costs at the least.
#pragma once

#include <sstream>
#include <string>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/node/node.h>
#include <yaml-cpp/node/parse.h>
#include <yaml-cpp/parser.h>

namespace egressctl::yaml {

// Takes yaml-cpp's events and keeps nothing.
class Nobody : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

// Lets yaml-cpp parse `text` into events that nobody keeps.
inline void parse_only(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  Nobody nobody;
  while (parser.HandleNextDocument(nobody)) {
  }
}

// Lets yaml-cpp read `text` into its own nodes, as its users do.
inline void load_only(const std::string& text) {
  static_cast<void>(YAML::LoadAll(text));
}

}  // namespace egressctl::yaml
