# Each header alone in a source file of its own, included twice. The target is built by its test, not with everything:
# a header that lacks an include is then one failed test and not a broken build. A header that its own source includes
# before anything else has been proved by that, and is left out.

function(mp_is_first_include out header)
  set(${out} FALSE PARENT_SCOPE)
  string(REGEX REPLACE "hpp$" "cpp" source ${header})
  if(EXISTS ${source})
    file(STRINGS ${source} first REGEX "^#include" LIMIT_COUNT 1)
    cmake_path(GET header FILENAME name)
    if(first MATCHES "[/\"]${name}\"")
      set(${out} TRUE PARENT_SCOPE)
    endif()
  endif()
endfunction()

# mp_header_objects(TARGET ROOT PATTERN...): one object per header below ROOT.
function(mp_header_objects target root)
  list(TRANSFORM ARGN PREPEND ${root}/)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${root} ${ARGN})
  set(sources "")
  foreach(header IN LISTS headers)
    mp_is_first_include(proved ${root}/${header})
    if(proved)
      continue()
    endif()
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${target}/${header}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n#include \"${header}\"\n")
    list(APPEND sources ${source})
  endforeach()
  if(NOT sources)
    return()
  endif()
  add_library(${target} OBJECT EXCLUDE_FROM_ALL ${sources})
  target_include_directories(${target} PRIVATE ${root})
  target_link_libraries(${target} PRIVATE mp_options)
  target_compile_options(${target} PRIVATE -O0 -g0)
  set_property(GLOBAL APPEND PROPERTY MP_HEADER_TARGETS ${target})
endfunction()

set(source_roots ${PROJECT_SOURCE_DIR}/libmp/include ${PROJECT_SOURCE_DIR}/libmp/src ${PROJECT_SOURCE_DIR})

# The public headers see their own root only.
mp_header_objects(public_headers ${PROJECT_SOURCE_DIR}/libmp/include *.hpp)
mp_header_objects(library_headers ${PROJECT_SOURCE_DIR}/libmp/src *.hpp)
mp_header_objects(logging_headers ${PROJECT_SOURCE_DIR} logging/*.hpp)
mp_header_objects(test_headers ${PROJECT_SOURCE_DIR}/tests support/*.hpp)
if(MP_INSPECTOR)
  mp_header_objects(inspector_headers ${PROJECT_SOURCE_DIR}/inspector *.hpp)
endif()
foreach(target library_headers logging_headers test_headers inspector_headers)
  if(TARGET ${target})
    target_include_directories(${target} PRIVATE ${source_roots})
    target_link_libraries(${target} PRIVATE GTest::gmock)
  endif()
endforeach()
foreach(target test_headers inspector_headers)
  if(TARGET ${target} AND MP_INSPECTOR)
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/inspector)
    target_link_libraries(${target} PRIVATE inspector_window_libs)
  endif()
endforeach()

get_property(header_targets GLOBAL PROPERTY MP_HEADER_TARGETS)
add_custom_target(self_contained_headers DEPENDS ${header_targets})
mp_register_check(self_contained_headers
  ${CMAKE_COMMAND} --build ${CMAKE_BINARY_DIR} --target self_contained_headers -- --quiet -k 0)
set_tests_properties(checks.self_contained_headers PROPERTIES RUN_SERIAL ON TIMEOUT 600)

add_library(bad_sample_header OBJECT EXCLUDE_FROM_ALL fixtures/self_contained_headers/bad.cpp)
add_library(good_sample_header OBJECT EXCLUDE_FROM_ALL fixtures/self_contained_headers/good.cpp)
mp_register_check(self_contained_headers.accepts_good_sample
  ${CMAKE_COMMAND} --build ${CMAKE_BINARY_DIR} --target good_sample_header)
mp_register_check(self_contained_headers.refuses_bad_sample
  ${CMAKE_COMMAND} --build ${CMAKE_BINARY_DIR} --target bad_sample_header)
set_tests_properties(checks.self_contained_headers.refuses_bad_sample PROPERTIES
  PASS_REGULAR_EXPRESSION "(no template named|does not name a template type)" RUN_SERIAL ON)
set_tests_properties(checks.self_contained_headers.accepts_good_sample PROPERTIES RUN_SERIAL ON)
