#include "lib/generate/template_set.h"

#include <algorithm>
#include <cassert>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/generate/embedded.h"

namespace egressctl::generate {
namespace {

namespace fs = std::filesystem;

Result<std::string> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return fail(ErrorCode::Io, fmt::format("can't read template {}", path.string()));
  return text.str();
}

// The YAML files of a directory, sorted by name.
std::vector<fs::path> yaml_files(const fs::path& directory, std::error_code& error) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string extension = entry.path().extension().string();
    if (entry.is_regular_file(error) && (extension == ".yaml" || extension == ".yml"))
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Whether every placeholder of `copy` is one of `original`; says which is not.
bool known_placeholders(const Template& copy, const Template& original, Diagnostics& diagnostics) {
  std::vector<std::string_view> known;
  for (const auto& [name, range] : original.placeholders()) known.push_back(name);
  bool all = true;
  for (const auto& [name, range] : copy.placeholders()) {
    if (original.placeholders().contains(name)) continue;
    all = false;
    const std::string suggestion = did_you_mean(name, known);
    std::vector<std::string> names(known.begin(), known.end());
    diagnostics.report(kUnknownPlaceholder, range, "unknown placeholder \"${{{}}}\"", name)
        .help(suggestion.empty() ? "this template may name " + join(names, ", ") : suggestion);
  }
  return all;
}

}  // namespace

TemplateSet TemplateSet::embedded() {
  TemplateSet set;
  Diagnostics diagnostics;
  for (const EmbeddedFile& file : embedded_templates()) {
    std::string name = fs::path(file.name).stem().string();
    auto source = std::make_shared<const Source>(fmt::format("templates/{}.yaml", name),
                                                 std::string(file.text));
    auto parsed = Template::parse(std::move(source), diagnostics);
    assert(parsed.has_value());
    if (parsed) set.templates_.emplace(std::move(name), *std::move(parsed));
  }
  return set;
}

Result<TemplateSet> TemplateSet::with_overrides(const fs::path& directory,
                                                Diagnostics& diagnostics) {
  std::error_code error;
  if (!fs::is_directory(directory, error))
    return fail(ErrorCode::NotFound, fmt::format("no directory {}", directory.string()));
  TemplateSet set = embedded();
  std::vector<std::string_view> names;
  for (const auto& [name, original] : set.templates_) names.push_back(name);
  for (const fs::path& path : yaml_files(directory, error)) {
    auto text = read_file(path);
    if (!text) return tl::unexpected(text.error());
    auto source = std::make_shared<const Source>(path.string(), *std::move(text));
    const std::string name = path.stem().string();
    const auto original = set.templates_.find(name);
    if (original == set.templates_.end()) {
      diagnostics
          .report(kUnknownTemplate, {source.get(), 0, 0}, "no template is named \"{}\"", name)
          .help(did_you_mean(name, names));
      set.kept_.push_back(std::move(source));
      continue;
    }
    set.kept_.push_back(source);
    auto parsed = Template::parse(std::move(source), diagnostics);
    if (parsed && known_placeholders(*parsed, original->second, diagnostics))
      original->second = *std::move(parsed);
  }
  if (error)
    return fail(ErrorCode::Io, fmt::format("reading {}: {}", directory.string(), error.message()));
  return set;
}

const Template& TemplateSet::get(std::string_view name) const {
  const auto found = templates_.find(name);
  assert(found != templates_.end());
  return found->second;
}

}  // namespace egressctl::generate
