# One target per layer, one folder per target.
#
#   mp_add_layer(sync SOURCES lock.cpp DEPS base os shm LIBS OpenSSL::Crypto)
#
# makes the target mp_sync (inspector/: inspector_<name>). DEPS are layers of the same part, or of libmp;
# LIBS are other packages and stay out of the layer's interface. A layer without SOURCES has headers only.
# A layer sees the include roots of its part; tests/checks holds the directions that are allowed.

set_property(GLOBAL PROPERTY MP_ARCHIVE_LAYERS "")
set_property(GLOBAL PROPERTY MP_ARCHIVE_LIBS "")

# add_subdirectory for each folder that is there.
function(mp_add_subdirectories)
  foreach(folder IN LISTS ARGN)
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt)
      add_subdirectory(${folder})
    endif()
  endforeach()
endfunction()

# Writes the target that a DEPS entry stands for into `out`.
function(mp_layer_target out name prefix)
  foreach(candidate "${prefix}_${name}" mp_${name} ${name})
    if(TARGET ${candidate})
      set(${out} ${candidate} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "${CMAKE_CURRENT_SOURCE_DIR}: there is no layer or target '${name}'")
endfunction()

function(mp_add_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPS;LIBS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "mp_add_layer(${name}): what is '${arg_UNPARSED_ARGUMENTS}'?")
  endif()
  set(prefix ${MP_LAYER_PREFIX})
  set(target ${prefix}_${name})

  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE mp_options ${arg_LIBS})
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
    target_link_libraries(${target} INTERFACE ${arg_LIBS})
  endif()
  target_include_directories(${target} ${scope} ${MP_LAYER_ROOTS})
  foreach(dep IN LISTS arg_DEPS)
    mp_layer_target(dep_target ${dep} ${prefix})
    target_link_libraries(${target} ${scope} ${dep_target})
  endforeach()

  if(prefix STREQUAL "mp")
    set_property(GLOBAL APPEND PROPERTY MP_ARCHIVE_LIBS ${arg_LIBS})
    if(arg_SOURCES)
      set_property(GLOBAL APPEND PROPERTY MP_ARCHIVE_LAYERS ${target})
    endif()
  endif()
endfunction()

#   mp_add_program(pipeline SOURCES main.cpp LIBS libmp::libmp)
# makes bin/pipeline. LIBS may name layers as DEPS do.
function(mp_add_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "mp_add_program(${name}): wants SOURCES; what is '${arg_UNPARSED_ARGUMENTS}'?")
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE mp_options)
  foreach(lib IN LISTS arg_LIBS)
    mp_layer_target(lib_target ${lib} "${MP_LAYER_PREFIX}")
    target_link_libraries(${name} PRIVATE ${lib_target})
  endforeach()
endfunction()
