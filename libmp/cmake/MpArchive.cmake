# Joins the layers into the one archive that is installed, and writes the package files around it.

include(CMakePackageConfigHelpers)

get_property(layers GLOBAL PROPERTY MP_ARCHIVE_LAYERS)
get_property(libs GLOBAL PROPERTY MP_ARCHIVE_LIBS)
list(APPEND libs Threads::Threads)
list(REMOVE_DUPLICATES libs)

set(objects "")
foreach(layer IN LISTS layers)
  list(APPEND objects $<TARGET_OBJECTS:${layer}>)
endforeach()
if(NOT objects)
  return()
endif()

# In the tree it carries the warnings-free public include root only: whoever needs a layer's own headers names the layer.
add_library(libmp STATIC ${objects})
add_library(libmp::libmp ALIAS libmp)
set_target_properties(libmp PROPERTIES OUTPUT_NAME mp LINKER_LANGUAGE CXX EXPORT_NAME libmp)
target_compile_features(libmp PUBLIC cxx_std_20)
target_link_libraries(libmp PRIVATE ${libs})
# The helper process is entered before main(): nothing else would pull it out of the archive.
target_link_options(libmp INTERFACE "LINKER:-u,mp_start_helper")

file(GLOB_RECURSE public_headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/include/libmp/*.hpp)
target_sources(libmp PUBLIC FILE_SET HEADERS
  BASE_DIRS ${CMAKE_CURRENT_SOURCE_DIR}/include FILES ${public_headers})

# Packages behind the archive: what a consumer must find, and how pkg-config calls it.
set(MP_DEPENDENCY_CALLS "find_dependency(Threads)\n")
set(MP_PC_REQUIRES "")
if("OpenSSL::Crypto" IN_LIST libs)
  string(APPEND MP_DEPENDENCY_CALLS "find_dependency(OpenSSL COMPONENTS Crypto)\n")
  list(APPEND MP_PC_REQUIRES libcrypto)
endif()
list(JOIN MP_PC_REQUIRES ", " MP_PC_REQUIRES)

file(RELATIVE_PATH MP_PC_TO_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" MP_PC_TO_PREFIX "${MP_PC_TO_PREFIX}")

configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/libmpConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/libmpConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/libmp)
write_basic_package_version_file(
  ${CMAKE_CURRENT_BINARY_DIR}/libmpConfigVersion.cmake COMPATIBILITY SameMinorVersion)
configure_file(${CMAKE_CURRENT_LIST_DIR}/libmp.pc.in ${CMAKE_CURRENT_BINARY_DIR}/libmp.pc @ONLY)

install(TARGETS libmp EXPORT libmpTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT libmp
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT libmp)
install(EXPORT libmpTargets NAMESPACE libmp:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/libmp COMPONENT libmp)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/libmpConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/libmpConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/libmp COMPONENT libmp)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/libmp.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT libmp)
