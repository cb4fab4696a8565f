# egressctl_embed(egressctl_<folder> <function> [HEADER <header>] FILES <file>...)
#
# Puts files into a library of ours: makes a source file that defines egressctl::<folder>::<function>(),
# a std::span<const EmbeddedFile>, as HEADER, a path from the root, or lib/<folder>/embedded.h declares
# it. The table is sorted by name, which is a file's name without its folder. Any bytes may be in a
# file. The source is made anew when one of the files changes.
function(egressctl_embed target function)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "HEADER" "FILES")
  string(REPLACE "egressctl_" "" folder ${target})
  if(NOT arg_HEADER)
    set(arg_HEADER lib/${folder}/embedded.h)
  endif()
  set(files)
  foreach(file IN LISTS arg_FILES)
    cmake_path(ABSOLUTE_PATH file NORMALIZE)
    list(APPEND files ${file})
  endforeach()
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${function}.cc)
  set(list ${CMAKE_CURRENT_BINARY_DIR}/${function}.txt)
  list(JOIN files "\n" lines)
  file(CONFIGURE OUTPUT ${list} CONTENT "${lines}\n" @ONLY)
  set(script ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND}
      -D FOLDER=${folder} -D HEADER=${arg_HEADER} -D FUNCTION=${function} -D LIST=${list} -D OUTPUT=${output}
      -P ${script}
    DEPENDS ${files} ${list} ${script}
    COMMENT "Embedding ${function}"
    VERBATIM
  )
  target_sources(${target} PRIVATE ${output})
endfunction()
