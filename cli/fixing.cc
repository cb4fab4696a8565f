#include "cli/fixing.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "cli/report.h"
#include "lib/base/fixes.h"
#include "lib/base/unified_diff.h"
#include "lib/generate/output_tree.h"

namespace egressctl::cli {
namespace {

constexpr int kMaxPasses = 10;

// All texts, with the fixed ones in place of what they were.
std::vector<std::unique_ptr<const Source>> with_fixes(const lint::Workspace& workspace,
                                                      const AppliedFixes& fixes) {
  std::vector<std::unique_ptr<const Source>> out;
  for (const auto& source : workspace.sources()) {
    const auto fixed = std::find_if(fixes.sources.begin(), fixes.sources.end(),
                                    [&](const FixedSource& one) { return one.source == &*source; });
    out.push_back(std::make_unique<const Source>(
        source->path(), fixed != fixes.sources.end() ? fixed->text : std::string(source->text())));
  }
  return out;
}

std::vector<FixedFile> changes(const std::map<std::string, std::string>& originals,
                               const lint::Workspace& now) {
  std::vector<FixedFile> out;
  for (const auto& source : now.sources()) {
    const auto original = originals.find(source->path());
    if (original != originals.end() && original->second != source->text())
      out.push_back({source->path(), original->second, std::string(source->text())});
  }
  return out;
}

}  // namespace

FixedSet fix_all(CheckedSet checked, bool unsafe, const Check& check) {
  FixedSet out;
  std::map<std::string, std::string> originals;
  for (int pass = 0; pass < kMaxPasses; ++pass) {
    const AppliedFixes fixes = apply_fixes(checked.findings, unsafe);
    // A finding may be about a configuration file, which is not for us to change.
    const auto& sources = checked.workspace->sources();
    if (std::none_of(sources.begin(), sources.end(), [&](const auto& source) {
          return std::any_of(fixes.sources.begin(), fixes.sources.end(),
                             [&](const FixedSource& one) { return one.source == &*source; });
        }))
      break;
    for (const FixedSource& one : fixes.sources)
      originals.emplace(one.source->path(), one.source->text());
    out.findings +=
        static_cast<std::size_t>(std::count(fixes.applied.begin(), fixes.applied.end(), true));
    checked = check(with_fixes(*checked.workspace, fixes));
  }
  out.files = changes(originals, *checked.workspace);
  out.checked = std::move(checked);
  return out;
}

Result<void> write_fixed(Context& context, const FixedSet& fixed, const std::string& stdin_name) {
  for (const auto& source : fixed.checked.workspace->sources())
    if (source->path() == stdin_name) context.out.write(source->text());
  for (const FixedFile& file : fixed.files) {
    if (file.path == stdin_name) continue;
    if (auto written = generate::write_file(file.path, file.after); !written)
      return tl::unexpected(written.error());
  }
  if (fixed.findings > 0)
    say(context,
        fmt::format("fixed {} finding{} in {} file{}", fixed.findings,
                    fixed.findings == 1 ? "" : "s", fixed.files.size(),
                    fixed.files.size() == 1 ? "" : "s"),
        0);
  return {};
}

std::string diff_of(const FixedSet& fixed) {
  std::string out;
  for (const FixedFile& file : fixed.files)
    out += unified_diff(file.path, file.path, file.before, file.after);
  return out;
}

}  // namespace egressctl::cli
