# Writes OUTPUT, the source file that egressctl_embed adds: the files that LIST names, a path a line,
# as byte arrays. String literals have a limit and need escapes, arrays neither.

file(STRINGS ${LIST} paths)
set(names)
foreach(path IN LISTS paths)
  cmake_path(GET path FILENAME name)
  list(APPEND names ${name})
  set(path_${name} ${path})
endforeach()
list(SORT names COMPARE STRING)

set(arrays "")
set(table "")
set(number 0)
foreach(name IN LISTS names)
  file(READ ${path_${name}} hex HEX)
  # In lines of 16 bytes. The last byte is no part of the text: an array can't be empty.
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND arrays "constexpr char kFile${number}[] = {\n${bytes}'\\0'};\n")
  string(APPEND table "    {\"${name}\", {kFile${number}, sizeof kFile${number} - 1}},\n")
  math(EXPR number "${number} + 1")
endforeach()

file(WRITE ${OUTPUT}
"#include \"${HEADER}\"

namespace egressctl::${FOLDER} {
namespace {

${arrays}
constexpr EmbeddedFile kFiles[] = {
${table}};

}  // namespace

std::span<const EmbeddedFile> ${FUNCTION}() {
  return kFiles;
}

}  // namespace egressctl::${FOLDER}
")
