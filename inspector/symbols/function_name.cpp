#include "symbols/function_name.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include <cxxabi.h>

namespace inspector::symbols {

bool is_of_a_library(std::string_view linkage_name) noexcept {
  // _ZN2mp4Lock..., _ZNKSt3mapI..., and the lambdas in such: _ZZNSt... Between _Z and the outermost
  // namespace stand only signs for nesting, local names and qualifiers.
  constexpr std::array<std::string_view, 6> kLibraries = {"2mp", "9__gnu_cxx", "10__cxxabiv1",
                                                          "St",  "Sa",         "Ss"};
  if (!linkage_name.starts_with("_Z")) return false;
  linkage_name.remove_prefix(
      std::min(linkage_name.find_first_not_of("_ZNKVrRO"), linkage_name.size()));
  return std::any_of(kLibraries.begin(), kLibraries.end(),
                     [&](std::string_view library) { return linkage_name.starts_with(library); });
}

bool is_header_of_a_library(std::string_view file) noexcept {
  return file.find("/include/c++/") != std::string_view::npos ||
         file.find("/include/libmp/") != std::string_view::npos;
}

std::string readable(const std::string& linkage_name) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(linkage_name.c_str(), nullptr, nullptr, &status), std::free);
  return name != nullptr ? name.get() : linkage_name;
}

}  // namespace inspector::symbols
