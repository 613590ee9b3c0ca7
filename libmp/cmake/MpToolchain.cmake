# Language level, compiler cache, linker, warnings and sanitizers for everything in this tree.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Debug, RelWithDebInfo or Release" FORCE)
endif()

if(PROJECT_IS_TOP_LEVEL)
  find_program(MP_CCACHE ccache)
  if(MP_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${MP_CCACHE})
  endif()

  find_program(MP_MOLD mold)
  find_program(MP_LLD ld.lld)
  if(MP_MOLD)
    add_link_options(-fuse-ld=mold)
    # Before 2.4, what mold declares read-only may begin in a page that is not mapped: the program then ends at its start
    # with "cannot apply additional memory protection after relocation". Any change of size may bring it (rui314/mold#1151).
    execute_process(COMMAND ${MP_MOLD} --version OUTPUT_VARIABLE mp_mold_version)
    if(mp_mold_version MATCHES "^mold ([0-9.]+)" AND CMAKE_MATCH_1 VERSION_LESS 2.4)
      add_link_options(LINKER:-z,norelro)
    endif()
  elseif(MP_LLD)
    add_link_options(-fuse-ld=lld)
  endif()
endif()

# The warnings belong to our own targets only; mp_add_* link this.
add_library(mp_options INTERFACE)
target_compile_options(mp_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  $<$<BOOL:${MP_WERROR}>:-Werror>)
# A designated initialiser that names only some members is the house's way to pass options.
target_compile_options(mp_options INTERFACE -Wno-missing-field-initializers)

if(MP_SANITIZE)
  add_compile_options(-fsanitize=${MP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${MP_SANITIZE})
  # g++ warns of values that only its own instrumentation leaves unset.
  target_compile_options(mp_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  if(MP_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    message(WARNING "ThreadSanitizer of g++ cannot follow fork in threaded programs; use the tsan preset (clang)")
  endif()
endif()
if(MP_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "MP_FUZZ needs clang (libFuzzer); use the fuzz preset")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
