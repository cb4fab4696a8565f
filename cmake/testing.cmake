# egressctl_add_test(<folder> SOURCES <file>... LIBS <target>...)
#
# Builds <folder>_test out of doctest cases and registers it as the test <folder>, label `unit`. Does
# nothing without EGRESSCTL_TESTS.
function(egressctl_add_test folder)
  if(NOT EGRESSCTL_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBS")
  add_executable(${folder}_test ${arg_SOURCES})
  target_link_libraries(${folder}_test PRIVATE ${arg_LIBS} egressctl::testing egressctl_warnings)
  egressctl_precompile(${folder}_test doctest/doctest.h)
  # What is tested is built as it is shipped; the test cases themselves need not be fast, and what
  # LTO does would be done once more for every test binary.
  target_compile_options(${folder}_test PRIVATE
    $<$<CONFIG:RelWithDebInfo>:-O1> $<$<CXX_COMPILER_ID:GNU>:-fno-lto>)
  target_link_options(${folder}_test PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-lto>)
  add_test(NAME ${folder} COMMAND ${folder}_test)
  set_tests_properties(${folder} PROPERTIES LABELS unit TIMEOUT 600)
endfunction()

# egressctl_add_fuzzer(<folder> <file> LIBS <target>...)
#
# Builds fuzz/<folder>_fuzz out of a file that defines LLVMFuzzerTestOneInput, and makes the target
# `fuzzers` depend on it. Does nothing without EGRESSCTL_FUZZ.
function(egressctl_add_fuzzer folder source)
  if(NOT EGRESSCTL_FUZZ)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "LIBS")
  add_executable(${folder}_fuzz ${source})
  target_link_libraries(${folder}_fuzz PRIVATE ${arg_LIBS} egressctl_warnings)
  target_link_options(${folder}_fuzz PRIVATE -fsanitize=fuzzer)
  if(NOT TARGET fuzzers)
    add_custom_target(fuzzers)
  endif()
  add_dependencies(fuzzers ${folder}_fuzz)
  set_target_properties(${folder}_fuzz PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
endfunction()
