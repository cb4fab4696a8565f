// Everything that one run reads: the files, their documents, and the resources in them.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/base/source.h"
#include "lib/resource/resource.h"
#include "lib/yaml/load.h"

namespace egressctl::lint {

// Immutable once read; safe to use from several threads.
class Workspace {
 public:
  // Reads all documents of all sources, on up to `threads` threads (0: as many as cores). The
  // result does not depend on their number.
  explicit Workspace(std::vector<std::unique_ptr<const Source>> sources, std::size_t threads = 0);
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  // In the order of the sources and of the documents in them.
  [[nodiscard]] std::span<const resource::Resource> resources() const { return resources_; }

  [[nodiscard]] const std::vector<std::unique_ptr<const Source>>& sources() const {
    return sources_;
  }
  [[nodiscard]] std::size_t documents() const { return documents_; }

  // What was wrong with the YAML.
  [[nodiscard]] const Diagnostics& findings() const { return findings_; }

  // The resource that a range lies in, or nullptr.
  [[nodiscard]] const resource::Resource* at(SourceRange range) const;

 private:
  std::vector<std::unique_ptr<const Source>> sources_;
  std::vector<std::vector<yaml::Document>> trees_;  // the resources point into them
  std::vector<resource::Resource> resources_;
  std::size_t documents_ = 0;
  Diagnostics findings_;
  std::unordered_map<const Source*, std::vector<const resource::Resource*>> by_source_;
};

}  // namespace egressctl::lint
