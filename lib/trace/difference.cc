#include "lib/trace/difference.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/trace/json.h"
#include "lib/trace/words.h"

namespace egressctl::trace {
namespace {

using Words = std::vector<std::string>;

std::string step_of(const Hop& hop) {
  std::string out = fmt::format("{} {}", to_string(hop.place), hop.proxy);
  if (!hop.cluster.empty()) out += fmt::format(" ({})", hop.cluster);
  return out;
}

Words path_of(const Trace& trace) {
  Words out;
  out.reserve(trace.hops.size());
  for (const Hop& hop : trace.hops) out.push_back(step_of(hop));
  return out;
}

Words tls_of(const Trace& trace) {
  Words out;
  for (const Hop& hop : trace.hops)
    if (hop.tls) out.push_back(fmt::format("{}: {}", hop.proxy, describe(*hop.tls)));
  return out;
}

std::vector<Aspect> aspects_of(const Trace& before, const Trace& after) {
  std::vector<Aspect> out;
  if (before.verdict != after.verdict) out.push_back(Aspect::Verdict);
  if (before.reached != after.reached) out.push_back(Aspect::Reached);
  if (path_of(before) != path_of(after)) out.push_back(Aspect::Path);
  if (tls_of(before) != tls_of(after)) out.push_back(Aspect::Tls);
  return out;
}

using Resources = std::map<std::string, const resource::Resource*>;  // by their names

// The resources that had a part in a trace.
void add_resources_of(const Trace& trace, std::set<std::string>& out) {
  const auto add = [&out](const topology::Causes& causes) {
    for (const topology::Cause& cause : causes) out.insert(resource::display_name(*cause.resource));
  };
  for (const Hop& hop : trace.hops) add(hop.causes);
  add(trace.blame);
}

Resources resources_of(const mesh::Mesh& mesh) {
  Resources out;
  for (const resource::KindInfo& kind : resource::all_kinds())
    for (const resource::Resource* resource : mesh.all(kind.kind))
      out.emplace(resource::display_name(*resource), resource);
  return out;
}

const resource::Resource* find(const Resources& resources, const std::string& name) {
  const auto found = resources.find(name);
  return found != resources.end() ? found->second : nullptr;
}

std::string end_of(const Trace& trace) {
  return fmt::format("{}: {}", to_string(trace.verdict), trace.reason);
}

std::string reached_by(const Trace& trace) {
  return trace.reached.empty() ? "nothing" : trace.reached;
}

std::string list_of(const Words& words, std::string_view none) {
  return words.empty() ? std::string(none) : join(words, " > ");
}

void add_change(std::string& out, Aspect aspect, std::string_view before, std::string_view after) {
  out += fmt::format("  {:<8} - {}\n  {:<8} + {}\n", to_string(aspect), before, "", after);
}

void add_resources(std::string& out, std::string_view label, const Words& resources) {
  for (const std::string& one : resources) out += fmt::format("  {:<8}   {}\n", label, one);
}

Json to_json_object(const Trace& trace) {
  Json path = Json::array();
  for (const Hop& hop : trace.hops) {
    Json& step = path.emplace_back(Json{{"place", to_string(hop.place)}, {"proxy", hop.proxy}});
    if (!hop.cluster.empty()) step["cluster"] = hop.cluster;
    if (hop.tls) step["tls"] = to_json_object(*hop.tls);
  }
  return {{"verdict", to_string(trace.verdict)},
          {"reason", trace.reason},
          {"reached", trace.reached},
          {"path", std::move(path)}};
}

Json to_json_object(const Difference& difference) {
  const Request& request = difference.after.request;
  const Trace& before = difference.before.trace;
  const Trace& after = difference.after.trace;
  Json changes = Json::array();
  for (const Aspect aspect : difference.aspects) changes.push_back(to_string(aspect));
  return {{"from", client_name(request)},   {"to", at(request.host, request.port)},
          {"changes", std::move(changes)},  {"before", to_json_object(before)},
          {"after", to_json_object(after)}, {"gone", difference.gone},
          {"new", difference.added},        {"changed", difference.changed}};
}

auto count(const std::vector<Difference>& differences, bool (Difference::*is)() const) {
  return std::count_if(differences.begin(), differences.end(),
                       [is](const Difference& one) { return (one.*is)(); });
}

}  // namespace

std::string_view to_string(Aspect aspect) {
  switch (aspect) {
    case Aspect::Verdict: return "verdict";
    case Aspect::Reached: return "reached";
    case Aspect::Path: return "path";
    case Aspect::Tls: return "tls";
  }
  return {};
}

bool Difference::has(Aspect aspect) const {
  return std::find(aspects.begin(), aspects.end(), aspect) != aspects.end();
}

bool Difference::is_broken() const {
  return before.trace.verdict == Verdict::Delivered && after.trace.verdict != Verdict::Delivered;
}

bool Difference::is_mended() const {
  return before.trace.verdict != Verdict::Delivered && after.trace.verdict == Verdict::Delivered;
}

std::vector<Difference> differences(const std::vector<Traced>& before,
                                    const std::vector<Traced>& after) {
  std::vector<Difference> out;
  for (std::size_t i = 0; i < before.size() && i < after.size(); ++i) {
    std::vector<Aspect> aspects = aspects_of(before[i].trace, after[i].trace);
    if (!aspects.empty()) out.push_back({before[i], after[i], std::move(aspects), {}, {}, {}});
  }
  return out;
}

void tell_resources(std::vector<Difference>& differences, const mesh::Mesh& before,
                    const mesh::Mesh& after) {
  const Resources old_ones = resources_of(before);
  const Resources new_ones = resources_of(after);
  for (Difference& difference : differences) {
    std::set<std::string> names;
    add_resources_of(difference.before.trace, names);
    add_resources_of(difference.after.trace, names);
    for (const std::string& name : names) {
      const resource::Resource* was = find(old_ones, name);
      const resource::Resource* is = find(new_ones, name);
      const auto add = [&](Words& list, const resource::Resource& resource) {
        list.push_back(describe({.resource = &resource, .range = resource.range}));
      };
      if (was == nullptr && is != nullptr) add(difference.added, *is);
      if (was != nullptr && is == nullptr) add(difference.gone, *was);
      if (was != nullptr && is != nullptr && was->range.text() != is->range.text())
        add(difference.changed, *is);
    }
  }
}

std::string to_text(const std::vector<Difference>& differences, std::size_t connections) {
  std::string out;
  for (const Difference& difference : differences) {
    const Request& request = difference.after.request;
    const Trace& before = difference.before.trace;
    const Trace& after = difference.after.trace;
    out += fmt::format("{} -> {}\n", client_name(request), at(request.host, request.port));
    if (difference.has(Aspect::Verdict))
      add_change(out, Aspect::Verdict, end_of(before), end_of(after));
    if (difference.has(Aspect::Reached))
      add_change(out, Aspect::Reached, reached_by(before), reached_by(after));
    if (difference.has(Aspect::Path))
      add_change(out, Aspect::Path, list_of(path_of(before), "no proxy"),
                 list_of(path_of(after), "no proxy"));
    if (difference.has(Aspect::Tls))
      add_change(out, Aspect::Tls, list_of(tls_of(before), "none of a proxy's"),
                 list_of(tls_of(after), "none of a proxy's"));
    add_resources(out, "gone", difference.gone);
    add_resources(out, "new", difference.added);
    add_resources(out, "changed", difference.changed);
    out += "\n";
  }
  out += fmt::format("{} of {} connections differ", differences.size(), connections);
  if (const auto broken = count(differences, &Difference::is_broken); broken > 0)
    out += fmt::format(", {} delivered no more", broken);
  if (const auto mended = count(differences, &Difference::is_mended); mended > 0)
    out += fmt::format(", {} delivered now", mended);
  return out + "\n";
}

std::string to_json(const std::vector<Difference>& differences, std::size_t connections) {
  Json list = Json::array();
  for (const Difference& difference : differences) list.push_back(to_json_object(difference));
  const Json out = {{"version", 1},
                    {"summary",
                     {{"connections", connections},
                      {"different", differences.size()},
                      {"broken", count(differences, &Difference::is_broken)},
                      {"mended", count(differences, &Difference::is_mended)}}},
                    {"differences", std::move(list)}};
  return dump(out);
}

}  // namespace egressctl::trace
