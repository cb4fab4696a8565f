// What the parts of a bootstrap share while it is made.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lib/bootstrap/bootstrap.h"
#include "lib/bootstrap/json.h"

namespace egressctl::bootstrap {

struct Build {
  const topology::Topology& topology;
  const mesh::Settings& settings;
  const Options& options;
  std::set<std::string> certificates;  // names of secrets that are in use
  std::set<std::string> authorities;
  std::vector<std::string> notes;

  void note(std::string text) {
    if (std::find(notes.begin(), notes.end(), text) == notes.end())
      notes.push_back(std::move(text));
  }

  // Whether connections come to the listeners by their own address, not by iptables.
  [[nodiscard]] bool listens_directly() const { return !options.listen.empty(); }
};

}  // namespace egressctl::bootstrap
