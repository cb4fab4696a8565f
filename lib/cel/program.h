// A compiled CEL expression: what Kubernetes' CRDs use of the language in x-kubernetes-validations.
//
// That is the language with its macros but without messages, and Kubernetes' library: strings,
// lists, regular expressions (RE2), URLs, addresses and networks, quantities, durations and
// timestamps, and optional values. `authorizer`, formats, semantic versions and math are not there.
//
// A Program is immutable and may be evaluated from several threads.
// Source: github.com/google/cel-spec, doc/langdef.md; Kubernetes "Common Expression Language in
// Kubernetes"; k8s.io/apiserver pkg/cel/library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/cel/value.h"

namespace egressctl::cel {

struct Syntax;  // the tree of an expression, see syntax.h

// Bounds that keep hostile expressions from taking the machine down.
inline constexpr std::size_t kMaxSource = std::size_t{64} * 1024;  // bytes of an expression
inline constexpr std::size_t kMaxDepth = 128;                      // nesting
inline constexpr std::size_t kMaxSteps = 1'000'000;  // of one evaluation: nodes, items and bytes

// Why an evaluation gave no value.
struct Failure {
  std::string message;  // "no such key: operation"
  bool too_expensive = false;
};

class Program {
 public:
  // Fails with ErrorCode::Invalid and "offset 12: ..." when the text is no CEL, or names a function
  // or a variable that is not known.
  [[nodiscard]] static Result<Program> compile(std::string_view source);

  // Whether the expression speaks of `oldSelf`, the value before an update.
  [[nodiscard]] bool is_transition_rule() const;

  // The value of the expression where `self` is given. `self` must outlive the result.
  [[nodiscard]] tl::expected<Value, Failure> evaluate(const Value& self) const;

 private:
  explicit Program(std::shared_ptr<const Syntax> syntax) : syntax_(std::move(syntax)) {}

  std::shared_ptr<const Syntax> syntax_;
};

}  // namespace egressctl::cel
