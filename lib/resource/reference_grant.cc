#include "lib/resource/reference_grant.h"

namespace egressctl::resource {
namespace {

ReferenceFrom read_from(const Fields& in) {
  return {.group = in.text("group"), .kind = in.text("kind"), .name_space = in.text("namespace")};
}

ReferenceTo read_to(const Fields& in) {
  return {.group = in.text("group"), .kind = in.text("kind"), .name = in.text("name")};
}

}  // namespace

ReferenceGrant read_reference_grant(const Fields& in) {
  return {.from = in.objects("from", read_from), .to = in.objects("to", read_to)};
}

}  // namespace egressctl::resource
