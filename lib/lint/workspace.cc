#include "lib/lint/workspace.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "lib/base/parallel.h"
#include "lib/resource/load.h"

namespace egressctl::lint {
namespace {

// Enough work for a thread to be worth the handing over, in bytes of YAML.
constexpr std::size_t kBatchBytes = std::size_t{64} * 1024;

// The structure check reports them.
constexpr resource::LoadOptions kOptions{.report_wrong_types = false};

// Neighbouring parts of one stream that one thread reads.
struct Batch {
  std::vector<SourceRange> parts;
  std::vector<std::vector<yaml::Document>> trees;
  std::vector<resource::Resource> resources;
  Diagnostics findings;

  void read() {
    for (const SourceRange& part : parts) {
      trees.push_back(yaml::load_part(part, findings));
      auto found = resource::load_resources(trees.back(), findings, kOptions);
      std::move(found.begin(), found.end(), std::back_inserter(resources));
    }
  }
};

std::vector<Batch> cut(const std::vector<std::unique_ptr<const Source>>& sources,
                       Diagnostics& findings) {
  std::vector<Batch> batches;
  for (const auto& source : sources) {
    std::size_t bytes = kBatchBytes;
    for (const SourceRange& part : yaml::split(*source, findings)) {
      if (bytes >= kBatchBytes) {
        batches.emplace_back();
        bytes = 0;
      }
      batches.back().parts.push_back(part);
      bytes += part.end - part.begin;
    }
  }
  return batches;
}

bool starts_before(std::uint32_t offset, const resource::Resource* resource) {
  return offset < resource->range.begin;
}

}  // namespace

Workspace::Workspace(std::vector<std::unique_ptr<const Source>> sources, std::size_t threads)
    : sources_(std::move(sources)) {
  std::vector<Batch> batches = cut(sources_, findings_);
  parallel_for(batches.size(), threads, [&](std::size_t i) { batches[i].read(); });

  std::size_t count = 0;
  for (const Batch& batch : batches) count += batch.resources.size();
  resources_.reserve(count);
  for (Batch& batch : batches) {
    for (auto& tree : batch.trees) {
      documents_ += tree.size();
      trees_.push_back(std::move(tree));
    }
    std::move(batch.resources.begin(), batch.resources.end(), std::back_inserter(resources_));
    findings_.append(std::move(batch.findings));
  }
  // Sorted by where they start, but for the items of a list that aliases brought in.
  for (const resource::Resource& resource : resources_)
    by_source_[resource.range.source].push_back(&resource);
  for (auto& [source, list] : by_source_)
    std::stable_sort(list.begin(), list.end(),
                     [](const auto* a, const auto* b) { return a->range.begin < b->range.begin; });
}

const resource::Resource* Workspace::at(SourceRange range) const {
  const auto list = by_source_.find(range.source);
  if (list == by_source_.end()) return nullptr;
  auto after =
      std::upper_bound(list->second.begin(), list->second.end(), range.begin, starts_before);
  if (after == list->second.begin()) return nullptr;
  const resource::Resource* candidate = *std::prev(after);
  return range.begin < candidate->range.end || range.begin == candidate->range.begin ? candidate
                                                                                     : nullptr;
}

}  // namespace egressctl::lint
