#include "lib/resource/validation/kubernetes.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "lib/base/host_name.h"
#include "lib/base/text.h"
#include "lib/yaml/edit.h"

namespace egressctl::resource::validation {
namespace {

struct KnownKind {
  std::string_view group;
  std::string_view name;
};

// Kinds of the Gateway API that no check is about.
// Source: Gateway API 1.6.
constexpr std::array<KnownKind, 4> kOtherKinds{{
    {"gateway.networking.k8s.io", "BackendTLSPolicy"},
    {"gateway.networking.k8s.io", "GatewayClass"},
    {"gateway.networking.k8s.io", "ListenerSet"},
    {"gateway.networking.k8s.io", "UDPRoute"},
}};

// Groups of which all kinds are known.
constexpr std::array<std::string_view, 6> kGroups{
    "extensions.istio.io", "gateway.networking.k8s.io", "install.istio.io",
    "networking.istio.io", "security.istio.io",         "telemetry.istio.io"};

// Groups that are gone since Istio 1.6 and, with Mixer, 1.8.
constexpr std::array<std::string_view, 3> kGone{"authentication.istio.io", "config.istio.io",
                                                "rbac.istio.io"};

bool contains(std::span<const std::string_view> list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::vector<KnownKind> known_kinds() {
  std::vector<KnownKind> out(kOtherKinds.begin(), kOtherKinds.end());
  for (const KindInfo& info : all_kinds()) out.push_back({info.group, info.name});
  return out;
}

// What may have been meant: the kind of that name in another group, or one of a similar name.
std::string meant_kind(std::string_view group, std::string_view name) {
  const std::vector<KnownKind> known = known_kinds();
  for (const KnownKind& kind : known)
    if (kind.name == name && contains(kGroups, kind.group))
      return fmt::format("{} is a kind of {}", name, kind.group);
  std::vector<std::string_view> names;
  for (const KnownKind& kind : known)
    if (kind.group == group) names.push_back(kind.name);
  return did_you_mean(name, names);
}

void check_kind(Report& report, const SchemaSet* schemas) {
  const Resource& resource = report.resource();
  const std::string_view group = resource.api_version.group;
  const std::string& name = *resource.kind_name;
  const bool gone = contains(kGone, group);
  if (name.empty() || (!gone && !contains(kGroups, group)) ||
      (schemas != nullptr && schemas->find(group, name) != nullptr))
    return;
  const auto is_it = [&](const KnownKind& kind) {
    return kind.group == group && kind.name == name;
  };
  if (std::any_of(kOtherKinds.begin(), kOtherKinds.end(), is_it)) return;
  auto finding = report.refused(
      kUnknownKind, gone ? resource.api_version.text.range : resource.kind_name.range, "{}",
      gone ? fmt::format("no supported release of Istio has the group {}", group)
           : fmt::format("{} has no kind \"{}\"", group, name));
  // Clusters may still have the CRDs, of which nothing takes notice.
  if (gone) finding.severity(Severity::Warning);
  const std::string meant = gone ? std::string() : meant_kind(group, name);
  if (!meant.empty()) finding.help(meant);
}

bool is_subdomain(std::string_view text) {
  if (text.size() > kMaxHostBytes) return false;
  const std::vector<std::string_view> labels = split(text, '.');
  return std::all_of(labels.begin(), labels.end(), [](std::string_view label) {
    const auto is_inner = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !label.empty() && std::all_of(label.begin(), label.end(), is_inner) &&
           label.front() != '-' && label.back() != '-';
  });
}

void check_names(Report& report) {
  const Resource& resource = report.resource();
  const Text& name = resource.metadata.name;
  const bool label = resource.kind == Kind::Service || resource.kind == Kind::Namespace;
  // Kinds that are not known may take more: roles have names with colons.
  if (resource.kind != Kind::Unknown && resource.kind != Kind::MeshConfig && !name->empty() &&
      !(label ? is_dns_label(*name) : is_subdomain(*name)))
    report
        .refused(kInvalidObjectName, name.range, "\"{}\" is no name for a {}", *name,
                 *resource.kind_name)
        .help(label ? "use at most 63 of a-z, 0-9 and \"-\", with a letter or digit at both ends"
                    : "use a-z, 0-9, \"-\" and \".\", with a letter or digit at both ends");
  const Text& name_space = resource.metadata.name_space;
  if (!name_space->empty() && !is_dns_label(*name_space))
    report.refused(kInvalidObjectName, name_space.range, "\"{}\" is no name for a namespace",
                   *name_space);
}

void check_selector(Report& report, const Workload& workload) {
  for (const auto& wanted : *workload.selector->match_labels) {
    const auto& labels = workload.pod_template->labels;
    const Text* label = labels->find(wanted.name);
    if (label != nullptr && **label == *wanted.entry) continue;
    auto finding = report.refused(
        kSelectorNotInTemplate, wanted.entry.range,
        "the selector asks for \"{}: {}\", which the pods of the template do not have", wanted.name,
        *wanted.entry);
    if (label != nullptr)
      finding.related(label->range, "what they have");
    else if (labels.present())
      finding.related(labels.range, "the labels that they have");
    finding.help("write the same labels in both places");
    return;
  }
}

}  // namespace

bool is_port_name(std::string_view text) {
  constexpr std::size_t kMaxBytes = 15;
  return is_dns_label(text) && text.size() <= kMaxBytes &&
         text.find("--") == std::string_view::npos &&
         std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

void check_port_name(Report& report, const RuleId& rule, const Positioned<IntOrString>& port) {
  if (!port.present() || port->is_number || is_port_name(port->text)) return;
  const bool digits =
      !port->text.empty() && port->text.find_first_not_of("0123456789") == std::string::npos;
  auto finding = report.refused(
      rule, port.range, "\"{}\" is {}", port->text,
      digits ? "a text, and so the name of a port, which needs a letter" : "no name of a port");
  finding.help(digits ? "write the number without quotes"
                      : "use at most 15 of a-z, 0-9 and \"-\", a letter among them");
  if (!digits || port.node == nullptr) return;
  if (const auto edit = yaml::replace_raw(*port.node, port->text))
    finding.fix({.title = "make it a number", .safe = true, .edits = {*edit}});
}

void check_kubernetes(const Resource& resource, const SchemaSet* schemas,
                      Diagnostics& diagnostics) {
  Report report(resource, diagnostics);
  if (resource.kind == Kind::Unknown) check_kind(report, schemas);
  check_names(report);
  if (const auto* service = resource.as<Service>()) check_service(report, *service);
  if (const auto* policy = resource.as<NetworkPolicy>()) check_network_policy(report, *policy);
  // The selector of a Job is the API server's own.
  const bool selects = resource.kind == Kind::Deployment || resource.kind == Kind::StatefulSet ||
                       resource.kind == Kind::DaemonSet || resource.kind == Kind::ReplicaSet;
  if (const auto* workload = resource.as<Workload>(); workload != nullptr && selects)
    check_selector(report, *workload);
}

}  // namespace egressctl::resource::validation
