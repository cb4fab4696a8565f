// Reads schemas from the notation of lib/resource/schema/*.txt.
//
// A file has definitions, one after the other; what is indented below a line belongs to it. `#`
// starts a line of comment, and a `\` at the end of a line goes on in the next.
// In between is a blank, unless the first ends in `|`.
//
//   kind networking.istio.io VirtualService v1 v1beta1: object    a kind and the versions served;
//     spec!: object                                               group `core` is the empty one
//       hosts: [string]                      a list;  `!` behind a name: required
//       match: [object]                      a list of objects, whose fields follow
//         headers: {StringMatch}             a map from strings to a type that has a name
//         port: uint32 1..65535              bounds: of a number's value; else of the number of
//         name: string ..63 /^[a-z]+$/       characters, items or entries. A pattern is the last
//
//   type StringMatch: object                 a name for a type
//     exact: string
//     regex: string
//     @at-most-one exact regex
//
// Types: object, string, bool, int32, int64, uint32, integer, number, int-or-string, quantity,
// duration (1 ms or more), any-duration, timestamp, bytes, any, [type], {type}, the words of an
// enum
// (`A|B`; `A|` for one, `""` for the empty one), and names, which start with a capital letter.
//
// Lines with `@` say more of the object in the line above, or where that has none, of its value:
//
//   @at-most-one a b       fields that exclude each other
//   @keys a b              fields that no two items of the list have alike
//   @distinct              no two items of the list are equal
//   @open                  other fields are kept, too
//   @rule text: cel        what must hold, in words and as a condition
//
// A kind has the fields apiVersion, kind, metadata (the type ObjectMeta) and status besides. A line
// `@protobuf` at a file's start makes its objects read as protobuf's JSON.
#pragma once

#include <string_view>

#include "lib/base/result.h"
#include "lib/resource/schema/schema.h"

namespace egressctl::resource {

// Adds the definitions of a file to `schemas`. Names may be defined in other files, before or
// after. Fails with "line 12: ...".
[[nodiscard]] Result<void> read_notation(std::string_view text, SchemaSet& schemas);

}  // namespace egressctl::resource
