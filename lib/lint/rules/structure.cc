// Findings of the structure check, with what is to be said of them.
#include "lib/resource/structure.h"

#include "lib/lint/rules/all.h"
#include "lib/resource/crd.h"
#include "lib/resource/validation/kubernetes.h"
#include "lib/resource/value_type.h"

namespace egressctl::lint::rules {
namespace {

namespace alone = resource::validation;

constexpr std::string_view kUnknownFieldReferences[] = {
    "istio/istio#47820",
    "https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation"};

constexpr Rule kUnknownField{
    .info = {.id = resource::kUnknownField,
             .summary = "a field that the kind does not have, or not at this level",
             .why = "The API server drops it without a word, or refuses the resource. What it was "
                    "meant to set stays unset: no TLS is originated, no SNI is sent.",
             .mend = "Give it the name that the field has, or move it to where it belongs.",
             .references = kUnknownFieldReferences}};

constexpr Rule kWrongType{
    .info = {.id = resource::kWrongType,
             .summary = "a value of another type than its field has",
             .why = "The API server refuses the resource: a number in quotes is a text, a lone "
                    "value is no list.",
             .mend = "Write the value as the type that the field has."}};

constexpr Rule kUnknownWord{
    .info = {.id = resource::kUnknownEnumValue,
             .summary = "a word that is none of those that a field takes",
             .why = "The API server refuses the resource; where nothing checks it, the default "
                    "holds. The case of letters counts.",
             .mend = "Write one of the words that the message names."}};

constexpr Rule kMissing{.info = {.id = resource::kMissingField,
                                 .summary = "a field that must be there and is not",
                                 .why = "The API server refuses the resource.",
                                 .mend = "Add the field."}};

constexpr Rule kBounds{
    .info = {.id = resource::kOutOfBounds,
             .summary = "a value that is too large, too small, too long or of a wrong form",
             .why = "The API server refuses the resource.",
             .mend = "Write a value within the bounds that the message names."}};

constexpr Rule kCrdRule{
    .info = {.id = resource::kCrdRuleViolated,
             .summary = "fields that contradict a rule of the kind's definition",
             .why =
                 "The API server evaluates the rules that a CustomResourceDefinition carries and "
                 "refuses the resource.",
             .mend = "Change the fields that the rule's message names."}};

constexpr Rule kVersion{
    .info = {.id = resource::kVersionNotServed,
             .summary = "an apiVersion that no release serves for the kind",
             .why = "kubectl says `no matches for kind` and applies nothing of the resource.",
             .mend = "Write a version that is served."}};

constexpr Rule kCrd{
    .info = {
        .id = resource::kBadCrd,
        .summary = "a CustomResourceDefinition of `--crds` that can't be used, or a part of it",
        .why = "What it says of its kind is not checked.",
        .mend = "Take it as the cluster has it: `kubectl get crds -o yaml`."}};

constexpr std::string_view kRefused = "The API server refuses the object, and kubectl says why.";
constexpr std::string_view kNameReferences[] = {
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/"};
constexpr std::string_view kPolicyReferences[] = {
    "https://kubernetes.io/docs/concepts/services-networking/network-policies/"};

constexpr Rule kKind{
    .info = {.id = alone::kUnknownKind,
             .summary = "a kind that its group does not have",
             .why = "kubectl says `no matches for kind` and applies nothing of the resource.",
             .mend = "Write the kind, or the group, as the message has it."}};

constexpr Rule kName{.info = {.id = alone::kInvalidObjectName,
                              .summary = "a name that Kubernetes does not take",
                              .why = kRefused,
                              .mend = "Use small letters, digits and `-`.",
                              .references = kNameReferences}};

constexpr Rule kService{
    .info = {.id = alone::kInvalidService,
             .summary = "ports of a Service that Kubernetes does not take",
             .why = kRefused,
             .mend = "Name each of several ports, once, and write numbers without quotes."}};

constexpr Rule kPolicy{
    .info = {.id = alone::kInvalidNetworkPolicy,
             .summary = "a NetworkPolicy that Kubernetes does not take, or a part without effect",
             .why = "The API server refuses the object. Rules of a direction that `policyTypes` "
                    "lacks it takes, but nothing enforces them: everything may leave.",
             .mend = "Change it as the message says.",
             .references = kPolicyReferences}};

constexpr Rule kSelector{.info = {.id = alone::kSelectorNotInTemplate,
                                  .summary = "a workload whose selector is not for its own pods",
                                  .why = kRefused,
                                  .mend = "Give the template the labels of the selector."}};

constexpr const Rule* kList[] = {&kUnknownField, &kWrongType, &kUnknownWord, &kMissing, &kBounds,
                                 &kCrdRule,      &kVersion,   &kCrd,         &kKind,    &kName,
                                 &kService,      &kPolicy,    &kSelector};

}  // namespace

List structure() {
  return kList;
}

}  // namespace egressctl::lint::rules
