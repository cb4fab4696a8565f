#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lib/render/diagnostics.h"
#include "lib/render/headline.h"
#include "lib/render/visible.h"

namespace egressctl::render {
namespace {

// The text of an attribute or an element.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : visible(text)) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  return out;
}

std::string case_name(const Diagnostic& finding) {
  const ResourceName& resource = finding.resource;
  if (resource.name.empty()) return "document";
  return resource.name_space.empty()
             ? fmt::format("{} {}", resource.kind, resource.name)
             : fmt::format("{} {}/{}", resource.kind, resource.name_space, resource.name);
}

using Findings = std::vector<const Diagnostic*>;

// In the order in which the names come up.
struct Group {
  std::string name;
  Findings findings;
};

template <typename Name>
std::vector<Group> groups_of(const Findings& findings, const Name& name) {
  std::vector<Group> out;
  std::map<std::string, std::size_t> places;
  for (const Diagnostic* finding : findings) {
    const auto [place, added] = places.try_emplace(name(*finding), out.size());
    if (added) out.push_back({place->first, {}});
    out[place->second].findings.push_back(finding);
  }
  return out;
}

std::string failure(const Diagnostic& finding) {
  const std::string text =
      finding.help.empty() ? finding.message : fmt::format("{}. {}", finding.message, finding.help);
  return fmt::format("      <failure type=\"{}\" message=\"{}\">{}: {}</failure>\n",
                     escaped(finding.rule.id), escaped(finding.message), escaped(place(finding)),
                     escaped(text));
}

std::string suite(const Group& file) {
  const std::vector<Group> cases = groups_of(file.findings, case_name);
  std::string out = fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n",
                                escaped(file.name), cases.size(), cases.size());
  for (const Group& one : cases) {
    out += fmt::format("    <testcase classname=\"{}\" name=\"{}\">\n", escaped(file.name),
                       escaped(one.name));
    for (const Diagnostic* finding : one.findings) out += failure(*finding);
    out += "    </testcase>\n";
  }
  return out + "  </testsuite>\n";
}

}  // namespace

std::string to_junit(const Diagnostics& diagnostics) {
  Findings all;
  for (const Diagnostic& finding : diagnostics) all.push_back(&finding);
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"egressctl\">\n";
  for (const Group& file :
       groups_of(all, [](const Diagnostic& finding) { return std::string(path_of(finding)); }))
    out += suite(file);
  if (all.empty())
    out +=
        "  <testsuite name=\"egressctl\" tests=\"1\" failures=\"0\">\n"
        "    <testcase classname=\"egressctl\" name=\"no findings\"/>\n  </testsuite>\n";
  return out + "</testsuites>\n";
}

}  // namespace egressctl::render
