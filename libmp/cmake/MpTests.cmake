# Tests, fuzzers and checks.
#
#   mp_add_test(lock_test SOURCES lock_test.cpp LIBS sync LABELS unit [TIMEOUT 60] [SERIAL] [WHOLE] [ENVIRONMENT A=b ...])
#
# makes bin/lock_test from GoogleTest sources and registers each TEST with ctest as "lock_test.Lock.Claim".
# WHOLE registers the binary as one test (for costly set-up); SERIAL keeps it alone on the machine.
# LABELS: unit (no fork, quick), proc (children), gui (needs a display), e2e, slow, fuzz, bench, checks.
# TIMEOUT is per registered test, in seconds.

include(GoogleTest)  # here, so that every folder may have tests

set(MP_DEFAULT_TIMEOUT 60)
set(MP_FUZZ_SECONDS 20 CACHE STRING "How long each fuzzer runs under ctest in the fuzz preset")
add_custom_target(fuzzers)

function(mp_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL;WHOLE" "TIMEOUT" "SOURCES;LIBS;LABELS;ENVIRONMENT")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES OR NOT arg_LABELS)
    message(FATAL_ERROR "mp_add_test(${name}): wants SOURCES and LABELS; what is '${arg_UNPARSED_ARGUMENTS}'?")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT ${MP_DEFAULT_TIMEOUT})
  endif()

  mp_add_program(${name} SOURCES ${arg_SOURCES} LIBS ${arg_LIBS} mp_test_support)
  # The manifest is read by ctest after the discovered names are known: lists survive there unharmed.
  set(properties "LABELS \"${arg_LABELS}\" TIMEOUT ${arg_TIMEOUT}")
  if(arg_SERIAL)
    string(APPEND properties " RUN_SERIAL ON")
  endif()
  if(arg_ENVIRONMENT)
    string(APPEND properties " ENVIRONMENT \"${arg_ENVIRONMENT}\"")
  endif()

  if(arg_WHOLE)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT})
    if(arg_SERIAL)
      set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
    endif()
    if(arg_ENVIRONMENT)
      set_tests_properties(${name} PROPERTIES ENVIRONMENT "${arg_ENVIRONMENT}")
    endif()
    return()
  endif()
  gtest_discover_tests(${name} TEST_PREFIX ${name}. TEST_LIST ${name}_tests DISCOVERY_TIMEOUT 60)
  set(manifest ${CMAKE_CURRENT_BINARY_DIR}/${name}.properties.cmake)
  file(WRITE ${manifest}
    "if(${name}_tests)\n  set_tests_properties(\${${name}_tests} PROPERTIES ${properties})\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${manifest})
endfunction()

#   mp_add_fuzzer(frame_fuzz SOURCES frame_fuzz.cpp LIBS wire CORPUS corpus/frame)
# With MP_FUZZ a libFuzzer program; otherwise a test that runs each file of the corpus (and some bent copies)
# through the same LLVMFuzzerTestOneInput.
function(mp_add_fuzzer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "CORPUS" "SOURCES;LIBS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES OR NOT arg_CORPUS)
    message(FATAL_ERROR "mp_add_fuzzer(${name}): wants SOURCES and CORPUS; what is '${arg_UNPARSED_ARGUMENTS}'?")
  endif()
  if(MP_FUZZ)
    mp_add_program(${name} SOURCES ${arg_SOURCES} LIBS ${arg_LIBS})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_test(NAME ${name} COMMAND ${name} -max_total_time=${MP_FUZZ_SECONDS} -rss_limit_mb=2048 -timeout=10
             ${CMAKE_CURRENT_BINARY_DIR}/${name}.found ${CMAKE_CURRENT_SOURCE_DIR}/${arg_CORPUS})
    file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/${name}.found)
  else()
    mp_add_program(${name} SOURCES ${arg_SOURCES} LIBS ${arg_LIBS} mp_fuzz_replay)
    add_test(NAME ${name} COMMAND ${name} ${CMAKE_CURRENT_SOURCE_DIR}/${arg_CORPUS})
  endif()
  add_dependencies(fuzzers ${name})
  math(EXPR timeout "${MP_FUZZ_SECONDS} + 100")
  set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT ${timeout})
endfunction()
