#include "lib/resource/string_match.h"

#include <utility>

namespace egressctl::resource {
namespace {

struct MatchField {
  std::string_view key;
  StringMatchKind kind;
};

constexpr MatchField kMatchFields[] = {{"exact", StringMatchKind::Exact},
                                       {"prefix", StringMatchKind::Prefix},
                                       {"regex", StringMatchKind::Regex}};

}  // namespace

StringMatch read_string_match(const Fields& in) {
  StringMatch out{StringMatchKind::Unknown, {{}, in.range(), {}, nullptr}};
  for (const MatchField& field : kMatchFields) {
    Text text = in.text(field.key);
    if (text.present()) out = {field.kind, std::move(text)};
  }
  return out;
}

}  // namespace egressctl::resource
