// Findings that reading makes, with what is to be said of them.
#include "lib/lint/placeholders.h"
#include "lib/lint/rules/all.h"
#include "lib/lint/run_rules.h"
#include "lib/lint/suppressions.h"
#include "lib/resource/load.h"
#include "lib/topology/patches.h"
#include "lib/yaml/load.h"

namespace egressctl::lint::rules {
namespace {

constexpr Rule kSyntax{
    .info = {.id = yaml::kYamlSyntax,
             .summary = "a document that is no YAML",
             .why = "kubectl refuses the file, or a tool that skips it leaves the resource out of "
                    "what is applied.",
             .mend = "Mend the syntax at the place named; the other documents were read."}};

constexpr Rule kTemplate{
    .info = {.id = yaml::kUnrenderedTemplate,
             .summary = "a Helm template that was not rendered",
             .why = "What is between the braces is not known, so nothing can be said of the "
                    "document.",
             .mend = "Lint what `helm template` prints."}};

constexpr Rule kDuplicate{
    .info = {.id = yaml::kDuplicateKey,
             .summary = "a key that its mapping has twice",
             .why = "Readers keep one of the two values and drop the other without a word, and do "
                    "not agree on which.",
             .mend = "Remove one of them, or merge their values."}};

constexpr Rule kLimit{
    .info = {.id = yaml::kYamlLimit,
             .summary = "a document that is nested too deeply or too large",
             .why = "It takes down programs that read it; no real manifest needs it.",
             .mend = "Write out what its aliases stand for, or split it."}};

constexpr Rule kEncoding{.info = {.id = yaml::kNotUtf8,
                                  .summary = "a file that is not UTF-8",
                                  .why = "Kubernetes takes no other encoding.",
                                  .mend = "Convert it, for example with iconv."}};

constexpr Rule kMerge{
    .info = {.id = yaml::kBadMergeKey,
             .summary = "a merge key whose value is no mapping",
             .why = "Readers refuse it or keep `<<` as a field, which the API server drops.",
             .mend = "Give it a mapping or a list of mappings, or write the fields out."}};

constexpr Rule kNotAResource{
    .info = {.id = resource::kNotAResource,
             .summary = "a document that resembles a resource but is none",
             .why = "kubectl refuses it, so what it was meant to set stays unset.",
             .mend = "Give it `apiVersion`, `kind` and `metadata.name`."}};

constexpr Rule kUseless{
    .info = {.id = kUselessSuppression,
             .summary = "a suppression that silences nothing",
             .why = "It may silence a mistake that somebody makes later, or was meant for another "
                    "rule or line.",
             .mend = "Remove it, or write the id of the rule that it is for."}};

constexpr Rule kUnreadable{
    .info = {.id = kUnreadableInput,
             .summary = "a file or folder that can't be read",
             .why = "What is in it was not checked, and is missed by all that refers to it; the "
                    "exit code is 3, whatever else was found.",
             .mend = "Mend its path or its permissions. A FIFO, a socket or a device in a folder "
                     "is passed over: name it where it is meant."}};

constexpr Rule kVariable{
    .info = {.id = kUnsubstituted,
             .summary = "a value with a variable that was not filled in",
             .why = "What the value will be is not known, so nothing is said of it; references to "
                    "it are compared by the text.",
             .mend = "Lint what `flux build`, `kustomize build` or `envsubst` prints."}};

constexpr Rule kLeftOut{
    .info = {
        .id = topology::kNotComputed,
        .summary = "a patch of an EnvoyFilter that offline computation leaves out",
        .why = "What `proxy-config`, `trace`, `graph`, `diff`, `audit` and `envoy` say is said "
               "as if it were not there. `lint` has no need to tell.",
        .mend = "Look at a real proxy with `istioctl proxy-config` where the patch decides where "
                "a connection goes."}};

constexpr Rule kStale{
    .info = {.id = kStaleBaseline,
             .summary = "a baseline that stands for findings that are no more",
             .why = "It would hide the same mistake when somebody makes it again.",
             .mend = "Lint all there is with `--prune-baseline`, and commit the file."}};

constexpr Rule kConfiguration{
    .info = {.id = kBadConfiguration,
             .summary = "a configuration file or baseline with something unknown in it",
             .why = "What it was meant to set would stay as it is without a word, so nothing is "
                    "linted and the exit code is 2.",
             .mend = "Mend it at the place named; docs/configuration.md lists what there is, and "
                     "`egressctl schema config` lets an editor check it."}};

constexpr const Rule* kList[] = {&kUseless,  &kSyntax, &kTemplate,     &kDuplicate,  &kLimit,
                                 &kEncoding, &kMerge,  &kNotAResource, &kUnreadable, &kVariable,
                                 &kLeftOut,  &kStale,  &kConfiguration};

}  // namespace

List reading() {
  return kList;
}

}  // namespace egressctl::lint::rules
