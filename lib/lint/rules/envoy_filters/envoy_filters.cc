#include "lib/lint/rules/envoy_filters/envoy_filters.h"

#include <vector>

#include "lib/envoy/rules.h"
#include "lib/lint/rules/all.h"

namespace egressctl::lint::rules {
namespace {

using namespace envoy;

constexpr std::string_view kRefused =
    "Istio's admission webhook refuses the EnvoyFilter; where the webhook is off, istiod leaves "
    "the "
    "patch out.";
constexpr std::string_view kRejected =
    "istiod sends it, and the proxy rejects the whole listener or cluster and keeps what it had: "
    "look for `rejected` in its log, and for the metric `pilot_total_xds_rejects`.";

constexpr Rule made(const RuleId& id, std::string_view summary, std::string_view mend,
                    std::string_view why, std::span<const std::string_view> references = {}) {
  return {
      .info = {.id = id, .summary = summary, .why = why, .mend = mend, .references = references}};
}

constexpr std::string_view kRemovedReferences[] = {"istio/istio.io#14126", "istio/proxy#4958",
                                                   "envoyproxy/envoy#21953"};
constexpr std::string_view kConfigReferences[] = {"istio/istio#26912"};
constexpr std::string_view kBootstrapReferences[] = {"istio/istio#40903", "istio/istio#39115",
                                                     "istio/istio#37373", "istio/istio#49930"};
constexpr std::string_view kSelectorReferences[] = {"istio/istio#17414"};

// What check_envoy_filter() finds.
constexpr Rule kRules[] = {
    made(kRemovedName, "a filter or a type that Envoy or Istio does not have any more",
         "Use the name of version 3 of Envoy's API.",
         "The webhook refuses types of version 2; of a filter that is gone the proxy says \"Didn't "
         "find a registered implementation\" and rejects the listener.",
         kRemovedReferences),
    made(kMissingTypedConfig, "a filter without `typed_config`, or that without `@type`",
         "Add `typed_config` with the `@type` of the filter's configuration.",
         "Envoy finds a filter by the type of its configuration, not by its name: without one the "
         "proxy rejects the listener.",
         kConfigReferences),
    made(kBootstrapPatch, "a patch of the bootstrap",
         "Remove it, or use the annotation `sidecar.istio.io/bootstrapOverride`.",
         "It is ignored unless the pod has `BOOTSTRAP_XDS_AGENT=true` in its proxy metadata, and "
         "then read only when it starts. Internal listeners are in Istio's bootstrap anyway.",
         kBootstrapReferences),
    made(kNoTlsInspector, "a forwarder by SNI that never sees an SNI",
         "Add `envoy.filters.listener.tls_inspector`, and put the forwarder before the TCP proxy.",
         "The filter takes the name that the TLS inspector found. Without it every connection is "
         "closed, with response flag UH."),
    made(kNoWorkloadSelector, "a listener or cluster for a gateway that every gateway gets",
         "Add `workloadSelector` with the labels of the gateway.",
         "Without a selector the EnvoyFilter is for all proxies of its namespace, in the root "
         "namespace for all of the mesh: each opens the listener.",
         kSelectorReferences),
    made(kUnknownField, "a field that Envoy's message does not have",
         "Write the field's name as Envoy's reference has it.",
         "istiod drops the field without a word, so that what it was to do is not done; `istioctl "
         "analyze` warns of it."),
    made(kWrongType, "a value that Envoy's field can't hold", "Write it as the message says.",
         kRefused),
    made(kUnknownEnumValue, "a word that Envoy's field does not know",
         "Use one of the words of the message.", kRefused),
    made(kMissingField, "a field that Envoy demands and that is not there", "Add it.", kRejected),
    made(kOneofConflict, "two fields of which Envoy takes one", "Remove one of them.",
         "istiod takes the one that Envoy's message has later, and drops the other without a word: "
         "what it was to do is not done."),
    made(kUnknownTypeUrl, "a type that neither Envoy nor Istio has",
         "Write the type as Envoy's reference has it; for a filter of your own use "
         "`xds.type.v3.TypedStruct`.",
         kRefused),
    made(kOutOfBounds, "a value outside of what Envoy takes", "Change it as the message says.",
         kRejected),
    made(kNameContradictsType, "a filter whose name says something else than its type",
         "Give it the name that goes with the type.",
         "Envoy goes by the type. Patches that look for a filter by its name find the wrong one."),
    made(kMisplacedExtension, "an extension at a place for others",
         "Use an extension of the right kind.", kRejected),
    made(kDisallowedField, "a field that Envoy refuses by default", "Use what replaced it.",
         "The proxy rejects the listener or cluster unless the runtime feature that allows the "
         "field is on."),
    made(kDuplicateName, "two clusters or listeners of one name, or filter chains of one match",
         "Give each a name, or a match, of its own.",
         "The proxy gets both, and rejects the second or lets it take the place of the first."),
    made(kSelectsNothing, "a match that selects nothing, or says less than it seems to",
         "Change the match as the message says.", "istiod passes over the patch without a word."),
};

constexpr const Rule* kOwn[] = {&rules::kRelativePatch,      &rules::kDnsCacheDiffers,
                                &rules::kUndefinedReference, &rules::kSelectsTooMuch,
                                &rules::kPatchContext,       &rules::kPatchNamespace,
                                &rules::kServicePortInMatch, &rules::kUnmatchedPatch};

}  // namespace

List envoy_filters() {
  static const std::vector<const Rule*> kList = [] {
    std::vector<const Rule*> out(std::begin(kOwn), std::end(kOwn));
    for (const Rule& rule : kRules) out.push_back(&rule);
    return out;
  }();
  return kList;
}

}  // namespace egressctl::lint::rules
