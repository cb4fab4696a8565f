// EGR0218 object-twice
#include "lib/lint/context.h"
#include "lib/lint/rules/references/references.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0218", "object-twice", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/"};

void check_object(const Context& in, const resource::Resource& resource, Diagnostics& out) {
  if (resource.kind == resource::Kind::Unknown || resource.metadata.name->empty()) return;
  const resource::Resource* first =
      in.mesh().find(resource.kind, in.mesh().namespace_of(resource), *resource.metadata.name);
  if (first == nullptr || first == &resource) return;
  const bool same = first->range.text() == resource.range.text();
  out.report(kId, resource.metadata.name.range, "{} is here for the second time{}",
             resource::display_name(resource),
             same ? "" : ", and not as it was: the one that is applied last counts")
      .severity(same ? Severity::Info : kId.severity)
      .related(first->metadata.name.range, "the first one")
      .help(same ? "drop one" : "merge them, or give one another name");
}

void check(const Context& in, Diagnostics& out) {
  for (const resource::Resource& resource : in.mesh().resources()) check_object(in, resource, out);
}

}  // namespace

const Rule kObjectTwice{
    .info = {.id = kId,
             .summary = "one object that is written down twice",
             .why = "A cluster has one object of a kind, a namespace and a name. What is applied "
                    "last overwrites the other, so that the order of the files decides which "
                    "hosts may leave the mesh.",
             .mend = "Merge the two, or rename one.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
