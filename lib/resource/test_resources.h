// For the tests of this folder: text or files turned into resources, and places as "line:column".
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/base/diagnostic.h"
#include "lib/base/source.h"
#include "lib/resource/load.h"
#include "lib/resource/resource.h"
#include "lib/testing/files.h"
#include "lib/yaml/load.h"

namespace egressctl::resource {

// A source and everything read from it. `reading` has the findings of lib/yaml, `findings` ours.
struct Loaded {
  Source source;
  Diagnostics reading;
  std::vector<yaml::Document> documents;
  Diagnostics findings;
  std::vector<Resource> resources;

  Loaded(std::string path, std::string text, const LoadOptions& options = {})
      : source(std::move(path), std::move(text)),
        documents(yaml::load(source, reading)),
        resources(load_resources(documents, findings, options)) {}
};

// A file below testdata/resources.
inline Loaded load_testdata(std::string_view name) {
  const auto path = testing::testdata() / "resources" / name;
  return Loaded(std::string(name), testing::read_file(path));
}

// The body of a source that holds one flawless resource.
template <typename T>
const T& only(const Loaded& loaded) {
  REQUIRE(loaded.reading.empty());
  REQUIRE(loaded.findings.empty());
  REQUIRE(loaded.resources.size() == 1);
  REQUIRE(loaded.resources[0].as<T>() != nullptr);
  return *loaded.resources[0].as<T>();
}

inline std::string at(SourceRange range) {
  const Position position = range.start_position();
  return range.known() ? fmt::format("{}:{}", position.line, position.column) : "nowhere";
}

template <typename T>
std::string at(const Positioned<T>& field) {
  return at(field.range);
}

}  // namespace egressctl::resource
