// Looks DestinationRules up as proxies do, fast where a host has thousands of rules or subsets, as
// the Service of an egress gateway has.
//
// Which rules apply is what DestinationRules::applying says; this finds single ones of them.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/mesh/mesh.h"

namespace egressctl::mesh {

// Made in time by the rules of the mesh, which must outlive it. No question takes longer with many
// rules, but for those that are hidden from the client. Safe to read from several threads.
class RuleLookup {
 public:
  explicit RuleLookup(const Mesh& mesh);

  // The first of DestinationRules::applying, or nullptr.
  [[nodiscard]] const Rule* first(std::string_view client, std::string_view host,
                                  std::string_view owner) const;

  // Of DestinationRules::applying the one whose subset of that name counts, or nullptr.
  [[nodiscard]] const Rule* with_subset(std::string_view client, std::string_view host,
                                        std::string_view owner, std::string_view subset) const;

  // Of DestinationRules::applying those that decide about a subset ("": none), in their order: the
  // one that has it and the one whose top-level policy counts; where both are absent the first.
  [[nodiscard]] std::vector<const Rule*> deciding(std::string_view client, std::string_view host,
                                                  std::string_view owner,
                                                  std::string_view subset) const;

  // Those of DestinationRules::covering that have the subset.
  [[nodiscard]] std::vector<const Rule*> covering(std::string_view host,
                                                  std::string_view subset) const;

 private:
  // Some rules, in the order of the input.
  struct List {
    std::vector<const Rule*> all;
    std::vector<const Rule*> with_policy;
    std::unordered_map<std::string_view, std::vector<const Rule*>> by_subset;

    void add(const Rule& rule);
    [[nodiscard]] const std::vector<const Rule*>& with_subset(std::string_view name) const;
  };

  struct ForHost {
    List all;
    std::unordered_map<std::string_view, List> by_namespace;
  };

  // The list that a proxy's lookup ends at, and which rules of it the proxy sees.
  struct Applying {
    const List* list = nullptr;  // nullptr: none
    std::string_view client;
    bool exported = false;  // only what is exported to the client
    bool not_to_everyone = false;

    [[nodiscard]] bool takes(const Rule& rule) const;
    [[nodiscard]] const Rule* first(const std::vector<const Rule*>& rules) const;  // or nullptr
  };

  [[nodiscard]] Applying find(std::string_view client, std::string_view host,
                              std::string_view owner) const;
  [[nodiscard]] const List* in_namespace(std::string_view owner, std::string_view host,
                                         const Applying& as) const;

  const std::string& root_namespace_;
  std::unordered_map<const Rule*, std::size_t> order_;
  std::unordered_map<std::string_view, ForHost> by_host_;  // by the text of the host
};

}  // namespace egressctl::mesh
