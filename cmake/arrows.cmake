# Tests that folders include one another only along the arrows of the design.

if(Python3_Interpreter_FOUND)
  set(script ${PROJECT_SOURCE_DIR}/cmake/include_arrows.py)
  add_test(NAME include_arrows COMMAND ${Python3_EXECUTABLE} ${script} ${PROJECT_SOURCE_DIR})
  add_test(NAME include_arrows_self_test COMMAND ${Python3_EXECUTABLE} ${script} --self-test)
  set_tests_properties(include_arrows include_arrows_self_test PROPERTIES LABELS unit)
endif()
